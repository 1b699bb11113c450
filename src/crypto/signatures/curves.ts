import type { KeyObject } from 'node:crypto'
import { ed25519ph } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/**
 * Signatures of elliptic curves over what was hashed elsewhere: OpenSSL as Node has it always hashes
 * itself. These are JavaScript, twenty times slower, and constant in time only as far as JavaScript
 * can be.
 */
const curves: Readonly<Record<string, typeof p256>> = {
  prime256v1: p256,
  secp384r1: p384,
  secp521r1: p521,
  secp256k1,
}

const options = { prehash: false, format: 'der', lowS: false } as const

const curveOf = (key: KeyObject): typeof p256 => {
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (curve === undefined) throw new Error('no such curve')
  return curve
}

const part = (key: KeyObject, name: 'd' | 'x' | 'y'): Buffer =>
  Buffer.from(key.export({ format: 'jwk' })[name]!, 'base64url')

/** ECDSA over a digest, in DER; the nonce follows from key and digest (RFC 6979). */
export const signEcDigest = (digest: Uint8Array, key: KeyObject): Uint8Array =>
  curveOf(key).sign(digest, part(key, 'd'), options)

export function verifyEcDigest(digest: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  const point = Buffer.concat([Buffer.of(4), part(key, 'x'), part(key, 'y')])
  try {
    return curveOf(key).verify(signature, digest, point, options)
  } catch {
    return false
  }
}

/** Ed25519ph (RFC 8032) of a message, which it hashes once more. */
export const signEdDigest = (message: Uint8Array, key: KeyObject): Uint8Array =>
  ed25519ph.sign(message, part(key, 'd'))

export function verifyEdDigest(
  message: Uint8Array,
  signature: Uint8Array,
  key: KeyObject,
): boolean {
  try {
    return ed25519ph.verify(signature, message, part(key, 'x'))
  } catch {
    return false
  }
}
