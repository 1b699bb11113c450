import type { ServiceError } from '../../kernel/errors.ts'
import type { Shape } from '../schema/shape.ts'
import { parseTimestamp } from '../timestamp.ts'
import { decodeBase64 } from './base64.ts'

/** Reads a value that stands as text in a form, a path, a header or an element. */
export type TextReader = (text: string) => unknown

const NUMBER = /^[-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,4})?$/

/** Compiles the reader of a simple shape; `refuse` makes the error of the place it stands in. */
export function readText(shape: Shape, refuse: (message: string) => ServiceError): TextReader {
  switch (shape.kind) {
    case 'string':
    case 'document':
      return (text) => text
    case 'number':
      return (text) => readNumber(text) ?? fail(refuse, text, 'number')
    case 'boolean':
      return (text) => readBoolean(text) ?? fail(refuse, text, 'Boolean')
    case 'blob':
      return (text) => decodeBase64(text) ?? fail(refuse, text, 'base64 value')
    case 'timestamp':
      return (text) => parseTimestamp(text.trim()) ?? fail(refuse, text, 'timestamp')
    case 'bigInteger':
      return (text) => (/^-?\d{1,1000}$/.test(text) ? BigInt(text) : fail(refuse, text, 'integer'))
    case 'bigDecimal':
      return (text) =>
        readNumber(text) === undefined
          ? fail(refuse, text, 'decimal')
          : { string: text, type: 'bigDecimal' }
    default:
      return (text) => fail(refuse, text, shape.kind)
  }
}

function readNumber(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text)
  if (text === 'NaN') return Number.NaN
  if (text === 'Infinity') return Number.POSITIVE_INFINITY
  if (text === '-Infinity') return Number.NEGATIVE_INFINITY
  return undefined
}

/** boto and the older SDKs send `True` and `1`. */
function readBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  const lower = text.length === 4 || text.length === 5 ? text.toLowerCase() : ''
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

/** The value is not echoed: it may be a secret in the wrong place. */
function fail(refuse: (message: string) => ServiceError, text: string, wanted: string): never {
  throw refuse(
    text === '' ? `Empty text is not a valid ${wanted}` : `A value is not a valid ${wanted}`,
  )
}
