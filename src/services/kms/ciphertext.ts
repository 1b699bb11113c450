import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
} from 'node:crypto'

/**
 * The form of a symmetric ciphertext. It names its key and material, so that Decrypt needs no key id
 * and never tries keys:
 *
 *     version 1 | flags 1 | account 6 | key id 16 | material 8 | nonce 16 | ciphertext | tag 16
 *
 * Every message has a key of its own, derived from the material and the nonce (SP 800-108, HMAC-SHA-256
 * in counter mode), so that no number of messages wears a key out. The header and the canonical
 * encryption context are authenticated.
 */
const version = 1
const multiRegion = 1
const lengths = { header: 48, nonce: 16, tag: 16 } as const
export const headerLength = lengths.header
/** Each derived key encrypts one message, so its nonce may stand still. */
const iv = Buffer.alloc(12)
const label = Buffer.concat([
  Buffer.from([0, 0, 0, 1]),
  Buffer.from('sallyport kms message key'),
  Buffer.from([0]),
])
const bits = Buffer.from([0, 0, 1, 0])

/** Pairs that are authenticated with a message and told to nobody but the log. */
export type EncryptionContext = Readonly<Record<string, string | undefined>>

/** What a ciphertext says of itself. */
export interface CiphertextNames {
  readonly account: string
  readonly keyId: string
  /** First 16 hex digits of the material's id. */
  readonly materialPrefix: string
}

/**
 * The encryption context as authenticated bytes: pairs in the order of their keys' UTF-8 bytes, each
 * text preceded by its length, so that no two contexts look alike.
 */
export function canonicalContext(context: EncryptionContext = {}): Buffer {
  const pairs = Object.entries(context).map(([key, value = '']) => [
    Buffer.from(key),
    Buffer.from(value),
  ])
  pairs.sort(([a], [b]) => Buffer.compare(a!, b!))
  const parts: Buffer[] = []
  for (const text of pairs.flat()) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(text.length)
    parts.push(length, text)
  }
  return Buffer.concat(parts)
}

const keyIdBytes = (keyId: string): Buffer => Buffer.from(keyId.replace(/^mrk-|-/g, ''), 'hex')

function keyIdText(bytes: Buffer, isMultiRegion: boolean): string {
  const hex = bytes.toString('hex')
  if (isMultiRegion) return `mrk-${hex}`
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The key of one message. As an object, because ciphers take twice as long to take bytes. */
const messageKey = (material: KeyObject, nonce: Uint8Array): KeyObject =>
  createSecretKey(createHmac('sha256', material).update(label).update(nonce).update(bits).digest())

interface Names {
  readonly account: string
  readonly keyId: string
  readonly materialId: string
}

/** @param nonce 16 random bytes */
export function headerOf(names: Names, nonce: Uint8Array): Buffer {
  const header = Buffer.alloc(lengths.header)
  header[0] = version
  header[1] = names.keyId.startsWith('mrk-') ? multiRegion : 0
  header.writeUIntBE(Number(names.account), 2, 6)
  keyIdBytes(names.keyId).copy(header, 8)
  header.write(names.materialId.slice(0, 16), 24, 'hex')
  header.set(nonce, 32)
  return header
}

/** @param nonce 16 random bytes */
export function encryptMessage(
  names: Names,
  material: KeyObject,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  context: EncryptionContext | undefined,
): Buffer {
  const header = headerOf(names, nonce)
  const cipher = createCipheriv('aes-256-gcm', messageKey(material, nonce), iv)
  cipher.setAAD(header)
  cipher.setAAD(canonicalContext(context))
  return Buffer.concat([header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** What a ciphertext says of itself; undefined when it is none of ours. Nothing is verified yet. */
export function namesOf(blob: Uint8Array): CiphertextNames | undefined {
  if (blob.length < lengths.header + lengths.tag || blob[0] !== version) return undefined
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
  const flags = bytes[1]!
  if (flags > 1) return undefined
  const account = bytes.readUIntBE(2, 6)
  if (account > 999_999_999_999) return undefined
  return {
    account: String(account).padStart(12, '0'),
    keyId: keyIdText(bytes.subarray(8, 24), flags === multiRegion),
    materialPrefix: bytes.toString('hex', 24, 32),
  }
}

/** A ciphertext without the names of its key, for who keeps those elsewhere. */
export interface NamelessCiphertext {
  /** Version, flags and material: 10 bytes. */
  readonly metadata: Uint8Array
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

/** Takes a ciphertext apart; undefined for one that is longer than its plaintext asks for. */
export function withoutNames(
  blob: Uint8Array,
  plaintextLength: number,
): NamelessCiphertext | undefined {
  if (blob.length !== lengths.header + plaintextLength + lengths.tag) return undefined
  const header = blob.subarray(0, lengths.header)
  return {
    metadata: Buffer.concat([header.subarray(0, 2), header.subarray(24, 32)]),
    nonce: header.subarray(32),
    ciphertext: blob.subarray(lengths.header, -lengths.tag),
    tag: blob.subarray(-lengths.tag),
  }
}

/** Puts it together again; undefined where a part has another length than it must. */
export function withNames(
  { metadata, nonce, ciphertext, tag }: NamelessCiphertext,
  { account, keyId }: Pick<Names, 'account' | 'keyId'>,
): Buffer | undefined {
  const isWhole = metadata.length === 10 && nonce.length === lengths.nonce
  if (!isWhole || tag.length !== lengths.tag) return undefined
  const materialId = Buffer.from(metadata.subarray(2)).toString('hex')
  const header = headerOf({ account, keyId, materialId }, nonce)
  header.set(metadata.subarray(0, 2))
  return Buffer.concat([header, ciphertext, tag])
}

/** The plaintext; undefined when key, context or a single bit is another. */
export function decryptMessage(
  material: KeyObject,
  blob: Uint8Array,
  context: EncryptionContext | undefined,
): Buffer | undefined {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
  const header = bytes.subarray(0, lengths.header)
  const nonce = bytes.subarray(lengths.header - lengths.nonce, lengths.header)
  const decipher = createDecipheriv('aes-256-gcm', messageKey(material, nonce), iv)
  decipher.setAAD(header)
  decipher.setAAD(canonicalContext(context))
  decipher.setAuthTag(bytes.subarray(-lengths.tag))
  try {
    const opened = decipher.update(bytes.subarray(lengths.header, -lengths.tag))
    return Buffer.concat([opened, decipher.final()])
  } catch {
    return undefined
  }
}
