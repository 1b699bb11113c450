import {
  constants,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  timingSafeEqual,
} from 'node:crypto'

/** Hashes that RSA signatures are made over. */
export type RsaHash = 'sha256' | 'sha384' | 'sha512'

/** DER of DigestInfo up to the digest itself (RFC 8017, section 9.2, note 1). */
const digestInfo: Readonly<Record<RsaHash, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
}

/** RSASSA-PKCS1-v1_5 over a digest that was made elsewhere. */
export const signPkcs1Digest = (hash: RsaHash, digest: Uint8Array, key: KeyObject): Buffer =>
  privateEncrypt(
    { key, padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([digestInfo[hash], digest]),
  )

export function verifyPkcs1Digest(
  hash: RsaHash,
  digest: Uint8Array,
  signature: Uint8Array,
  key: KeyObject,
): boolean {
  const expected = Buffer.concat([digestInfo[hash], digest])
  try {
    const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature)
    return opened.length === expected.length && timingSafeEqual(opened, expected)
  } catch {
    return false
  }
}

const modulusBits = (key: KeyObject): number => key.asymmetricKeyDetails?.modulusLength ?? 0

/**
 * RSASSA-PSS over a digest: EMSA-PSS (RFC 8017, section 9.1) with MGF1.
 * @param salt random bytes, as many as the digest has
 */
export function signPssDigest(
  hash: RsaHash,
  digest: Uint8Array,
  key: KeyObject,
  salt: Uint8Array,
): Buffer {
  const bits = modulusBits(key) - 1
  const length = Math.ceil(bits / 8)
  const own = hashOf(hash, Buffer.alloc(8), digest, salt)
  const data = Buffer.alloc(length - own.length - 1)
  data[data.length - salt.length - 1] = 1
  data.set(salt, data.length - salt.length)
  const masked = xor(data, mask(hash, own, data.length))
  masked[0]! &= 0xff >> (8 * length - bits)
  const encoded = Buffer.concat([masked, own, Buffer.of(0xbc)])
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded)
}

export function verifyPssDigest(
  hash: RsaHash,
  digest: Uint8Array,
  signature: Uint8Array,
  key: KeyObject,
): boolean {
  const bits = modulusBits(key) - 1
  const length = Math.ceil(bits / 8)
  let encoded: Buffer
  try {
    encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature)
  } catch {
    return false
  }
  const size = digest.length
  if (encoded.length !== length || encoded.at(-1) !== 0xbc) return false
  const own = encoded.subarray(length - size - 1, length - 1)
  const masked = encoded.subarray(0, length - size - 1)
  const unused = 8 * length - bits
  if (masked[0]! >> (8 - unused) !== 0) return false
  const data = xor(masked, mask(hash, own, masked.length))
  data[0]! &= 0xff >> unused
  const salt = data.subarray(data.length - size)
  const padding = data.subarray(0, data.length - size)
  const isPadding = padding.every((byte, i) => byte === (i === padding.length - 1 ? 1 : 0))
  return isPadding && timingSafeEqual(own, hashOf(hash, Buffer.alloc(8), digest, salt))
}

function hashOf(hash: RsaHash, ...parts: readonly Uint8Array[]): Buffer {
  const made = createHash(hash)
  for (const part of parts) made.update(part)
  return made.digest()
}

function mask(hash: RsaHash, seed: Uint8Array, length: number): Buffer {
  const blocks: Buffer[] = []
  for (let i = 0, made = 0; made < length; i++) {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(i)
    const block = hashOf(hash, seed, counter)
    blocks.push(block)
    made += block.length
  }
  return Buffer.concat(blocks).subarray(0, length)
}

function xor(data: Uint8Array, other: Uint8Array): Buffer {
  const out = Buffer.from(data)
  for (let i = 0; i < out.length; i++) out[i]! ^= other[i]!
  return out
}
