import { isUtf8 } from 'node:buffer'
import { serializationException } from '../protocol-errors.ts'
import { MAX_DEPTH } from './compile.ts'

/** Bodies up to this size cannot hold enough brackets to hurt. */
const MAX_UNSCANNED = 16 * 1024
const MAX_CONTAINERS = 200_000

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The JSON value of a request body; an empty body counts as `{}`, as AWS takes it. */
export function parseJsonBody(body: Uint8Array): unknown {
  if (body.length === 0) return {}
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!isUtf8(bytes)) throw serializationException('Invalid UTF-8')
  if (bytes.length > MAX_UNSCANNED) refuseBrackets(bytes)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw serializationException('Unable to parse the request body as JSON')
  }
}

/** Nothing but brackets costs the parser a hundred times what text of the same size does. */
function refuseBrackets(bytes: Uint8Array): void {
  let depth = 0
  let containers = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) {
      for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++
      continue
    }
    // `[` and `{` differ in this bit alone, and so do `]` and `}`.
    const folded = byte | 0x20
    if (folded === 0x7b) {
      if (++depth > MAX_DEPTH || ++containers > MAX_CONTAINERS) {
        throw serializationException('Nesting is too deep')
      }
    } else if (folded === 0x7d) depth--
  }
}
