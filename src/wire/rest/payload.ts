import { isUtf8 } from 'node:buffer'
import type { ServiceError } from '../../kernel/errors.ts'
import type { HttpRequest, HttpResponse } from '../../kernel/http.ts'
import { notImplemented } from '../protocol-errors.ts'
import { collectedBody } from '../protocols/protocol.ts'
import type { Member } from '../schema/shape.ts'

/** A member that is the whole body, read; undefined when the body is empty. */
export type PayloadReader = (request: HttpRequest) => unknown

/**
 * Compiles the reader of a payload. Streams pass through untouched.
 * @param parse reads a structure in the protocol's own encoding
 */
export function payloadReader(
  { shape, streaming }: Member,
  parse: (body: Uint8Array) => unknown,
  refuse: (message: string) => ServiceError,
): PayloadReader {
  if (streaming && shape.kind !== 'blob') return refuseEventStream
  if (streaming) return ({ body }) => (body instanceof Uint8Array ? oneChunk(body) : body)
  return (request) => {
    const body = collectedBody(request)
    if (body.length === 0) return undefined
    switch (shape.kind) {
      case 'blob':
        return body
      case 'string':
        if (!isUtf8(body)) throw refuse('The body is not valid UTF-8')
        return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
      default:
        return parse(body)
    }
  }
}

/** Writes a payload that is not a structure; undefined when it is one. */
export function payloadWriter({
  shape,
  streaming,
  traits,
}: Member): { type: string; write: (value: unknown) => HttpResponse['body'] } | undefined {
  if (streaming && shape.kind !== 'blob') {
    return { type: 'application/vnd.amazon.eventstream', write: refuseEventStream }
  }
  if (shape.kind === 'blob') {
    const type = traits.mediaType ?? 'application/octet-stream'
    return { type, write: (value) => value as HttpResponse['body'] }
  }
  if (shape.kind === 'string') return { type: traits.mediaType ?? 'text/plain', write: String }
  return undefined
}

function refuseEventStream(): never {
  throw notImplemented('Event streams are not supported yet')
}

async function* oneChunk(body: Uint8Array): AsyncGenerator<Uint8Array> {
  if (body.length > 0) yield body
}
