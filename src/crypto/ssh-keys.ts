import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/** An RSA public key in the form that SSH speaks (RFC 4253, section 6.6). */
export interface SshPublicKey {
  /** The wire form. */
  readonly blob: Uint8Array
  /** Bits of the modulus. */
  readonly bits: number
}

/**
 * Reads an RSA public key that is written as SSH does (`ssh-rsa AAAA... comment`) or in PEM.
 * @returns `unrecognized` when it is neither; `invalid` when it is one of them and no RSA key
 */
export function readPublicKey(text: string): SshPublicKey | 'unrecognized' | 'invalid' {
  const body = text.trim()
  if (/^-----BEGIN (RSA )?PUBLIC KEY-----\s/.test(body)) {
    try {
      return fromKey(createPublicKey(body))
    } catch {
      return 'invalid'
    }
  }
  const [, type, base64 = ''] = /^((?:ssh|ecdsa|sk)-[\w@.-]+)\s+(\S+)(?:\s|$)/.exec(body) ?? []
  if (type === undefined) return 'unrecognized'
  if (type !== 'ssh-rsa' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return 'invalid'
  const blob = Buffer.from(base64, 'base64')
  const [name, exponent, modulus, ...rest] = strings(blob) ?? []
  if (modulus === undefined || exponent === undefined || rest.length > 0) return 'invalid'
  if (name?.toString() !== 'ssh-rsa') return 'invalid'
  try {
    const key = fromKey(
      createPublicKey({
        key: { kty: 'RSA', e: unsigned(exponent), n: unsigned(modulus) },
        format: 'jwk',
      }),
    )
    // One key has one wire form: others would be the same key with another fingerprint.
    return typeof key !== 'string' && Buffer.from(key.blob).equals(blob) ? key : 'invalid'
  } catch {
    return 'invalid'
  }
}

function fromKey(key: KeyObject): SshPublicKey | 'invalid' {
  if (key.asymmetricKeyType !== 'rsa') return 'invalid'
  const { e = '', n = '' } = key.export({ format: 'jwk' })
  const parts = [Buffer.from('ssh-rsa'), integer(e), integer(n)]
  const blob = Buffer.concat(parts.flatMap((part) => [length(part), part]))
  return { blob, bits: key.asymmetricKeyDetails?.modulusLength ?? 0 }
}

/** `ssh-rsa AAAA...`, without a comment. */
export const asSsh = (blob: Uint8Array): string => `ssh-rsa ${Buffer.from(blob).toString('base64')}`

/** The key in PEM (SubjectPublicKeyInfo). */
export function asPem(blob: Uint8Array): string {
  const [, e, n] = strings(Buffer.from(blob))!
  const key = { kty: 'RSA', e: unsigned(e!), n: unsigned(n!) }
  return createPublicKey({ key, format: 'jwk' }).export({ format: 'pem', type: 'spki' }).toString()
}

/** The MD5 of the wire form in hexadecimal pairs, as `ssh-keygen -l -E md5` shows it. */
export const md5Fingerprint = (blob: Uint8Array): string =>
  createHash('md5').update(blob).digest('hex').match(/../g)!.join(':')

/** The length-prefixed strings of a wire form; undefined when it is cut short. */
function strings(blob: Buffer): Buffer[] | undefined {
  const found: Buffer[] = []
  for (let at = 0; at < blob.length; ) {
    if (at + 4 > blob.length) return undefined
    const end = at + 4 + blob.readUInt32BE(at)
    if (end > blob.length) return undefined
    found.push(blob.subarray(at + 4, end))
    at = end
  }
  return found
}

function length(bytes: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(bytes.length)
  return prefix
}

/** A positive mpint (RFC 4251, section 5): a leading zero where the top bit is set. */
function integer(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url')
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
}

const unsigned = (mpint: Buffer): string =>
  (mpint[0] === 0 ? mpint.subarray(1) : mpint).toString('base64url')
