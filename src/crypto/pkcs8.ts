import type { KeyObject } from 'node:crypto'
import { der } from './der.ts'

/** Object identifiers of the lattice algorithms (NIST), as DER values. */
const lattices: Readonly<Record<string, string>> = {
  'ml-dsa-44': '608648016503040311',
  'ml-dsa-65': '608648016503040312',
  'ml-dsa-87': '608648016503040313',
  'ml-kem-512': '608648016503040401',
  'ml-kem-768': '608648016503040402',
  'ml-kem-1024': '608648016503040403',
}

/**
 * A private key in PKCS #8 (DER). Keys of lattices come in the seed form of RFC 9881 and RFC 9935,
 * `[0] seed`, the shortest of the forms that are read everywhere.
 */
export function privateKeyDer(key: KeyObject): Buffer {
  const oid = lattices[key.asymmetricKeyType ?? '']
  if (oid === undefined) return key.export({ type: 'pkcs8', format: 'der' })
  const { priv } = key.export({ format: 'jwk' }) as { readonly priv?: string }
  const algorithm = der(0x30, der(0x06, Buffer.from(oid, 'hex')))
  const seed = der(0x80, Buffer.from(priv!, 'base64url'))
  return der(0x30, der(0x02, Buffer.of(0)), algorithm, der(0x04, seed))
}
