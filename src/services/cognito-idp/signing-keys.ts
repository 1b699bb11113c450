import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { collection, type Readable } from '../../kernel/store.ts'
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

/** A key for ID tokens and one for access tokens, made when a pool first needs them. */
export const signingKeys = collection<SigningKeyRecord>('cognito.signing-keys')({
  scope: 'region',
  version: 1,
  key: ({ pool, use }) => [pool, use],
  cached: 'cognito',
})

export interface SigningKey {
  readonly id: string
  readonly use: TokenUse
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
    const { records } = await ctx.store.of(signingKeys).list({ prefix: [pool], limit: 10 })
    return records.map(({ id, use, pem }) => ({
      id,
      use,
      privateKey: createPrivateKey(pem),
      publicKey: createPublicKey(pem),
    }))
  })

const pair = promisify(generateKeyPair)

/** The pool's keys, made if need be. */
export async function keysOf(
  pool: string,
  ctx: Pick<CallContext, 'cached' | 'account' | 'region' | 'store' | 'random'>,
): Promise<readonly SigningKey[]> {
  const known = await knownKeys(pool, ctx)
  if (known.length > 0) return known
  const made = await Promise.all(
    uses.map(async (use) => {
      const { privateKey } = await pair('rsa', { modulusLength: 2_048 })
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      return { pool, use, id: Buffer.from(ctx.random.bytes(33)).toString('base64url'), pem }
    }),
  )
  await ctx.store.transaction(async (tx) => {
    if ((await tx.of(pools).get([pool])) === undefined) throw noPool(pool)
    if ((await tx.of(signingKeys).get([pool, 'id'])) !== undefined) return
    for (const key of made) await tx.of(signingKeys).create(key)
  })
  return knownKeys(pool, ctx)
}

/** The public halves, as RFC 7517 has them. */
export const publicKeys = (keys: readonly SigningKey[]): JWK[] =>
  keys.map(({ id, publicKey }) => ({
    ...(publicKey.export({ format: 'jwk' }) as JWK),
    kid: id,
    alg: 'RS256',
    use: 'sig',
  }))
