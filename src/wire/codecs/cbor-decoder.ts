import { Tagged } from '../cbor/decode.ts'
import { serializationException } from '../protocol-errors.ts'
import { fromEpoch } from '../timestamp.ts'
import { type TreeDecoder, treeDecoders, unexpected } from './tree-decoder.ts'

const MAX_BIG_BYTES = 1_000

const readNumber: TreeDecoder = (value) => {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  throw unexpected(value, 'Number')
}

const readBlob: TreeDecoder = (value) => {
  if (value instanceof Uint8Array) return value
  throw unexpected(value, 'Blob')
}

const readTimestamp: TreeDecoder = (value) => {
  const seconds = value instanceof Tagged && value.tag === 1 ? value.value : value
  const date = typeof seconds === 'number' ? fromEpoch(seconds) : undefined
  if (date) return date
  throw serializationException('A value is not a timestamp')
}

const readBigInteger: TreeDecoder = (value) => {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (value instanceof Tagged && (value.tag === 2 || value.tag === 3)) {
    const bytes = value.value
    if (bytes instanceof Uint8Array && bytes.length <= MAX_BIG_BYTES) {
      const magnitude = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)
      return value.tag === 2 ? magnitude : -1n - magnitude
    }
  }
  throw serializationException('A value is not a big integer')
}

const readBigDecimal: TreeDecoder = (value) => {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return { string: String(value), type: 'bigDecimal' }
  }
  if (value instanceof Tagged && value.tag === 4 && Array.isArray(value.value)) {
    const [exponent, digits] = value.value
    if (typeof exponent === 'number' && value.value.length === 2) {
      return { string: `${String(readBigInteger(digits, 0))}e${exponent}`, type: 'bigDecimal' }
    }
  }
  throw serializationException('A value is not a decimal')
}

/** rpcv2Cbor. */
export const cborDecoder = treeDecoders({
  number: readNumber,
  blob: readBlob,
  timestamp: readTimestamp,
  bigInteger: readBigInteger,
  bigDecimal: readBigDecimal,
  renamed: false,
})
