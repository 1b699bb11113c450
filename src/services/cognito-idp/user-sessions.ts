import type { SessionDescriptionType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { bearerOf, withToken } from './access-tokens.ts'
import { fail, invalid, operation } from './contract.ts'
import { foundPool, onPool } from './pool-targets.ts'
import { checkTracked } from './session-settings.ts'
import type { UserRecord } from './user-records.ts'
import {
  activeSessions,
  endSessions,
  isSso,
  type UserSessionRecord,
} from './user-session-records.ts'
import { foundUser } from './usernames.ts'

/** All of a user's sessions fit on the one page that there is. */
const onePage = 125

const sessionShape = (
  session: UserSessionRecord,
  current: string | undefined,
): SessionDescriptionType => ({
  SessionId: session.id,
  SessionType: isSso(session) ? 'SSO' : 'TOKEN',
  ClientId: session.client,
  CreateDate: session.createdAt,
  LastActiveDate: session.activeAt,
  DeviceType: session.device,
  LastIPAddress: session.ip,
  LastLocation: { Country: 'unknown' },
  ...(session.sso !== undefined && { OriginSessionId: session.sso }),
  IsCurrentSession: session.origin === current,
})

async function listed(user: UserRecord, current: string | undefined, ctx: CallContext) {
  const active = await activeSessions(ctx.store, user, ctx.now())
  const newest = active.toReversed().slice(0, onePage)
  return { Sessions: newest.map((session) => sessionShape(session, current)) }
}

async function revoke(
  user: UserRecord,
  id: string | undefined,
  current: string | undefined,
  linked: boolean,
  ctx: CallContext,
): Promise<void> {
  if (id === undefined || !/^(tkn|sso)[a-z0-9]{25}$/.test(id))
    throw invalid('SessionId must be tkn or sso with 25 lowercase letters and digits.')
  await ctx.store.transaction(async (tx) => {
    const found = (await activeSessions(tx, user, ctx.now())).find((one) => one.id === id)
    if (found === undefined) throw fail('ResourceNotFoundException', 'The session does not exist.')
    if (found.origin === current) throw invalid('The current session cannot be revoked.')
    await endSessions(tx, found, linked, ctx.now())
  })
}

export const ListUserSessions = operation('ListUserSessions', {
  access: withToken,
  handle(input, ctx) {
    const { pool, user, origin } = bearerOf(input)
    checkTracked(pool)
    return listed(user, origin, ctx)
  },
})

export const RevokeUserSession = operation('RevokeUserSession', {
  access: withToken,
  async handle(input, ctx) {
    const { pool, user, origin } = bearerOf(input)
    checkTracked(pool)
    await revoke(user, input.SessionId, origin, input.RevokeAssociatedSessions === 'LINKED', ctx)
    return {}
  },
})

export const AdminListUserSessions = operation('AdminListUserSessions', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    checkTracked(pool)
    return listed(await foundUser(ctx.store, pool, input.Username), undefined, ctx)
  },
})

export const AdminRevokeUserSession = operation('AdminRevokeUserSession', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    checkTracked(pool)
    const user = await foundUser(ctx.store, pool, input.Username)
    const linked = input.RevokeAssociatedSessions === 'LINKED'
    await revoke(user, input.SessionId, undefined, linked, ctx)
    return {}
  },
})
