import { generateKeyPair, randomFillSync } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from './ports.ts'

const block = Buffer.allocUnsafe(16_384)
let used = block.length

/** Bytes drawn in blocks: one system call serves some thousand ids. */
function take(length: number): Uint8Array {
  if (length > block.length) return randomFillSync(Buffer.allocUnsafe(length))
  if (used + length > block.length) {
    randomFillSync(block)
    used = 0
  }
  const bytes = Uint8Array.prototype.slice.call(block, used, used + length)
  // What has been handed out does not stay in memory here.
  block.fill(0, used, used + length)
  used += length
  return bytes
}

const pair = promisify(generateKeyPair)

const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** The operating system's random source. */
export const systemRandom: Random = {
  bytes: take,
  uuid() {
    const b = take(16)
    b[6] = (b[6]! & 0x0f) | 0x40
    b[8] = (b[8]! & 0x3f) | 0x80
    let text = ''
    for (let i = 0; i < 16; i++) {
      text += hex[b[i]!]
      if (i === 3 || i === 5 || i === 7 || i === 9) text += '-'
    }
    return text
  },
  text(length, alphabet) {
    const limit = 256 - (256 % alphabet.length)
    let text = ''
    while (text.length < length)
      for (const byte of take(length - text.length))
        if (byte < limit) text += alphabet[byte % alphabet.length]
    return text
  },
  rsaKey: (bits) => pair('rsa', { modulusLength: bits }),
}
