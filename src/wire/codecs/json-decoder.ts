import { serializationException } from '../protocol-errors.ts'
import { fromEpoch, parseTimestamp } from '../timestamp.ts'
import { decodeBase64 } from './base64.ts'
import { type TreeDecoder, treeDecoders, unexpected } from './tree-decoder.ts'

const readNumber: TreeDecoder = (value) => {
  if (typeof value === 'number') return value
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY
  throw unexpected(value, 'Number')
}

const readBlob: TreeDecoder = (value) => {
  if (typeof value !== 'string') throw unexpected(value, 'Blob')
  const bytes = decodeBase64(value)
  if (bytes) return bytes
  throw serializationException('Unable to parse a base64 value')
}

const readTimestamp: TreeDecoder = (value) => {
  const date =
    typeof value === 'number'
      ? fromEpoch(value)
      : typeof value === 'string'
        ? parseTimestamp(value)
        : undefined
  if (date) return date
  throw unexpected(value, 'Timestamp')
}

const readBigInteger: TreeDecoder = (value) => {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d{1,1000}$/.test(value)) return BigInt(value)
  throw unexpected(value, 'BigInteger')
}

const readBigDecimal: TreeDecoder = (value) => {
  if (typeof value !== 'number' && typeof value !== 'string') throw unexpected(value, 'BigDecimal')
  return { string: String(value), type: 'bigDecimal' }
}

const leaves = {
  number: readNumber,
  blob: readBlob,
  timestamp: readTimestamp,
  bigInteger: readBigInteger,
  bigDecimal: readBigDecimal,
}

/** awsJson: members go by their own names. */
export const rpcJsonDecoder = treeDecoders({ ...leaves, renamed: false })
/** restJson: `jsonName` renames members. */
export const restJsonDecoder = treeDecoders({ ...leaves, renamed: true })
