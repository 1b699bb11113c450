import { parseJsonBody } from '../codecs/json-body.ts'
import { restJsonDecoder } from '../codecs/json-decoder.ts'
import { restJsonEncoder } from '../codecs/json-encoder.ts'
import { serializationException } from '../protocol-errors.ts'
import { payloadReader, payloadWriter } from '../rest/payload.ts'
import { requestBindings } from '../rest/request-bindings.ts'
import { messageBindings, responseBindings } from '../rest/response-bindings.ts'
import type { OperationShape } from '../schema/shape.ts'
import { errorMembers } from './aws-json.ts'
import { resolveError } from './error-shape.ts'
import { plainBody } from './plain-body.ts'
import type { OperationCodec, Protocol } from './protocol.ts'

const CONTENT_TYPE = 'application/json'

/**
 * restJson1: members in path, query, headers and a JSON body.
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const restJson: Protocol = {
  name: 'restJson1',
  compile: (operation) => ({
    decode: compileDecoder(operation),
    encode: compileEncoder(operation),
  }),
  encodeError(error, context) {
    const resolved = resolveError(error, context)
    const { name, shape, members, status } = resolved
    const bound = shape && messageBindings(shape)
    const json = errorMembers({ ...resolved, shape: bound ? bound.body : shape }, restJsonEncoder)
    return {
      status,
      headers: {
        'content-type': CONTENT_TYPE,
        'x-amzn-requestid': context.requestId,
        'x-amzn-errortype': name,
        ...bound?.headers(members),
      },
      body: json,
    }
  },
}

function compileDecoder(operation: OperationShape): OperationCodec['decode'] {
  const { read, payload, body } = requestBindings(operation, serializationException)
  if (payload) {
    const parse = restJsonDecoder(payload.shape)
    const readPayload = payloadReader(
      payload,
      (bytes) => parse(parseJsonBody(bytes), 0),
      serializationException,
    )
    return (request, { path }) => {
      const out = read(request, path)
      const value = readPayload(request)
      if (value !== undefined && value !== null) out[payload.name] = value
      return out
    }
  }
  if (!body) return (request, { path }) => read(request, path)
  const parse = restJsonDecoder(body)
  return (request, { path }) =>
    Object.assign(
      read(request, path),
      parse(parseJsonBody(plainBody(request, serializationException)), 0),
    )
}

function compileEncoder(operation: OperationShape): OperationCodec['encode'] {
  const { status, headers, payload, body } = responseBindings(operation)
  const plain = payload && payloadWriter(payload)
  const shape = payload?.shape ?? body
  const write = shape && restJsonEncoder(shape)
  return (value, requestId) => {
    const content = payload ? value[payload.name] : value
    const empty = content === undefined || content === null
    return {
      status: status(value),
      headers: {
        'content-type': plain?.type ?? CONTENT_TYPE,
        'x-amzn-requestid': requestId,
        ...headers(value),
      },
      body: empty ? '' : plain ? plain.write(content) : write ? write(content) : '{}',
    }
  }
}
