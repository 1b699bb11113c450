/** Writing and reading of DER (X.690), as far as certificates and messages here need it. */

/** One element: its tag, its length, its parts. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest & 0xff)
  return Buffer.of(0x80 | bytes.length, ...bytes)
}

/** An object identifier by the hex digits of its value. */
export const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)

/** An element as it was read. */
export interface Element {
  readonly tag: number
  readonly body: Uint8Array
}

/**
 * The elements that fill the bytes; tags of one byte, lengths of up to three.
 * @returns undefined for what is no DER of that kind
 */
export function elementsOf(bytes: Uint8Array): readonly Element[] | undefined {
  const elements: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!
    let length = bytes[at + 1]
    at += 2
    if (length === undefined || (tag & 0x1f) === 0x1f) return undefined
    if (length >= 0x80) {
      const size = length & 0x7f
      if (size === 0 || size > 3 || at + size > bytes.length) return undefined
      length = 0
      for (const byte of bytes.subarray(at, at + size)) length = length * 0x100 + byte
      at += size
    }
    if (at + length > bytes.length) return undefined
    elements.push({ tag, body: bytes.subarray(at, at + length) })
    at += length
  }
  return elements
}
