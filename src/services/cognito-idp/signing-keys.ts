import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { collection, type Job, type Readable } from '../../kernel/store.ts'
import { pools } from './pool-records.ts'
import { noPool } from './pool-targets.ts'

export type TokenUse = 'id' | 'access'

interface SigningKeyRecord {
  readonly pool: string
  readonly use: TokenUse
  /** `kid` of the tokens. */
  readonly id: string
  /** PKCS #8, PEM. */
  readonly pem: string
}

/** A key for ID tokens and one for access tokens, made when a pool first needs them and once a year. */
export const signingKeys = collection<SigningKeyRecord>('cognito.signing-keys')({
  scope: 'region',
  version: 1,
  key: ({ pool, use }) => [pool, use],
  cached: 'cognito',
})

interface RetiredKeyRecord extends SigningKeyRecord {
  /** Tokens that it signed are out by then. */
  readonly until: Date
}

/** Keys that sign no longer, but have. */
export const retiredKeys = collection<RetiredKeyRecord>('cognito.retired-keys')({
  scope: 'region',
  version: 1,
  key: ({ pool, use, id }) => [pool, use, id],
  cached: 'cognito',
})

export interface SigningKey {
  readonly id: string
  readonly use: TokenUse
  /** False once another one signs in its place. */
  readonly current: boolean
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

type Reading = Pick<ReadContext, 'cached' | 'account' | 'region'> & { readonly store: Readable }

const uses = ['id', 'access'] as const

/** The pool's keys; none before they were needed. */
export const knownKeys = (
  pool: string,
  ctx: Reading,
): readonly SigningKey[] | Promise<readonly SigningKey[]> =>
  ctx.cached('cognito', ctx.account, `keys/${ctx.region}/${pool}`, async () => {
    const [current, retired] = await Promise.all([
      ctx.store.of(signingKeys).list({ prefix: [pool], limit: 10 }),
      ctx.store.of(retiredKeys).list({ prefix: [pool], limit: 10 }),
    ])
    const key = ({ id, use, pem }: SigningKeyRecord, isCurrent: boolean): SigningKey => ({
      id,
      use,
      current: isCurrent,
      privateKey: createPrivateKey(pem),
      publicKey: createPublicKey(pem),
    })
    return [
      ...current.records.map((record) => key(record, true)),
      ...retired.records.map((record) => key(record, false)),
    ]
  })

/** The pool's keys, made if need be. */
export async function keysOf(
  pool: string,
  ctx: Pick<CallContext, 'cached' | 'account' | 'region' | 'store' | 'random' | 'now'>,
): Promise<readonly SigningKey[]> {
  const known = await knownKeys(pool, ctx)
  if (known.length > 0) return known
  const made = await newKeys(pool, ctx)
  await ctx.store.transaction(async (tx) => {
    if ((await tx.of(pools).get([pool])) === undefined) throw noPool(pool)
    if ((await tx.of(signingKeys).get([pool, 'id'])) !== undefined) return
    for (const key of made) await tx.of(signingKeys).create(key)
    tx.schedule(rotation(pool, ctx.now()))
  })
  return knownKeys(pool, ctx)
}

const newKeys = (
  pool: string,
  { random }: Pick<CallContext, 'random'>,
): Promise<SigningKeyRecord[]> =>
  Promise.all(
    uses.map(async (use) => {
      const { privateKey } = await random.rsaKey(2_048)
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      return { pool, use, id: Buffer.from(random.bytes(33)).toString('base64url'), pem }
    }),
  )

const day = 86_400_000
const rotationPeriod = 365 * day
/** No ID or access token lives longer than a day; clocks of others may be a little behind. */
const overlap = day + 3_600_000

const rotation = (pool: string, now: Date): Job => ({
  type: 'cognito-idp.RotateKeys',
  key: pool,
  dueAt: now.getTime() + rotationPeriod,
  detail: { pool },
})

/** Makes new keys in the place of a pool's old ones, which are published until their tokens are out. */
export async function rotateKeys({ detail }: Job, ctx: CallContext): Promise<void> {
  const pool = String(detail.pool)
  const made = await newKeys(pool, ctx)
  await ctx.store.transaction(async (tx) => {
    if ((await tx.of(pools).get([pool])) === undefined) return
    const now = ctx.now()
    const until = new Date(now.getTime() + overlap)
    const { records } = await tx.of(signingKeys).list({ prefix: [pool], limit: 10 })
    for (const old of records) await tx.of(retiredKeys).put({ ...old, until })
    for (const key of made) await tx.of(signingKeys).put(key)
    tx.schedule({
      type: 'cognito-idp.DropKeys',
      key: pool,
      dueAt: until.getTime(),
      detail: { pool },
    })
    tx.schedule(rotation(pool, now))
  })
}

/** Deletes keys whose tokens are out. */
export async function dropKeys({ detail }: Job, ctx: CallContext): Promise<void> {
  const pool = String(detail.pool)
  await ctx.store.transaction(async (tx) => {
    const { records } = await tx.of(retiredKeys).list({ prefix: [pool], limit: 10 })
    for (const { use, id, until } of records)
      if (until <= ctx.now()) await tx.of(retiredKeys).delete([pool, use, id])
  })
}

/** The public halves, as RFC 7517 has them. */
export const publicKeys = (keys: readonly SigningKey[]): JWK[] =>
  keys.map(({ id, publicKey }) => ({
    ...(publicKey.export({ format: 'jwk' }) as JWK),
    kid: id,
    alg: 'RS256',
    use: 'sig',
  }))
