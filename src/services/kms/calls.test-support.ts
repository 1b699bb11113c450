import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import * as Kms from '@aws-sdk/client-kms'
import { namedCalls } from '../../../test/named-calls.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
export type Loose = any

/** Calls of KMS by name, with the official client. */
export const kmsOf = namedCalls(Kms, 'KMSClient')

export const refusedAs = (name: string, text?: string | RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  // Whatever the model says, AWS answers 400 to faults of a client.
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } }
  assert.equal($metadata?.httpStatusCode, 400)
  if (typeof text === 'string') assert.equal(error.message, text)
  else if (text) assert.match(error.message, text)
  return true
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Wraps key material as a client does that follows PKCS #11 or PKCS #1. */
export function wrap(algorithm: string, publicKey: Uint8Array, material: Uint8Array): Buffer {
  const spki = { key: Buffer.from(publicKey), format: 'der', type: 'spki' } as const
  const key = crypto.createPublicKey(spki)
  const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING
  const oaepHash = algorithm.endsWith('256') ? 'sha256' : 'sha1'
  const direct = (bytes: Uint8Array) => crypto.publicEncrypt({ key, padding, oaepHash }, bytes)
  if (algorithm.startsWith('RSAES')) return direct(material)
  const kek = crypto.randomBytes(32)
  const cipher = crypto.createCipheriv('id-aes256-wrap-pad', kek, Buffer.from('a65959a6', 'hex'))
  return Buffer.concat([direct(kek), cipher.update(material), cipher.final()])
}

type Call = ReturnType<typeof kmsOf>

/** Imports material into a key; the members of `more` go into the import. */
export async function importInto(
  kms: Call,
  KeyId: string,
  material: Uint8Array,
  more: object = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' },
  WrappingAlgorithm = 'RSAES_OAEP_SHA_256',
): Promise<Loose> {
  const wrapping = { WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' }
  const made = await kms('GetParametersForImport', { KeyId, ...wrapping })
  const EncryptedKeyMaterial = wrap(WrappingAlgorithm, made.PublicKey, material)
  return kms('ImportKeyMaterial', {
    KeyId,
    ImportToken: made.ImportToken,
    EncryptedKeyMaterial,
    ...more,
  })
}
