import { isUtf8 } from 'node:buffer'
import { serializationException } from '../protocol-errors.ts'

/** The JSON value of a request body; an empty body counts as `{}`, as AWS takes it. */
export function parseJsonBody(body: Uint8Array): unknown {
  if (body.length === 0) return {}
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!isUtf8(bytes)) throw serializationException('Invalid UTF-8')
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw serializationException('Unable to parse the request body as JSON')
  }
}
