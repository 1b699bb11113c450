/**
 * Record bodies: JSON plus Date, Uint8Array and bigint. The first byte says whether any of the
 * three occurs, so that most bodies are parsed by JSON alone.
 */

const PLAIN = 0x30
const TAGGED = 0x31

/** Encodes a body; throws a TypeError for what would not come back as it went in. */
export function encodeBody(value: unknown): Buffer {
  const tagged = tag(value)
  const text = JSON.stringify(tagged)
  if (text === undefined) throw new TypeError('a record must be an object')
  return Buffer.from((tagged === value ? '0' : '1') + text, 'utf8')
}

/** Decodes what `encodeBody` made. */
export function decodeBody(bytes: Buffer): unknown {
  const value: unknown = JSON.parse(bytes.toString('utf8', 1))
  if (bytes[0] === PLAIN) return value
  if (bytes[0] === TAGGED) return untag(value)
  throw new TypeError('a record body is of an unknown format')
}

/** Returns the value itself when it is plain JSON, otherwise a copy with tags. */
function tag(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) return tagMembers(value)
    if (value instanceof Date) return { $date: value.toJSON() ?? 'invalid' }
    if (value instanceof Uint8Array) {
      const { buffer, byteOffset, byteLength } = value
      return { $bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
    }
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      throw new TypeError(`a record cannot hold a ${value.constructor?.name ?? 'strange object'}`)
    }
    return tagObject(value as Record<string, unknown>)
  }
  if (typeof value === 'bigint') return { $bigint: value.toString() }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`a record cannot hold ${value}`)
  }
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(`a record cannot hold a ${typeof value}`)
  }
  return value
}

function tagMembers(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let i = 0; i < list.length; i++) {
    const tagged = tag(list[i])
    if (tagged === list[i]) continue
    copy ??= [...list]
    copy[i] = tagged
  }
  return copy ?? list
}

function tagObject(object: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(object)
  const members = names.map((name) => tag(object[name]))
  if (names.every((name, i) => members[i] === object[name] && !name.startsWith('$'))) return object
  const copy: Record<string, unknown> = Object.create(null)
  // A name of the record's own that looks like a tag gets one more sign.
  for (const [i, name] of names.entries())
    copy[name.startsWith('$') ? `$${name}` : name] = members[i]
  return copy
}

function untag(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(untag)
  const object = value as Record<string, unknown>
  if (typeof object.$date === 'string') return new Date(object.$date)
  if (typeof object.$bytes === 'string') return new Uint8Array(Buffer.from(object.$bytes, 'base64'))
  if (typeof object.$bigint === 'string') return BigInt(object.$bigint)
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(object)) {
    const plain = name.startsWith('$') ? name.slice(1) : name
    const member = untag(object[name])
    if (plain !== '__proto__') out[plain] = member
    else Object.defineProperty(out, plain, { value: member, enumerable: true, writable: true })
  }
  return out
}
