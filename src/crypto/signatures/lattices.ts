import type { KeyObject } from 'node:crypto'
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'

/** ML-DSA over the message representative `mu` of FIPS 204, for which OpenSSL has no call in Node. */
const sets: Readonly<Record<string, typeof ml_dsa44>> = {
  'ml-dsa-44': ml_dsa44,
  'ml-dsa-65': ml_dsa65,
  'ml-dsa-87': ml_dsa87,
}

const setOf = (key: KeyObject): typeof ml_dsa44 => {
  const set = sets[key.asymmetricKeyType ?? '']
  if (set === undefined) throw new Error('no ML-DSA key')
  return set
}

const part = (key: KeyObject, name: 'priv' | 'pub'): Buffer => {
  const jwk = key.export({ format: 'jwk' }) as Readonly<Record<string, string>>
  return Buffer.from(jwk[name]!, 'base64url')
}

/** @param mu 64 bytes */
export const signMu = (mu: Uint8Array, key: KeyObject): Uint8Array => {
  const set = setOf(key)
  return set.internal.sign(mu, set.keygen(part(key, 'priv')).secretKey, { externalMu: true })
}

export function verifyMu(mu: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  try {
    return setOf(key).internal.verify(signature, mu, part(key, 'pub'), { externalMu: true })
  } catch {
    return false
  }
}
