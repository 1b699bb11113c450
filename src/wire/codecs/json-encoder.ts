import type { ListShape, MapShape, Shape, StructureShape } from '../schema/shape.ts'
import { formatTimestamp } from '../timestamp.ts'
import { encodeBase64 } from './base64.ts'
import { memoized } from './compile.ts'

/** Writes a handler's value as JSON text. */
// biome-ignore lint/suspicious/noExplicitAny: outputs were typed where the operation was defined
export type JsonEncoder = (value: any) => string
type Compile = (shape: Shape) => JsonEncoder

/** awsJson: members go by their own names. */
export const rpcJsonEncoder = jsonEncoders(false)
/** restJson: `jsonName` renames members. */
export const restJsonEncoder = jsonEncoders(true)

function jsonEncoders(renamed: boolean): Compile {
  return memoized((shape, compile): JsonEncoder => {
    switch (shape.kind) {
      case 'string':
        return (value) => JSON.stringify(String(value))
      case 'number':
        return writeNumber
      case 'boolean':
        return (value) => (value ? 'true' : 'false')
      case 'blob':
        return (value: Uint8Array) => `"${encodeBase64(value)}"`
      case 'timestamp': {
        const format = shape.format ?? 'epoch-seconds'
        if (format === 'epoch-seconds') return (value: Date) => String(value.getTime() / 1000)
        return (value: Date) => `"${formatTimestamp(value, format)}"`
      }
      case 'bigInteger':
        return String
      case 'bigDecimal':
        return (value) => (typeof value === 'object' ? value.string : String(value))
      case 'document':
        return JSON.stringify
      case 'unit':
        return () => '{}'
      case 'list':
        return writeList(shape, compile)
      case 'map':
        return writeMap(shape, compile)
      case 'structure':
        return writeStructure(shape, compile, renamed)
    }
  })
}

function writeStructure(shape: StructureShape, compile: Compile, renamed: boolean): JsonEncoder {
  const fields = shape.members.map(({ name, shape, traits }) => ({
    name,
    key: `${JSON.stringify(renamed ? (traits.jsonName ?? name) : name)}:`,
    write: compile(shape),
  }))
  return (value) => {
    let json = ''
    for (const { name, key, write } of fields) {
      const field = value[name]
      if (field === undefined || field === null) continue
      json += (json === '' ? '{' : ',') + key + write(field)
    }
    return json === '' ? '{}' : `${json}}`
  }
}

function writeList(shape: ListShape, compile: Compile): JsonEncoder {
  const sparse = shape.member.traits.sparse === 1
  const write = compile(shape.member.shape)
  return (value: readonly unknown[]) => {
    let json = ''
    for (const item of value) {
      const absent = item === undefined || item === null
      if (absent && !sparse) continue
      json += (json === '' ? '[' : ',') + (absent ? 'null' : write(item))
    }
    return json === '' ? '[]' : `${json}]`
  }
}

function writeMap(shape: MapShape, compile: Compile): JsonEncoder {
  const sparse = shape.value.traits.sparse === 1
  const write = compile(shape.value.shape)
  return (value: Readonly<Record<string, unknown>>) => {
    let json = ''
    for (const key of Object.keys(value)) {
      const item = value[key]
      const absent = item === undefined || item === null
      if (absent && !sparse) continue
      json += `${(json === '' ? '{' : ',') + JSON.stringify(key)}:${absent ? 'null' : write(item)}`
    }
    return json === '' ? '{}' : `${json}}`
  }
}

const writeNumber: JsonEncoder = (value: number) =>
  Number.isFinite(value) ? String(value) : `"${value}"`
