import type { CallContext } from '../../kernel/context.ts'
import { collection, type Readable, type Transaction } from '../../kernel/store.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import type { SignIn } from './sign-in-steps.ts'

/** How far the refresh tokens of one sign-in have been rotated. */
interface RotationRecord {
  readonly pool: string
  readonly sub: string
  /** `origin_jti` of the sign-in. */
  readonly origin: string
  /** Tokens of this generation are good; older ones were rotated out. */
  readonly generation: number
  readonly rotatedAt: Date
  /** No token of the sign-in lives longer. */
  readonly until: Date
}

export const rotations = collection<RotationRecord>('cognito.rotations')({
  scope: 'region',
  version: 1,
  key: ({ pool, sub, origin }) => [pool, sub, origin],
})

/** The part of a refresh token by which its place among the others of its sign-in is known. */
interface Token extends SignIn {
  readonly pool: string
  readonly sub: string
  readonly expiresAt: number
  readonly generation?: number | undefined
}

export const rotates = ({ client }: App): boolean =>
  client.settings.RefreshTokenRotation?.Feature === 'ENABLED'

/** Refuses a token that was rotated out, once the client's time for retries is over. */
function checkGeneration(
  { client }: App,
  record: RotationRecord | undefined,
  { generation = 0 }: Token,
  now: Date,
): void {
  if (record === undefined || generation >= record.generation) return
  const seconds = client.settings.RefreshTokenRotation?.RetryGracePeriodSeconds ?? 0
  const retried = generation === record.generation - 1
  if (retried && now.getTime() - record.rotatedAt.getTime() < seconds * 1_000) return
  throw fail('RefreshTokenReuseException', 'Refresh token has been invalidated by rotation')
}

const recordOf = (store: Readable, { pool, sub, origin }: Token) =>
  store.of(rotations).get([pool, sub, origin])

/** Refuses a token that was rotated out; nothing changes. */
export const checkRotation = async (app: App, token: Token, ctx: CallContext): Promise<void> =>
  checkGeneration(app, await recordOf(ctx.store, token), token, ctx.now())

/**
 * Rotates a refresh token out; a retry in time changes nothing.
 * @returns the generation of the token that comes after it
 */
export const rotated = (app: App, token: Token, ctx: CallContext): Promise<number> =>
  ctx.store.transaction(async (tx) => {
    const now = ctx.now()
    const record = await recordOf(tx, token)
    checkGeneration(app, record, token, now)
    const { pool, sub, origin, generation = 0 } = token
    if (record !== undefined && generation < record.generation) return record.generation
    await forgetEnded(tx, token, now)
    const until = new Date(token.expiresAt)
    const next = { pool, sub, origin, generation: generation + 1, rotatedAt: now, until }
    await tx.of(rotations).put(next)
    return next.generation
  })

/** The oldest sign-ins come first, so that each rotation clears away more than it leaves. */
async function forgetEnded(tx: Transaction, { pool, sub }: Token, now: Date): Promise<void> {
  const { records } = await tx.of(rotations).list({ prefix: [pool, sub], limit: 10 })
  for (const { origin, until } of records)
    if (until <= now) await tx.of(rotations).delete([pool, sub, origin])
}
