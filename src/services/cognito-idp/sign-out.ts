import type { CallContext } from '../../kernel/context.ts'
import { bearerOf, withToken } from './access-tokens.ts'
import { changeUser } from './changing.ts'
import { appOf, byClient } from './client-places.ts'
import { knowsSecret } from './client-secrets.ts'
import { fail, operation } from './contract.ts'
import { marked } from './credential-records.ts'
import { foundPool, onPool } from './pool-targets.ts'
import { openRefreshToken, type RefreshClaims } from './refresh-tokens.ts'
import { activeSessions, endSession } from './user-session-records.ts'
import { foundUser, noUser } from './usernames.ts'

export const GlobalSignOut = operation('GlobalSignOut', {
  access: withToken,
  async handle(input, ctx) {
    const signedOutAt = ctx.now()
    await changeUser(ctx, bearerOf(input).user, {
      credential: (old) => ({ ...old, signedOutAt }),
    })
    return {}
  },
})

export const AdminUserGlobalSignOut = operation('AdminUserGlobalSignOut', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const user = await foundUser(ctx.store, foundPool(target, input), input.Username)
    const signedOutAt = ctx.now()
    await changeUser(ctx, user, { credential: (old) => ({ ...old, signedOutAt }) })
    return {}
  },
})

export const RevokeToken = operation('RevokeToken', {
  access: {
    kind: 'public',
    why: 'whoever has the refresh token may end it',
    locate: byClient,
  },
  async handle(input, ctx) {
    const { client } = await appOf(input, ctx)
    if (!knowsSecret(client, input.ClientSecret))
      throw fail('UnauthorizedException', 'Invalid client secret.')
    if (client.settings.EnableTokenRevocation === false)
      throw fail('UnsupportedOperationException', 'Token revocation is not enabled for the client.')
    const claims = await openRefreshToken(input.Token, ctx)
    if (claims === undefined)
      throw fail('UnsupportedTokenTypeException', 'Only refresh tokens can be revoked.')
    if (claims.client !== client.id)
      throw fail('UnauthorizedException', 'The token was issued to another client.')
    if (input.RevokeAssociatedSessions === 'LINKED') await endBrowserSession(claims, ctx)
    await revokeSignIn(claims, ctx)
    return {}
  },
})

/** Revokes all tokens of a sign-in; who is gone has none that are good. */
export async function revokeSignIn(
  { pool, sub, origin, expiresAt }: RefreshClaims,
  ctx: Pick<CallContext, 'store' | 'now'>,
): Promise<void> {
  const mark = { id: origin, until: new Date(expiresAt) }
  await changeUser(
    ctx,
    { pool, sub },
    { credential: (old) => ({ ...old, revoked: marked(old.revoked, mark, ctx.now()) }) },
  ).catch((error) => {
    if (error.code !== noUser().code) throw error
  })
}

/** Ends the browser's session that a sign-in came through. */
const endBrowserSession = (
  { pool, sub, origin }: RefreshClaims,
  ctx: Pick<CallContext, 'store' | 'now'>,
): Promise<void> =>
  ctx.store.transaction(async (tx) => {
    const active = await activeSessions(tx, { pool, sub }, ctx.now())
    const through = active.find((one) => one.origin === origin)?.sso
    const session = active.find((one) => one.id === through)
    if (session !== undefined) await endSession(tx, session, ctx.now())
  })
