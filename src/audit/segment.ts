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
  readonly keys: readonly number[]
}

/**
 * What a record is found by: attribute and value within an account and Region, as 32 bits of
 * FNV-1a: cheap, and spread well enough for a set that is checked again.
 */
export function keyOf(scope: string, attribute: string, value: string): number {
  if (scope !== lastScope) {
    lastScope = scope
    lastHash = mix(offset, scope)
  }
  return mix(mix(lastHash, attribute) ^ 10, value) >>> 0
}

const offset = 0x811c9dc5

/** The keys of one record share their scope. */
let lastScope = ''
let lastHash = offset

function mix(hash: number, text: string): number {
  let mixed = hash
  for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01000193)
  return mixed
}

export function encodeDirectory(entries: readonly Entry[]): Uint8Array {
  let count = 0
  for (const { keys } of entries) count += keys.length
  const hashes = new Uint32Array(count)
  let place = 0
  for (const { keys } of entries) for (const key of keys) hashes[place++] = key
  hashes.sort()
  let kept = 0
  for (let i = 0; i < count; i++)
    if (i === 0 || hashes[i] !== hashes[i - 1]) hashes[kept++] = hashes[i]!
  return new Uint8Array(hashes.buffer, 0, kept * 4)
}

export function directoryHas(directory: Uint8Array, wanted: number): boolean {
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

interface Part {
  readonly directory: Uint8Array
  readonly body: Uint8Array
}

/** Several segments as one, oldest first. */
export function mergeSegments(parts: readonly Part[]): Part {
  const hashes = new Set<number>()
  for (const { directory } of parts) {
    const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength)
    for (let at = 0; at < directory.byteLength; at += 4) hashes.add(view.getUint32(at, true))
  }
  const sorted = Uint32Array.from(hashes).sort()
  return {
    directory: new Uint8Array(sorted.buffer),
    body: Buffer.concat(parts.map(({ body }) => body)),
  }
}
