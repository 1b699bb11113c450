import type { ServiceError } from '../../kernel/errors.ts'
import { decodeBase64, encodeBase64 } from '../codecs/base64.ts'
import { readText } from '../codecs/text.ts'
import type { Shape, Traits } from '../schema/shape.ts'
import { formatTimestamp } from '../timestamp.ts'

/** Compiles the reader of a header's value; lists are separated by commas. */
export function headerReader(
  shape: Shape,
  traits: Traits,
  refuse: (message: string) => ServiceError,
): (text: string) => unknown {
  if (shape.kind === 'list') {
    const { member } = shape
    const dates =
      member.shape.kind === 'timestamp' && (member.shape.format ?? 'http-date') === 'http-date'
    const read = headerReader(member.shape, member.traits, refuse)
    return (text) => (dates ? splitDates(text) : splitList(text)).map(read)
  }
  if (shape.kind === 'string' && traits.mediaType !== undefined) {
    return (text) => {
      const bytes = decodeBase64(text)
      if (!bytes) throw refuse('A header is not valid base64')
      return Buffer.from(bytes).toString('utf8')
    }
  }
  return readText(shape, refuse)
}

/** Compiles the writer of a header's value. */
// biome-ignore lint/suspicious/noExplicitAny: outputs were typed where the operation was defined
export function headerWriter(shape: Shape, traits: Traits): (value: any) => string {
  switch (shape.kind) {
    case 'list': {
      const { member } = shape
      const write = headerWriter(member.shape, member.traits)
      const quoted = member.shape.kind === 'timestamp' ? String : quote
      return (value: readonly unknown[]) => value.map((item) => quoted(write(item))).join(', ')
    }
    case 'timestamp': {
      const format = shape.format ?? 'http-date'
      return (value: Date) => formatTimestamp(value, format)
    }
    case 'blob':
      return encodeBase64
    case 'string':
      return traits.mediaType === undefined
        ? String
        : (value: string) => encodeBase64(Buffer.from(value))
    default:
      return String
  }
}

/** HTTP dates hold one comma each. */
function splitDates(text: string): string[] {
  const parts = text.split(',')
  const dates: string[] = []
  for (let i = 0; i < parts.length; i += 2)
    dates.push(
      parts
        .slice(i, i + 2)
        .join(',')
        .trim(),
    )
  return dates
}

/** Values separated by commas, which quotes may hide. */
function splitList(text: string): string[] {
  const values: string[] = []
  let value = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (quoted && char === '\\') value += text[++i] ?? ''
    else if (char === '"') quoted = !quoted
    else if (char === ',' && !quoted) {
      values.push(value.trim())
      value = ''
    } else value += char
  }
  values.push(value.trim())
  return values
}

const quote = (value: string): string =>
  /[",]/.test(value) ? `"${value.replace(/[\\"]/g, '\\$&')}"` : value
