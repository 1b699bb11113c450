import { CborWriter } from '../cbor/writer.ts'
import type { ListShape, MapShape, Shape, StructureShape } from '../schema/shape.ts'
import { memoized } from './compile.ts'

/** Writes a handler's value as a CBOR item. */
// biome-ignore lint/suspicious/noExplicitAny: outputs were typed where the operation was defined
type CborEncoder = (value: any, writer: CborWriter) => void
type Compile = (shape: Shape) => CborEncoder

/** Compiles the encoder of a shape, once. */
export const cborEncoder: Compile = memoized((shape, compile): CborEncoder => {
  switch (shape.kind) {
    case 'string':
      return (value, writer) => writer.text(String(value))
    case 'number':
      return (value, writer) => writer.number(value)
    case 'boolean':
      return (value, writer) => writer.boolean(value)
    case 'blob':
      return (value, writer) => writer.bytes(value)
    case 'timestamp':
      return (value, writer) => writer.timestamp(value)
    case 'bigInteger':
      return (value, writer) => writer.bigInteger(value)
    case 'bigDecimal':
      return writeDecimal
    case 'document':
      return writeDocument
    case 'unit':
      return (_, writer) => writer.head(5, 0)
    case 'list':
      return writeList(shape, compile)
    case 'map':
      return writeMap(shape, compile)
    case 'structure':
      return writeStructure(shape, compile)
  }
})

function writeStructure(shape: StructureShape, compile: Compile): CborEncoder {
  const fields = shape.members.map(({ name, shape }) => {
    const key = new CborWriter()
    key.text(name)
    return { name, key: key.finish(), write: compile(shape) }
  })
  return (value, writer) => {
    const set = fields.filter(({ name }) => value[name] !== undefined && value[name] !== null)
    writer.head(5, set.length)
    for (const { name, key, write } of set) {
      writer.raw(key)
      write(value[name], writer)
    }
  }
}

function writeList(shape: ListShape, compile: Compile): CborEncoder {
  const sparse = shape.member.traits.sparse === 1
  const write = compile(shape.member.shape)
  return (value: readonly unknown[], writer) => {
    const items = sparse ? value : value.filter((item) => item !== undefined && item !== null)
    writer.head(4, items.length)
    for (const item of items) writeOrNull(item, write, writer)
  }
}

function writeMap(shape: MapShape, compile: Compile): CborEncoder {
  const sparse = shape.value.traits.sparse === 1
  const write = compile(shape.value.shape)
  return (value: Readonly<Record<string, unknown>>, writer) => {
    const keys = Object.keys(value).filter(
      (key) => sparse || (value[key] !== undefined && value[key] !== null),
    )
    writer.head(5, keys.length)
    for (const key of keys) {
      writer.text(key)
      writeOrNull(value[key], write, writer)
    }
  }
}

function writeOrNull(value: unknown, write: CborEncoder, writer: CborWriter): void {
  if (value === undefined || value === null) writer.null()
  else write(value, writer)
}

/** A decimal fraction: digits times ten to the exponent. */
const writeDecimal: CborEncoder = (value, writer) => {
  const text = typeof value === 'object' ? String(value.string) : String(value)
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] =
    /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? []
  writer.head(6, 4)
  writer.head(4, 2)
  writer.number(Number(exponent) - fraction.length)
  writer.bigInteger(BigInt(`${sign}${whole}${fraction}`))
}

const writeDocument: CborEncoder = (value, writer) => {
  if (value === null || value === undefined) writer.null()
  else if (typeof value === 'string') writer.text(value)
  else if (typeof value === 'number') writer.number(value)
  else if (typeof value === 'boolean') writer.boolean(value)
  else if (typeof value === 'bigint') writer.bigInteger(value)
  else if (value instanceof Date) writer.timestamp(value)
  else if (value instanceof Uint8Array) writer.bytes(value)
  else if (Array.isArray(value)) {
    writer.head(4, value.length)
    for (const item of value) writeDocument(item, writer)
  } else {
    const keys = Object.keys(value)
    writer.head(5, keys.length)
    for (const key of keys) {
      writer.text(key)
      writeDocument(value[key], writer)
    }
  }
}
