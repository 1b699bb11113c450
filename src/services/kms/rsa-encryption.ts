import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto'
import type { EncryptionAlgorithmSpec } from '@aws-sdk/client-kms'
import { fail } from './contract.ts'
import type { KeyRecord } from './key-records.ts'

const hashes: Readonly<Record<string, readonly [name: string, length: number]>> = {
  RSAES_OAEP_SHA_1: ['sha1', 20],
  RSAES_OAEP_SHA_256: ['sha256', 32],
}

const padding = constants.RSA_PKCS1_OAEP_PADDING

/** RSAES-OAEP under the public half; refuses what does not fit into one block. */
export function rsaEncrypt(
  { spec }: KeyRecord,
  algorithm: EncryptionAlgorithmSpec,
  plaintext: Uint8Array,
  key: KeyObject,
): Buffer {
  const [oaepHash, length] = hashes[algorithm]!
  const most = Number(spec.slice(4)) / 8 - 2 * length - 2
  if (plaintext.length > most)
    throw fail(
      'ValidationException',
      `Algorithm ${algorithm} and key spec ${spec} cannot encrypt data larger than ${most} bytes.`,
    )
  return publicEncrypt({ key, padding, oaepHash }, plaintext)
}

/** Undefined when the ciphertext is none of this key. */
export function rsaDecrypt(
  algorithm: EncryptionAlgorithmSpec,
  blob: Uint8Array,
  key: KeyObject,
): Buffer | undefined {
  const [oaepHash] = hashes[algorithm]!
  try {
    return privateDecrypt({ key, padding, oaepHash }, blob)
  } catch {
    return undefined
  }
}
