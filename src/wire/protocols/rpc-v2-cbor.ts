import { decodeCbor } from '../cbor/decode.ts'
import { CborWriter } from '../cbor/writer.ts'
import { cborDecoder } from '../codecs/cbor-decoder.ts'
import { cborEncoder } from '../codecs/cbor-encoder.ts'
import { serializationException } from '../protocol-errors.ts'
import { queryErrorHeader, resolveError } from './error-shape.ts'
import { plainBody } from './plain-body.ts'
import type { Message, Protocol } from './protocol.ts'

const writeUntyped = cborEncoder({ kind: 'document' })
const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' }

/**
 * Smithy RPC v2 with CBOR: `POST /service/<Service>/operation/<Operation>`.
 * @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export const rpcV2Cbor: Protocol = {
  name: 'rpcv2Cbor',
  compile({ input, output }) {
    const read = cborDecoder(input)
    const write = cborEncoder(output)
    return {
      decode(request) {
        const body = plainBody(request, serializationException)
        return read(body.length === 0 ? {} : decodeCbor(body), 0) as Message
      },
      encode(value, requestId) {
        const writer = new CborWriter()
        write(value, writer)
        return {
          status: 200,
          headers: { ...HEADERS, 'x-amzn-requestid': requestId },
          body: writer.finish(),
        }
      },
    }
  },
  encodeError(error, context) {
    const resolved = resolveError(error, context)
    const { name, namespace, shape, members, status } = resolved
    const type = namespace === undefined ? name : `${namespace}#${name}`
    const writer = new CborWriter()
    const known = new Set(['message', ...(shape?.members ?? []).map((member) => member.name)])
    const set = Object.keys(members).filter(
      (key) => members[key] !== undefined && (!shape || known.has(key)),
    )
    writer.head(5, set.length + 1)
    writer.text('__type')
    writer.text(type)
    for (const key of set) {
      writer.text(key)
      const member = shape?.members.find((each) => each.name === key)
      const write = member ? cborEncoder(member.shape) : writeUntyped
      write(members[key], writer)
    }
    return {
      status,
      headers: {
        ...HEADERS,
        'x-amzn-requestid': context.requestId,
        ...queryErrorHeader(resolved, context),
      },
      body: writer.finish(),
    }
  },
}
