/** Standard alphabet; padding may be left out. Linear: one class, then at most two signs. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Bytes of a base64 text; undefined when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  if (!BASE64.test(trimmed)) return undefined
  const bytes = Buffer.from(trimmed, 'base64')
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
