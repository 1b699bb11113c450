import {
  constants,
  createDecipheriv,
  createPrivateKey,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto'
import type { KeySpec } from '@aws-sdk/client-kms'
import { privateKeyDer } from '../../crypto/pkcs8.ts'
import { fail } from './contract.ts'
import { invalidCiphertext } from './encryption.ts'
import type { ImportToken } from './import-tokens.ts'
import { isSymmetric } from './key-specs.ts'
import { curves, macLengths } from './new-material.ts'

const padding = constants.RSA_PKCS1_OAEP_PADDING
/** Initial value of AES key wrap with padding (RFC 5649). */
const wrapPad = Buffer.from('a65959a6', 'hex')
const longestMac = 128

/**
 * Key material out of its wrapping: RSAES-OAEP, or an AES-256 key under RSAES-OAEP followed by the
 * material under it (RFC 5649), as PKCS #11 has it in CKM_RSA_AES_KEY_WRAP.
 * @throws InvalidCiphertextException
 */
export function unwrap(wrapped: Uint8Array, { algorithm, key }: ImportToken): Buffer {
  const oaepHash = algorithm.endsWith('_256') ? 'sha256' : 'sha1'
  try {
    if (algorithm.startsWith('RSAES_OAEP'))
      return privateDecrypt({ key, padding, oaepHash }, wrapped)
    const size = key.asymmetricKeyDetails!.modulusLength! / 8
    const kek = privateDecrypt({ key, padding, oaepHash }, wrapped.subarray(0, size))
    const decipher = createDecipheriv('id-aes256-wrap-pad', kek, wrapPad)
    return Buffer.concat([decipher.update(wrapped.subarray(size)), decipher.final()])
  } catch {
    throw invalidCiphertext()
  }
}

const unsuitable = (spec: KeySpec) =>
  fail('IncorrectKeyMaterialException', `The key material is not suitable for key spec ${spec}.`)

/**
 * Imported bytes in the form in which materials are kept.
 * @throws IncorrectKeyMaterialException for what is no material of the spec
 */
export function checkedMaterial(spec: KeySpec, bytes: Buffer): Buffer {
  if (isSymmetric(spec)) {
    if (bytes.length !== 32) throw unsuitable(spec)
    return bytes
  }
  const shortest = macLengths[spec]
  if (shortest !== undefined) {
    if (bytes.length < shortest || bytes.length > longestMac) throw unsuitable(spec)
    return bytes
  }
  const key = privateKey(bytes)
  if (key === undefined || !isOf(spec, key)) throw unsuitable(spec)
  return privateKeyDer(key)
}

function privateKey(bytes: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
  } catch {
    return undefined
  }
}

/** OpenSSL's names of the curves that KMS knows by theirs. */
const opensslCurves: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
}

function isOf(spec: KeySpec, key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (spec.startsWith('RSA_')) return type === 'rsa' && details?.modulusLength === +spec.slice(4)
  const curve = curves[spec]
  if (curve === undefined) return spec === 'ECC_NIST_EDWARDS25519' && type === 'ed25519'
  return type === 'ec' && details?.namedCurve === (opensslCurves[curve] ?? curve)
}
