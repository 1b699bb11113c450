import type { EncryptionAlgorithmSpec } from '@aws-sdk/client-kms'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { ServiceError } from '../../kernel/errors.ts'
import {
  type CiphertextNames,
  decryptMessage,
  type EncryptionContext,
  encryptMessage,
  namesOf,
} from './ciphertext.ts'
import { fail } from './contract.ts'
import { proxyRequest } from './custom-key-stores/calls.ts'
import {
  type OuterContext,
  openOutside,
  sealOutside,
} from './custom-key-stores/outer-encryption.ts'
import { loadKey, type NamedKey } from './key-names.ts'
import { type KeyRecord, keyArn } from './key-records.ts'
import { checkUsable, checkUsage } from './key-states.ts'
import { type KeyTarget, keyTarget, targetOf } from './key-targets.ts'
import { material, publicHalf } from './materials.ts'
import { rsaDecrypt, rsaEncrypt } from './rsa-encryption.ts'

/** What working with a decided key needs: its own account's store. */
export type KeyContext = OuterContext

/**
 * The context of a key that was decided upon.
 * @param operation as a custom key store's proxy is told
 */
export const keyContext = (ctx: CallContext, target: KeyTarget, operation = ''): KeyContext => ({
  request: proxyRequest(ctx, operation),
  ports: ctx.ports,
  random: ctx.random,
  store: ctx.storeOf(target),
  cached: (kind, account, key, load) => ctx.cached(kind, account, key, load),
})

const nonceLength = 16

/** KMS says no more about a ciphertext that cannot be opened. */
export const invalidCiphertext = (): ServiceError => fail('InvalidCiphertextException', '')

/** Refuses a key that cannot encrypt in this way now. */
export function checkAlgorithm(
  key: KeyRecord,
  algorithm: EncryptionAlgorithmSpec | undefined,
  operation: string,
): EncryptionAlgorithmSpec {
  checkUsage(key, 'ENCRYPT_DECRYPT', operation)
  const own = key.spec === 'SYMMETRIC_DEFAULT'
  const wanted = algorithm ?? 'SYMMETRIC_DEFAULT'
  if (own !== (wanted === 'SYMMETRIC_DEFAULT'))
    throw fail(
      'InvalidKeyUsageException',
      `Algorithm ${wanted} is incompatible with key spec ${key.spec}.`,
    )
  checkUsable(key)
  return wanted
}

/** The material that encrypts now. */
export async function currentMaterial(key: KeyRecord, ctx: KeyContext) {
  const current = key.material === undefined ? undefined : await material(key, key.material, ctx)
  if (current === undefined) throw fail('KMSInternalException', 'The key has no material.')
  return current
}

/** A ciphertext under the key's current material. */
export async function seal(
  key: KeyRecord,
  plaintext: Uint8Array,
  context: EncryptionContext | undefined,
  ctx: KeyContext,
  algorithm: EncryptionAlgorithmSpec = 'SYMMETRIC_DEFAULT',
): Promise<{ readonly blob: Uint8Array; readonly materialId: string | undefined }> {
  if (key.customKeyStoreId !== undefined)
    return { blob: await sealOutside(key, plaintext, context, ctx), materialId: undefined }
  const current = await currentMaterial(key, ctx)
  const { id, key: secret } = current
  if (algorithm !== 'SYMMETRIC_DEFAULT') {
    checkNoContext(context)
    return { blob: rsaEncrypt(key, algorithm, plaintext, publicHalf(current)), materialId: id }
  }
  const names = { account: key.account, keyId: key.id, materialId: id }
  const nonce = ctx.random.bytes(nonceLength)
  return { blob: encryptMessage(names, secret, nonce, plaintext, context), materialId: id }
}

/** Encryption contexts are authenticated by symmetric keys only. */
function checkNoContext(context: EncryptionContext | undefined): void {
  if (context !== undefined && Object.keys(context).length > 0)
    throw fail(
      'ValidationException',
      'EncryptionContext is not supported when using asymmetric KMS keys.',
    )
}

/** What a ciphertext of the key says; throws InvalidCiphertextException. */
export async function open(
  key: KeyRecord,
  blob: Uint8Array,
  context: EncryptionContext | undefined,
  ctx: KeyContext,
  algorithm: EncryptionAlgorithmSpec = 'SYMMETRIC_DEFAULT',
): Promise<{ readonly plaintext: Uint8Array; readonly materialId: string | undefined }> {
  if (algorithm !== 'SYMMETRIC_DEFAULT') {
    checkNoContext(context)
    const current = await currentMaterial(key, ctx)
    const plaintext = rsaDecrypt(algorithm, blob, current.key)
    if (plaintext === undefined) throw invalidCiphertext()
    return { plaintext, materialId: current.id }
  }
  const names = namesOf(blob)
  if (names?.keyId !== key.id || names.account !== key.account) throw invalidCiphertext()
  if (key.customKeyStoreId !== undefined) {
    const opened = await openOutside(key, blob, context, ctx)
    if (opened === undefined) throw invalidCiphertext()
    return { plaintext: opened, materialId: undefined }
  }
  const id = key.materialIds.find((known) => known.startsWith(names.materialPrefix))
  const found = id === undefined ? undefined : await material(key, id, ctx)
  if (found === undefined) throw invalidCiphertext()
  const plaintext = decryptMessage(found.key, blob, context)
  if (plaintext === undefined) throw invalidCiphertext()
  return { plaintext, materialId: found.id }
}

/** A key found inside a ciphertext. */
async function keyInside(names: CiphertextNames, read: ReadContext): Promise<NamedKey> {
  const { account, keyId } = names
  const { region } = read
  const arn = keyArn({ account, region, id: keyId })
  const key = await loadKey(account, region, keyId, read)
  return { account, region, arn, key, missing: '' }
}

/** What is decided before a ciphertext is opened. */
export interface OpeningTarget extends KeyTarget {
  /** The ciphertext is not of the key that the request names. */
  readonly mismatch: boolean
}

/**
 * The key of a ciphertext as a target. Symmetric ciphertexts name it themselves; where the request
 * names one too, that one is decided upon and must be the same.
 */
export async function openingTarget(
  blob: Uint8Array,
  keyId: string | undefined,
  read: ReadContext,
  asked: NonNullable<Parameters<typeof keyTarget>[2]>,
): Promise<OpeningTarget> {
  const names = namesOf(blob)
  if (keyId !== undefined) {
    const target = await keyTarget(keyId, read, asked)
    const own = target.record?.spec === 'SYMMETRIC_DEFAULT'
    const other = names !== undefined && names.keyId !== target.record?.id
    return { ...target, mismatch: own && other }
  }
  if (names === undefined) throw invalidCiphertext()
  const inside = await keyInside(names, read)
  return { ...(await targetOf(inside, read, asked)), mismatch: false }
}

/** Refuses to open a ciphertext with another key than its own, or with none. */
export function checkOpening(target: OpeningTarget): KeyRecord {
  if (target.record === undefined)
    throw target.missing === '' ? invalidCiphertext() : fail('NotFoundException', target.missing)
  if (target.mismatch)
    throw fail(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    )
  return target.record
}
