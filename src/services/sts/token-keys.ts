import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import type { CallContext } from '../../kernel/context.ts'
import type { Random } from '../../kernel/ports.ts'
import { collection, type Store } from '../../kernel/store.ts'

export type TokenAlgorithm = 'RS256' | 'ES384'

interface TokenKeyRecord {
  readonly id: string
  readonly algorithm: TokenAlgorithm
  /** PKCS #8, PEM. */
  readonly pem: string
  readonly createdAt: Date
}

const tokenKeys = collection<TokenKeyRecord>('sts.token-keys')({
  scope: 'account',
  version: 1,
  key: ({ algorithm, id }) => [algorithm, id],
})

const day = 86_400_000
/** A key signs for ninety days, and is published a day longer: more than any token lives. */
const signs = 90 * day
const published = 91 * day

const pair = promisify(generateKeyPair)

async function newKey(algorithm: TokenAlgorithm, random: Random): Promise<string> {
  const { privateKey } =
    algorithm === 'RS256' ? await random.rsaKey(2_048) : await pair('ec', { namedCurve: 'P-384' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const all = async (store: Pick<Store, 'of'>, prefix: readonly string[]) =>
  (await store.of(tokenKeys).list({ prefix, limit: 1_000 })).records

const algorithms = ['RS256', 'ES384'] as const

/** What making and reading keys needs; its store is the account's. */
type KeyContext = Pick<CallContext, 'store' | 'random' | 'now'>

/**
 * Keys of both algorithms that sign now; those that are missing, or have signed long enough, are made
 * anew. Both are made together, so that who fetched the public keys once has them all.
 */
async function currentKeys(ctx: KeyContext): Promise<readonly TokenKeyRecord[]> {
  const now = ctx.now().getTime()
  const isCurrent = ({ createdAt }: TokenKeyRecord) => now - createdAt.getTime() < signs
  const known = (await all(ctx.store, [])).filter(isCurrent)
  const missing = algorithms.filter(
    (algorithm) => !known.some((key) => key.algorithm === algorithm),
  )
  if (missing.length === 0) return known
  const made = await Promise.all(
    missing.map(async (algorithm) => {
      const pem = await newKey(algorithm, ctx.random)
      return { id: ctx.random.uuid(), algorithm, createdAt: ctx.now(), pem }
    }),
  )
  return ctx.store.transaction(async (tx) => {
    const keys = await all(tx, [])
    for (const { algorithm, id, createdAt } of keys)
      if (now - createdAt.getTime() >= published) await tx.of(tokenKeys).delete([algorithm, id])
    const current = keys.filter(isCurrent)
    for (const key of made) {
      if (current.some(({ algorithm }) => algorithm === key.algorithm)) continue
      await tx.of(tokenKeys).create(key)
      current.push(key)
    }
    return current
  })
}

/** The key that signs now. */
export async function signingKey(
  algorithm: TokenAlgorithm,
  ctx: KeyContext,
): Promise<{ readonly id: string; readonly key: KeyObject }> {
  const record = (await currentKeys(ctx)).find((key) => key.algorithm === algorithm)!
  return { id: record.id, key: createPrivateKey(record.pem) }
}

/** The public halves of keys whose tokens may still be good (RFC 7517). */
export async function publicKeys(ctx: KeyContext): Promise<JWK[]> {
  await currentKeys(ctx)
  const now = ctx.now().getTime()
  return (await all(ctx.store, []))
    .filter(({ createdAt }) => now - createdAt.getTime() < published)
    .map(({ id, algorithm, pem }) => ({
      ...(createPublicKey(pem).export({ format: 'jwk' }) as JWK),
      kid: id,
      alg: algorithm,
      use: 'sig',
    }))
}
