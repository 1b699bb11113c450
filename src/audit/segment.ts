/**
 * A segment is a batch of records with a directory. The directory answers "can this segment hold
 * what I look for?" without opening the body: a sorted set of 32-bit hashes of everything that
 * records can be found by. A hash may be shared by chance, so records are checked after reading.
 */
export interface Entry {
  /** The CloudTrail record. */
  readonly record: string
  /** What decided, for `why`; JSON as well. */
  readonly decision: string
  /** Everything the record can be found by, as `keyOf` makes it. */
  readonly keys: readonly string[]
}

/** A text that a record is found by: attribute and value, within an account and Region. */
export const keyOf = (scope: string, attribute: string, value: string): string =>
  `${scope}\n${attribute}\n${value}`

/** FNV-1a, 32 bits: cheap, and spread well enough for a set that is checked again. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

export function encodeDirectory(entries: readonly Entry[]): Uint8Array {
  let count = 0
  for (const { keys } of entries) count += keys.length
  const hashes = new Uint32Array(count)
  let place = 0
  for (const { keys } of entries) for (const key of keys) hashes[place++] = hash32(key)
  hashes.sort()
  let kept = 0
  for (let i = 0; i < count; i++)
    if (i === 0 || hashes[i] !== hashes[i - 1]) hashes[kept++] = hashes[i]!
  return new Uint8Array(hashes.buffer, 0, kept * 4)
}

export function directoryHas(directory: Uint8Array, key: string): boolean {
  const wanted = hash32(key)
  // Bytes out of the store need not be aligned.
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength)
  let low = 0
  let high = directory.byteLength / 4 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const value = view.getUint32(middle * 4, true)
    if (value === wanted) return true
    if (value < wanted) low = middle + 1
    else high = middle - 1
  }
  return false
}

/** One record and one decision to a line pair, oldest first. */
export function encodeBody(entries: readonly Entry[]): Uint8Array {
  let text = ''
  for (const { record, decision } of entries) text += `${record}\n${decision}\n`
  return new TextEncoder().encode(text)
}

export function decodeBody(body: Uint8Array): { record: string; decision: string }[] {
  const lines = new TextDecoder().decode(body).split('\n')
  const entries: { record: string; decision: string }[] = []
  for (let i = 0; i + 1 < lines.length; i += 2)
    entries.push({ record: lines[i]!, decision: lines[i + 1]! })
  return entries
}
