import { MAX_DEPTH, put } from '../codecs/compile.ts'
import { serializationException } from '../protocol-errors.ts'

/** A tagged value: 1 is a timestamp, 2 and 3 are big integers, 4 a decimal fraction. */
export class Tagged {
  readonly tag: number
  readonly value: unknown

  constructor(tag: number, value: unknown) {
    this.tag = tag
    this.value = value
  }
}

/** Marks the end of an item of indefinite length. */
const BREAK = Symbol('break')

/**
 * Reads one CBOR item that fills the bytes. Lengths are checked against what is left before
 * anything is allocated, so that a short body cannot claim a large value.
 * @see https://www.rfc-editor.org/rfc/rfc8949
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes)
  const value = reader.item(0)
  if (value === BREAK || reader.left > 0) throw malformed()
  return value
}

const malformed = () => serializationException('Unable to parse the request body as CBOR')

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  item(depth: number): unknown {
    if (depth > MAX_DEPTH) throw malformed()
    const first = this.#bytes[this.#take(1)]!
    const major = first >> 5
    const info = first & 31
    if (major === 7) return this.#simple(info)
    if (info === 31) return this.#indefinite(major, depth)
    const argument = this.#argument(info)
    switch (major) {
      case 0:
        return argument
      case 1:
        return typeof argument === 'number' ? -1 - argument : -1n - argument
      case 2:
        return this.#slice(argument)
      case 3:
        return this.#text(argument)
      case 4:
        return this.#array(this.#count(argument), depth)
      case 5:
        return this.#map(this.#count(argument), depth)
      default:
        return new Tagged(Number(argument), this.#value(depth + 1))
    }
  }

  /** An item that must not be the end of an indefinite one. */
  #value(depth: number): unknown {
    const value = this.item(depth)
    if (value === BREAK) throw malformed()
    return value
  }

  #take(length: number): number {
    if (length > this.left) throw malformed()
    const at = this.#at
    this.#at += length
    return at
  }

  #argument(info: number): number | bigint {
    if (info < 24) return info
    switch (info) {
      case 24:
        return this.#bytes[this.#take(1)]!
      case 25:
        return this.#bytes.readUInt16BE(this.#take(2))
      case 26:
        return this.#bytes.readUInt32BE(this.#take(4))
      case 27: {
        const value = this.#bytes.readBigUInt64BE(this.#take(8))
        return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
      }
      default:
        throw malformed()
    }
  }

  /** Every item takes a byte at least. */
  #count(argument: number | bigint): number {
    if (typeof argument === 'bigint' || argument > this.left) throw malformed()
    return argument
  }

  #slice(length: number | bigint): Uint8Array {
    const size = this.#count(length)
    const at = this.#take(size)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, size)
  }

  #text(length: number | bigint): string {
    const size = this.#count(length)
    const at = this.#take(size)
    return this.#bytes.toString('utf8', at, at + size)
  }

  #array(count: number, depth: number): unknown[] {
    const list: unknown[] = []
    for (let i = 0; i < count; i++) list.push(this.#value(depth + 1))
    return list
  }

  #map(count: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    for (let i = 0; i < count; i++) this.#entry(map, this.#value(depth + 1), depth)
    return map
  }

  #entry(map: Record<string, unknown>, key: unknown, depth: number): void {
    if (typeof key !== 'string') throw malformed()
    put(map, key, this.#value(depth + 1))
  }

  #indefinite(major: number, depth: number): unknown {
    const list: unknown[] = []
    const map: Record<string, unknown> = {}
    for (;;) {
      const value = this.item(depth + 1)
      if (value === BREAK) break
      if (major === 5) this.#entry(map, value, depth)
      else list.push(value)
    }
    switch (major) {
      case 2:
        if (!list.every((chunk) => chunk instanceof Uint8Array)) throw malformed()
        return new Uint8Array(Buffer.concat(list))
      case 3:
        if (!list.every((chunk) => typeof chunk === 'string')) throw malformed()
        return list.join('')
      case 4:
        return list
      case 5:
        return map
      default:
        throw malformed()
    }
  }

  #simple(info: number): unknown {
    switch (info) {
      case 20:
        return false
      case 21:
        return true
      case 22:
        return null
      case 23:
        return undefined
      case 25:
        return halfFloat(this.#bytes.readUInt16BE(this.#take(2)))
      case 26:
        return this.#bytes.readFloatBE(this.#take(4))
      case 27:
        return this.#bytes.readDoubleBE(this.#take(8))
      case 31:
        return BREAK
      default:
        throw malformed()
    }
  }
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
