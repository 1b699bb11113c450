import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { randomNonce } from './random-bytes.ts'

const TAG = 16
const NONCE = 12

/**
 * AES-256-GCM: header, nonce, ciphertext, tag.
 * @param bound is authenticated with the text; it says what the header says too
 */
export function sealBox(
  key: KeyObject,
  header: Uint8Array,
  bound: Uint8Array,
  plain: Uint8Array,
): Buffer {
  const nonce = randomNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  cipher.setAAD(bound)
  const out = Buffer.allocUnsafe(header.length + NONCE + plain.length + TAG)
  out.set(header)
  out.set(nonce, header.length)
  out.set(cipher.update(plain), header.length + NONCE)
  cipher.final()
  out.set(cipher.getAuthTag(), out.length - TAG)
  return out
}

/** Opens a box; undefined when it was not sealed by this key with this `bound`. */
export function openBox(
  key: KeyObject,
  headerLength: number,
  bound: Uint8Array,
  box: Uint8Array,
): Buffer | undefined {
  const start = headerLength + NONCE
  if (box.length < start + TAG) return undefined
  const nonce = box.subarray(headerLength, start)
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  cipher.setAAD(bound)
  cipher.setAuthTag(box.subarray(box.length - TAG))
  const plain = cipher.update(box.subarray(start, box.length - TAG))
  try {
    cipher.final()
  } catch {
    return undefined
  }
  return plain
}

/** Joins parts so that no two lists of parts give the same bytes. */
export function bind(...parts: readonly (Uint8Array | string | number)[]): Buffer {
  const pieces: Uint8Array[] = []
  for (const part of parts) {
    const bytes = typeof part === 'number' ? numberBytes(part) : asBytes(part)
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32BE(bytes.length)
    pieces.push(length, bytes)
  }
  return Buffer.concat(pieces)
}

const asBytes = (part: Uint8Array | string): Uint8Array =>
  typeof part === 'string' ? Buffer.from(part, 'utf8') : part

function numberBytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeDoubleBE(value)
  return bytes
}
