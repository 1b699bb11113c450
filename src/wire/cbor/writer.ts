/** A growing buffer of CBOR items. */
export class CborWriter {
  #bytes = Buffer.allocUnsafe(1024)
  #at = 0

  /** Everything written so far. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  /** First byte and argument of an item. */
  head(major: number, argument: number | bigint): void {
    this.#reserve(9)
    const first = major << 5
    if (argument < 24) this.#byte(first | Number(argument))
    else if (argument < 0x100) {
      this.#byte(first | 24)
      this.#byte(Number(argument))
    } else if (argument < 0x1_0000) {
      this.#byte(first | 25)
      this.#at = this.#bytes.writeUInt16BE(Number(argument), this.#at)
    } else if (argument < 0x1_0000_0000) {
      this.#byte(first | 26)
      this.#at = this.#bytes.writeUInt32BE(Number(argument), this.#at)
    } else {
      this.#byte(first | 27)
      this.#at = this.#bytes.writeBigUInt64BE(BigInt(argument), this.#at)
    }
  }

  text(value: string): void {
    const length = Buffer.byteLength(value)
    this.head(3, length)
    this.#reserve(length)
    this.#at += this.#bytes.write(value, this.#at)
  }

  bytes(value: Uint8Array): void {
    this.head(2, value.length)
    this.raw(value)
  }

  /** Bytes that are a finished item already. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value < 0) this.head(1, -1 - value)
      else this.head(0, value)
      return
    }
    this.#reserve(9)
    this.#byte(0xfb)
    this.#at = this.#bytes.writeDoubleBE(value, this.#at)
  }

  bigInteger(value: bigint): void {
    const negative = value < 0n
    const magnitude = negative ? -1n - value : value
    if (magnitude < 2n ** 64n) {
      this.head(negative ? 1 : 0, magnitude)
      return
    }
    const hex = magnitude.toString(16)
    this.head(6, negative ? 3 : 2)
    this.bytes(Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex'))
  }

  boolean(value: boolean): void {
    this.#reserve(1)
    this.#byte(value ? 0xf5 : 0xf4)
  }

  null(): void {
    this.#reserve(1)
    this.#byte(0xf6)
  }

  timestamp(value: Date): void {
    this.head(6, 1)
    this.number(value.getTime() / 1000)
  }

  #byte(value: number): void {
    this.#bytes[this.#at++] = value
  }

  #reserve(length: number): void {
    const needed = this.#at + length
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }
}
