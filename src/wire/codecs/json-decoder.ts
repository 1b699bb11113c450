import { serializationException } from '../protocol-errors.ts'
import type { ListShape, MapShape, Shape, StructureShape } from '../schema/shape.ts'
import { fromEpoch, parseTimestamp } from '../timestamp.ts'
import { decodeBase64 } from './base64.ts'
import { MAX_DEPTH, memoized, put } from './compile.ts'

/** Turns a parsed JSON value into the handler's form of it. */
export type JsonDecoder = (value: unknown, depth: number) => unknown
type Compile = (shape: Shape) => JsonDecoder

/** awsJson: members go by their own names. */
export const rpcJsonDecoder = jsonDecoders(false)
/** restJson: `jsonName` renames members. */
export const restJsonDecoder = jsonDecoders(true)

function jsonDecoders(renamed: boolean): Compile {
  return memoized((shape, compile): JsonDecoder => {
    switch (shape.kind) {
      case 'string':
        return readString
      case 'number':
        return readNumber
      case 'boolean':
        return readBoolean
      case 'blob':
        return readBlob
      case 'timestamp':
        return readTimestamp
      case 'bigInteger':
        return readBigInteger
      case 'bigDecimal':
        return readBigDecimal
      case 'document':
        return readDocument
      case 'unit':
        return () => ({})
      case 'list':
        return readList(shape, compile)
      case 'map':
        return readMap(shape, compile)
      case 'structure':
        return readStructure(shape, compile, renamed)
    }
  })
}

function readStructure(shape: StructureShape, compile: Compile, renamed: boolean): JsonDecoder {
  const fields = shape.members.map(({ name, shape, traits }) => ({
    name,
    key: renamed ? (traits.jsonName ?? name) : name,
    read: compile(shape),
  }))
  const { union } = shape
  return (value, depth) => {
    if (!isObject(value)) throw unexpected(value, 'structure')
    if (depth > MAX_DEPTH) throw tooDeep()
    const out: Record<string, unknown> = {}
    let set = 0
    for (const { name, key, read } of fields) {
      const field = value[key]
      if (field === undefined || field === null) continue
      out[name] = read(field, depth + 1)
      set++
    }
    if (union && set !== 1) throw notOneMember()
    return out
  }
}

function readList(shape: ListShape, compile: Compile): JsonDecoder {
  const sparse = shape.member.traits.sparse === 1
  const read = compile(shape.member.shape)
  return (value, depth) => {
    if (!Array.isArray(value)) throw unexpected(value, 'list')
    if (depth > MAX_DEPTH) throw tooDeep()
    const out: unknown[] = []
    for (const item of value) {
      if (item !== null) out.push(read(item, depth + 1))
      else if (sparse) out.push(null)
    }
    return out
  }
}

function readMap(shape: MapShape, compile: Compile): JsonDecoder {
  const sparse = shape.value.traits.sparse === 1
  const read = compile(shape.value.shape)
  return (value, depth) => {
    if (!isObject(value)) throw unexpected(value, 'map')
    if (depth > MAX_DEPTH) throw tooDeep()
    const out: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      const item = value[key]
      if (item !== null) put(out, key, read(item, depth + 1))
      else if (sparse) put(out, key, null)
    }
    return out
  }
}

const readString: JsonDecoder = (value) => {
  if (typeof value === 'string') return value
  throw unexpected(value, 'String')
}

const readNumber: JsonDecoder = (value) => {
  if (typeof value === 'number') return value
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY
  throw unexpected(value, 'Number')
}

const readBoolean: JsonDecoder = (value) => {
  if (typeof value === 'boolean') return value
  throw unexpected(value, 'Boolean')
}

const readBlob: JsonDecoder = (value) => {
  if (typeof value !== 'string') throw unexpected(value, 'Blob')
  const bytes = decodeBase64(value)
  if (bytes) return bytes
  throw serializationException('Unable to parse a base64 value')
}

const readTimestamp: JsonDecoder = (value) => {
  const date =
    typeof value === 'number'
      ? fromEpoch(value)
      : typeof value === 'string'
        ? parseTimestamp(value)
        : undefined
  if (date) return date
  throw unexpected(value, 'Timestamp')
}

const readBigInteger: JsonDecoder = (value) => {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d{1,1000}$/.test(value)) return BigInt(value)
  throw unexpected(value, 'BigInteger')
}

const readBigDecimal: JsonDecoder = (value) => {
  if (typeof value !== 'number' && typeof value !== 'string') throw unexpected(value, 'BigDecimal')
  return { string: String(value), type: 'bigDecimal' }
}

const readDocument: JsonDecoder = (value, depth) => {
  if (depth > MAX_DEPTH) throw tooDeep()
  if (Array.isArray(value)) return value.map((item) => readDocument(item, depth + 1))
  if (!isObject(value)) return value
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) put(out, key, readDocument(value[key], depth + 1))
  return out
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const tooDeep = () => serializationException('Nesting is too deep')
const notOneMember = () => serializationException('Exactly one member of a union must be present')

/** The sentences of AWS's own parser. */
function unexpected(value: unknown, wanted: string) {
  if (Array.isArray(value)) return serializationException('Start of list found where not expected')
  switch (typeof value) {
    case 'object':
      return serializationException('Start of structure or map found where not expected.')
    case 'string':
      return serializationException(`STRING_VALUE can not be converted to a ${wanted}`)
    case 'number':
      return serializationException(`NUMBER_VALUE can not be converted to a ${wanted}`)
    default:
      return serializationException(
        `${String(value).toUpperCase()}_VALUE can not be converted to a ${wanted}`,
      )
  }
}
