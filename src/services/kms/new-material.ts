import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeySpec } from '@aws-sdk/client-kms'
import { privateKeyDer } from '../../crypto/pkcs8.ts'
import type { Random } from '../../kernel/ports.ts'

const pair = promisify(generateKeyPair) as unknown as (
  type: string,
  options?: object,
) => Promise<{ readonly privateKey: KeyObject }>

export const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P256: 'P-256',
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
  ECC_SECG_P256K1: 'secp256k1',
}

/** Bytes of an HMAC key: as long as its digest. */
export const macLengths: Readonly<Record<string, number>> = {
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
}

/**
 * Fresh key material of a spec: the bytes of a secret key, or a private key in PKCS #8 (DER). Key
 * pairs are made on the thread pool.
 */
export async function newMaterial(spec: KeySpec, random: Random): Promise<Uint8Array> {
  if (spec === 'SYMMETRIC_DEFAULT') return random.bytes(32)
  const macLength = macLengths[spec]
  if (macLength !== undefined) return random.bytes(macLength)
  const { privateKey } = await newPair(spec, random)
  return privateKeyDer(privateKey)
}

/** A key pair of an asymmetric spec. */
export function newPair(spec: string, random: Random): Promise<{ readonly privateKey: KeyObject }> {
  if (spec.startsWith('RSA_')) return random.rsaKey(Number(spec.slice(4)))
  const namedCurve = curves[spec]
  if (namedCurve !== undefined) return pair('ec', { namedCurve })
  if (spec === 'ECC_NIST_EDWARDS25519') return pair('ed25519')
  // ML_DSA_44 is ml-dsa-44, ML_KEM_512 is ml-kem-512.
  return pair(spec.toLowerCase().replaceAll('_', '-'))
}
