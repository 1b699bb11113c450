import type { Key } from '../kernel/store.ts'

const TEXT = 0x02
const NUMBER = 0x03
const LONGEST = 2048

/** No record can have such a key. */
export class UnfitKey extends RangeError {
  override readonly name = 'UnfitKey'
}

/**
 * Encodes a tuple so that byte order is tuple order: texts by code point, numbers by value. A
 * longer tuple comes after its prefix.
 */
export function encodeKey(parts: Key): Buffer {
  let size = 0
  for (const part of parts) size += typeof part === 'number' ? 9 : part.length * 3 + 2
  const out = Buffer.allocUnsafe(size)
  let at = 0
  for (const part of parts) {
    if (typeof part === 'number') at = writeNumber(out, at, part)
    else {
      if (part.includes('\0')) return encodeSlowly(parts)
      if (!part.isWellFormed()) throw new UnfitKey('a key holds half a surrogate pair')
      out[at] = TEXT
      at += 1 + out.write(part, at + 1, 'utf8')
      out[at++] = 0
    }
  }
  if (at > LONGEST) throw new UnfitKey(`a key is ${at} bytes long, at most ${LONGEST} fit`)
  return out.subarray(0, at)
}

/** The keys from `from` on that begin with the encoded prefix. */
export const endOfPrefix = (prefix: Uint8Array): Buffer => Buffer.concat([prefix, END])

/** The smallest key after this one. */
export const successor = (key: Uint8Array): Buffer => Buffer.concat([key, ZERO])

const END = Buffer.of(0xff)
const ZERO = Buffer.of(0)

/** Texts with NUL: each is escaped so that it stays below its successors. */
function encodeSlowly(parts: Key): Buffer {
  const bytes: number[] = []
  for (const part of parts) {
    if (typeof part === 'number') {
      const number = Buffer.alloc(9)
      writeNumber(number, 0, part)
      bytes.push(...number)
    } else {
      if (!part.isWellFormed()) throw new UnfitKey('a key holds half a surrogate pair')
      bytes.push(TEXT)
      for (const byte of Buffer.from(part, 'utf8')) bytes.push(...(byte === 0 ? [0, 0xff] : [byte]))
      bytes.push(0)
    }
  }
  if (bytes.length > LONGEST) throw new UnfitKey(`a key is longer than ${LONGEST} bytes`)
  return Buffer.from(bytes)
}

function writeNumber(out: Buffer, at: number, value: number): number {
  if (Number.isNaN(value)) throw new RangeError('a key holds NaN')
  out[at] = NUMBER
  // `+ 0` turns -0 into 0. Negative numbers have all bits flipped, others the sign bit.
  out.writeDoubleBE(value + 0, at + 1)
  if (value < 0) for (let i = at + 1; i < at + 9; i++) out[i] = out[i]! ^ 0xff
  else out[at + 1] = out[at + 1]! ^ 0x80
  return at + 9
}
