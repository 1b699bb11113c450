/** What a CBOR item says. Integers beyond 2^53 and simple values other than these are not read. */
export type Cbor =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly Cbor[]
  | CborMap
  | Tagged

export type CborMap = ReadonlyMap<number | string, Cbor>

export class Tagged {
  readonly tag: number
  readonly value: Cbor

  constructor(tag: number, value: Cbor) {
    this.tag = tag
    this.value = value
  }
}

/** The bytes are no CBOR, or CBOR of a kind that is not read. */
export class CborFault extends Error {
  override readonly name = 'CborFault'
}

const deepest = 8
/** Items of one text, all levels together. */
const most = 4_096

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads one item (RFC 8949) that fills the bytes. Byte strings and texts must have definite lengths;
 * arrays and maps may be of any. Keys of maps are integers or texts, each once.
 * @throws CborFault, also for what is nested deeper than 8 or has more than 4,096 items
 */
export function readCbor(bytes: Uint8Array): Cbor {
  const reader = new Reader(bytes)
  const item = reader.item(0)
  if (!reader.ended) throw new CborFault('something follows the item')
  return item
}

/**
 * Reads the one item with which the bytes begin.
 * @returns the item, and how many bytes it takes
 * @throws CborFault as `readCbor` does
 */
export function readFirstCbor(bytes: Uint8Array): { readonly item: Cbor; readonly length: number } {
  const reader = new Reader(bytes)
  return { item: reader.item(0), length: reader.at }
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0
  #items = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get at(): number {
    return this.#at
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length
  }

  item(depth: number): Cbor {
    if (depth > deepest) throw new CborFault('too deep')
    if (++this.#items > most) throw new CborFault('too many items')
    const [first = 0] = this.#take(1)
    const major = first >> 5
    const argument = first === 0x9f || first === 0xbf ? undefined : this.#argument(first & 31)
    if (major === 4) return this.#many(argument, () => this.item(depth + 1))
    if (major === 5) return this.#map(argument, depth)
    if (argument === undefined) throw new CborFault('a length that is not definite')
    if (major === 0) return argument
    if (major === 1) return -1 - argument
    if (major === 2) return this.#take(argument)
    if (major === 3) return this.#text(argument)
    if (major === 6) return new Tagged(argument, this.item(depth + 1))
    return simple(first)
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new CborFault('it ends too early')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  #argument(low: number): number {
    if (low < 24) return low
    if (low > 27) throw new CborFault('a length that is not definite')
    let value = 0n
    for (const byte of this.#take(1 << (low - 24))) value = (value << 8n) | BigInt(byte)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new CborFault('too large a number')
    return Number(value)
  }

  #text(length: number): string {
    try {
      return utf8.decode(this.#take(length))
    } catch (error) {
      throw error instanceof CborFault ? error : new CborFault('a text that is no UTF-8')
    }
  }

  /** @param count undefined where a break ends it */
  #many<T>(count: number | undefined, read: () => T): T[] {
    if (count === undefined) {
      const items: T[] = []
      while (this.#bytes[this.#at] !== 0xff) items.push(read())
      this.#at++
      return items
    }
    // Every item takes a byte at least: nothing is made for what cannot be there.
    if (count > this.#bytes.length - this.#at) throw new CborFault('it ends too early')
    return Array.from({ length: count }, read)
  }

  #map(count: number | undefined, depth: number): CborMap {
    const map = new Map<number | string, Cbor>()
    this.#many(count, () => {
      const key = this.item(depth + 1)
      if (typeof key !== 'number' && typeof key !== 'string') throw new CborFault('such a key')
      if (map.has(key)) throw new CborFault('a key that is there twice')
      map.set(key, this.item(depth + 1))
    })
    return map
  }
}

function simple(first: number): Cbor {
  if (first === 0xf4 || first === 0xf5) return first === 0xf5
  if (first === 0xf6) return null
  throw new CborFault('such a simple value')
}

/** The head of an item and, for byte strings and texts, their bytes. */
const head = (major: number, argument: number): Buffer => {
  if (argument < 24) return Buffer.of((major << 5) | argument)
  if (argument < 0x100) return Buffer.of((major << 5) | 24, argument)
  const long = Buffer.alloc(5)
  long.writeUInt8((major << 5) | 26)
  long.writeUInt32BE(argument, 1)
  return argument < 0x10000 ? Buffer.concat([Buffer.of((major << 5) | 25), long.subarray(3)]) : long
}

/** An array of texts and byte strings as CBOR, lengths in their shortest form. */
export const cborArray = (...items: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat([
    head(4, items.length),
    ...items.flatMap((item) => {
      const bytes = typeof item === 'string' ? Buffer.from(item) : item
      return [head(typeof item === 'string' ? 3 : 2, bytes.length), bytes]
    }),
  ])
