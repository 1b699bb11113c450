/** Bytes of a base64 text in the standard alphabet, padded or not; undefined when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  // The decoder also takes the URL-safe alphabet, and skips over what it does not know: then it
  // returns fewer bytes than the text is long enough for.
  if (trimmed.includes('-') || trimmed.includes('_')) return undefined
  let digits = trimmed.length
  if (trimmed.endsWith('=')) digits -= trimmed.endsWith('==') ? 2 : 1
  const bytes = Buffer.from(trimmed, 'base64')
  if (bytes.length !== Math.floor((digits * 3) / 4) || digits % 4 === 1) return undefined
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
