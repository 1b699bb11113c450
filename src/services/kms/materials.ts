import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import type { KeySpec } from '@aws-sdk/client-kms'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Ports, Random } from '../../kernel/ports.ts'
import { type KeyRecord, keyArn, type MaterialRecord, materials } from './key-records.ts'
import { isSymmetric } from './key-specs.ts'

const purpose = 'kms-material'

/** What reading materials needs; the store is the key's. */
export interface MaterialReader {
  readonly ports: Pick<Ports, 'seals'>
  readonly store: Pick<ReadContext['store'], 'of'>
  cached: ReadContext['cached']
}

/** Ids of materials say nothing about them. */
export const newMaterialId = (random: Random): string =>
  Buffer.from(random.bytes(32)).toString('hex')

const bound = (key: Pick<KeyRecord, 'account' | 'id'>, materialId: string): string =>
  `${key.account}/${key.id}/${materialId}`

/**
 * Seals key material under a key of its own purpose, beside the barrier that seals its record: who
 * reads records by some fault still reads no keys. Replicas of a key share its seal.
 */
export async function sealMaterial(
  key: Pick<KeyRecord, 'account' | 'id'>,
  materialId: string,
  bytes: Uint8Array,
  ctx: Pick<CallContext, 'ports'>,
): Promise<string> {
  const seal = await ctx.ports.seals.ready(purpose)
  return seal.seal(bytes, bound(key, materialId))
}

/** The bytes that were sealed for a key under this id. */
export async function openSealed(
  key: Pick<KeyRecord, 'account' | 'id' | 'region'>,
  id: string,
  sealed: string | undefined,
  ctx: { readonly ports: Pick<Ports, 'seals'> },
): Promise<Uint8Array> {
  const seal = await ctx.ports.seals.ready(purpose)
  const bytes = seal.open(sealed ?? '', bound(key, id))
  if (bytes === undefined) throw new Error(`the material of ${keyArn(key)} cannot be opened`)
  return bytes
}

/** Whether a key of the spec is secret as a whole; others have a public half. */
export const isSecret = (spec: KeySpec): boolean => isSymmetric(spec) || spec.startsWith('HMAC_')

/** A material ready for use: a secret key, or a private key with its public half. */
export interface ReadyMaterial {
  readonly id: string
  readonly key: KeyObject
  readonly state: MaterialRecord['state']
  readonly expiresAt: number | undefined
}

/**
 * The material of a key by its id; undefined when there is none. Parsed once and kept while nothing
 * of the account's keys changes: a parse costs more than what is done with the key.
 */
export function material(
  key: KeyRecord,
  id: string,
  ctx: MaterialReader,
): ReadyMaterial | undefined | Promise<ReadyMaterial | undefined> {
  const { account, region } = key
  return ctx.cached('kms', account, `${region}/material/${key.id}/${id}`, async () => {
    const record = await ctx.store.of(materials).get([key.id, id])
    if (record?.sealed === undefined) return undefined
    const bytes = Buffer.from(await openSealed(key, id, record.sealed, ctx))
    return {
      id,
      key: isSecret(key.spec)
        ? createSecretKey(bytes)
        : createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }),
      state: record.state,
      expiresAt: record.expiry?.validTo?.getTime(),
    }
  })
}

/** The public half of a private key in PKCS #8, as SPKI. */
export const publicOf = (der: Uint8Array): Uint8Array =>
  createPublicKey(createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })).export(
    {
      type: 'spki',
      format: 'der',
    },
  )

const publicHalves = new WeakMap<KeyObject, KeyObject>()

/** The public half of an asymmetric key; derived once. */
export function publicHalf({ key }: ReadyMaterial): KeyObject {
  let half = publicHalves.get(key)
  if (half === undefined) {
    half = createPublicKey(key)
    publicHalves.set(key, half)
  }
  return half
}
