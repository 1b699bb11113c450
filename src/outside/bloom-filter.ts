import { createHash } from 'node:crypto'

/** For one wrong hit in ten thousand: 1.44 log2(10^4) bits for each entry, asked in 13 places. */
const bitsPerEntry = 19.2
const places = 13

/** SHA-1, as collections of stolen passwords have it. */
export const sha1 = (text: string): Buffer => createHash('sha1').update(text).digest()

/**
 * A set of SHA-1 values that never misses one of its own, and takes one other in ten thousand for one
 * (Bloom 1970, with the double hashing of Kirsch and Mitzenmacher 2006).
 */
export class BloomFilter {
  readonly #bits: Uint8Array
  readonly #size: number

  /** @param entries how many there will be at most */
  constructor(entries: number) {
    this.#size = Math.max(64, Math.ceil(entries * bitsPerEntry))
    this.#bits = new Uint8Array(Math.ceil(this.#size / 8))
  }

  add(hash: Uint8Array): void {
    for (const place of this.#placesOf(hash)) this.#bits[Math.floor(place / 8)]! |= 1 << (place % 8)
  }

  has(hash: Uint8Array): boolean {
    for (const place of this.#placesOf(hash))
      if ((this.#bits[Math.floor(place / 8)]! & (1 << (place % 8))) === 0) return false
    return true
  }

  *#placesOf(hash: Uint8Array): Generator<number> {
    const view = Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength)
    const first = view.readUIntBE(0, 6)
    const step = view.readUIntBE(6, 5) * 2 + 1
    for (let i = 0; i < places; i++) yield (first + i * step) % this.#size
  }
}
