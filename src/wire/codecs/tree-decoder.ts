import type { ServiceError } from '../../kernel/errors.ts'
import { serializationException } from '../protocol-errors.ts'
import type { ListShape, MapShape, Shape, StructureShape } from '../schema/shape.ts'
import { MAX_DEPTH, memoized, put } from './compile.ts'

/** Turns a parsed JSON or CBOR value into the handler's form of it. */
export type TreeDecoder = (value: unknown, depth: number) => unknown
type Compile = (shape: Shape) => TreeDecoder

/** How an encoding shows the values that JSON and CBOR show differently. */
export interface Leaves {
  readonly number: TreeDecoder
  readonly blob: TreeDecoder
  readonly timestamp: TreeDecoder
  readonly bigInteger: TreeDecoder
  readonly bigDecimal: TreeDecoder
  /** `jsonName` renames members. */
  readonly renamed: boolean
}

/** Makes the compiler of an encoding's decoders; it compiles each shape once. */
export function treeDecoders(leaves: Leaves): Compile {
  return memoized((shape, compile): TreeDecoder => {
    switch (shape.kind) {
      case 'string':
        return readString
      case 'boolean':
        return readBoolean
      case 'number':
      case 'blob':
      case 'timestamp':
      case 'bigInteger':
      case 'bigDecimal':
        return leaves[shape.kind]
      case 'document':
        return readDocument
      case 'unit':
        return () => ({})
      case 'list':
        return readList(shape, compile)
      case 'map':
        return readMap(shape, compile)
      case 'structure':
        return readStructure(shape, compile, leaves.renamed)
    }
  })
}

function readStructure(shape: StructureShape, compile: Compile, renamed: boolean): TreeDecoder {
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

function readList(shape: ListShape, compile: Compile): TreeDecoder {
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

function readMap(shape: MapShape, compile: Compile): TreeDecoder {
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

const readString: TreeDecoder = (value) => {
  if (typeof value === 'string') return value
  throw unexpected(value, 'String')
}

const readBoolean: TreeDecoder = (value) => {
  if (typeof value === 'boolean') return value
  throw unexpected(value, 'Boolean')
}

const readDocument: TreeDecoder = (value, depth) => {
  if (depth > MAX_DEPTH) throw tooDeep()
  if (Array.isArray(value)) return value.map((item) => readDocument(item, depth + 1))
  if (!isObject(value)) return value
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) put(out, key, readDocument(value[key], depth + 1))
  return out
}

/** A map as the parsers make it; no bytes, no tagged value. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const tooDeep = () => serializationException('Nesting is too deep')
const notOneMember = () => serializationException('Exactly one member of a union must be present')

/** The sentences of AWS's own parser. The value is not echoed: it may be a secret. */
export function unexpected(value: unknown, wanted: string): ServiceError {
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
