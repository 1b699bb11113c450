import type { CallContext } from '../../kernel/context.ts'
import { collection, type Readable, type Transaction } from '../../kernel/store.ts'
import { changeUserIn, credentialsIn } from './changing.ts'
import type { App } from './client-places.ts'
import { validityOf } from './client-settings.ts'
import { marked } from './credential-records.ts'
import { isRevoked } from './revocation.ts'
import { sessionsPerUser, tracksSessions } from './session-settings.ts'
import type { SignIn } from './sign-in-steps.ts'
import { deviceTypeOf } from './user-agents.ts'
import type { UserRecord } from './user-records.ts'

/** A sign-in whose tokens last, or a browser's session, where the pool keeps a list of them. */
export interface UserSessionRecord {
  readonly pool: string
  readonly sub: string
  /** `origin_jti` of its tokens; of a browser's session its id. */
  readonly origin: string
  /** As it is told: `tkn` or `sso`, and 25 letters and digits. */
  readonly id: string
  /** The browser's session that the sign-in came through. */
  readonly sso?: string | undefined
  readonly client: string
  readonly createdAt: Date
  readonly activeAt: Date
  readonly device: string
  readonly ip: string
  /** No token of it lives longer. */
  readonly until: Date
}

export const userSessions = collection<UserSessionRecord>('cognito.user-sessions')({
  scope: 'region',
  version: 1,
  key: ({ pool, sub, origin }) => [pool, sub, origin],
})

type Owner = Pick<UserRecord, 'pool' | 'sub'>

/** More than a pool lets a user have. */
const all = 1_000

/** The sign-ins of a user that can still go on, oldest first. */
export async function activeSessions(
  store: Readable,
  { pool, sub }: Owner,
  now: Date,
): Promise<readonly UserSessionRecord[]> {
  const { records } = await store.of(userSessions).list({ prefix: [pool, sub], limit: all })
  const credential = await credentialsIn(store, { pool, sub })
  return records.filter(({ origin, until }) => until > now && !isRevoked(credential, { origin }))
}

type Noting = Pick<CallContext, 'store' | 'now' | 'random' | 'source'>

export const isSso = ({ id }: Pick<UserSessionRecord, 'id'>): boolean => id.startsWith('sso')

/** The id of a new session. */
export const sessionId = (kind: 'tkn' | 'sso', { random }: Pick<CallContext, 'random'>): string =>
  `${kind}${random.text(25, 'abcdefghijklmnopqrstuvwxyz0123456789')}`

/** Lists a new sign-in; whoever has too many loses the one that was active least recently. */
export async function noteSignIn(
  app: App,
  user: UserRecord,
  { origin }: SignIn,
  ctx: Noting,
): Promise<void> {
  const { pool, client } = app
  if (!tracksSessions(pool)) return
  const now = ctx.now()
  const session: UserSessionRecord = {
    pool: pool.id,
    sub: user.sub,
    origin,
    id: sessionId('tkn', ctx),
    client: client.id,
    createdAt: now,
    activeAt: now,
    device: deviceTypeOf(ctx.source),
    ip: ctx.source.ip,
    until: new Date(now.getTime() + validityOf(client.settings).refresh * 1_000),
  }
  await ctx.store.transaction(async (tx) => {
    const active = (await activeSessions(tx, user, now)).filter((one) => !isSso(one))
    const kept = new Set(active.map((one) => one.origin))
    const { records } = await tx.of(userSessions).list({ prefix: [pool.id, user.sub], limit: all })
    for (const one of records)
      if (!kept.has(one.origin) && !(isSso(one) && one.until > now))
        await tx.of(userSessions).delete([pool.id, user.sub, one.origin])
    const byUse = active.toSorted((a, b) => a.activeAt.getTime() - b.activeAt.getTime())
    const tooMany = Math.max(byUse.length + 1 - sessionsPerUser(pool), 0)
    for (const one of byUse.slice(0, tooMany)) await endSession(tx, one, now)
    await tx.of(userSessions).create(session)
  })
}

/** Ends a session, and with it those that are linked to it, where that is asked for. */
export async function endSessions(
  tx: Transaction,
  ended: UserSessionRecord,
  linked: boolean,
  now: Date,
): Promise<void> {
  await endSession(tx, ended, now)
  if (!linked) return
  for (const one of await activeSessions(tx, ended, now))
    if (isSso(ended) ? one.sso === ended.id : one.id === ended.sso) await endSession(tx, one, now)
}

/** Revokes the tokens of a sign-in and strikes it from the list. */
export async function endSession(
  tx: Transaction,
  session: UserSessionRecord,
  now: Date,
): Promise<void> {
  const { pool, sub, origin, until } = session
  if (isSso(session)) {
    await tx.of(userSessions).delete([pool, sub, origin])
    return
  }
  const mark = { id: origin, until }
  await changeUserIn(
    tx,
    { pool, sub },
    { credential: (old) => ({ ...old, revoked: marked(old.revoked, mark, now) }) },
    now,
  )
  await tx.of(userSessions).delete([pool, sub, origin])
}

/** Notes that a sign-in goes on. */
export async function noteRefresh(
  { pool }: App,
  { sub }: Owner,
  { origin }: SignIn,
  ctx: Pick<CallContext, 'store' | 'now' | 'source'>,
): Promise<void> {
  if (!tracksSessions(pool)) return
  const device = deviceTypeOf(ctx.source)
  await ctx.store.transaction(async (tx) => {
    const old = await tx.of(userSessions).get([pool.id, sub, origin])
    if (old === undefined) return
    await tx.of(userSessions).put({ ...old, activeAt: ctx.now(), device, ip: ctx.source.ip })
  })
}
