import { parseJsonBody } from '../codecs/json-body.ts'
import { rpcJsonDecoder } from '../codecs/json-decoder.ts'
import { type JsonEncoder, rpcJsonEncoder } from '../codecs/json-encoder.ts'
import { serializationException } from '../protocol-errors.ts'
import type { Shape } from '../schema/shape.ts'
import { messageMember, queryErrorHeader, type ResolvedError, resolveError } from './error-shape.ts'
import { plainBody } from './plain-body.ts'
import type { Message, Protocol } from './protocol.ts'

/**
 * awsJson 1.0 and 1.1: one POST, `x-amz-target`, a JSON body each way. They differ in the content
 * type, and in 1.0 naming error types with their namespace.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export const awsJson1_0: Protocol = awsJson('1.0')
export const awsJson1_1: Protocol = awsJson('1.1')

function awsJson(version: '1.0' | '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`
  return {
    name: version === '1.0' ? 'awsJson1_0' : 'awsJson1_1',
    compile({ input, output }) {
      const read = rpcJsonDecoder(input)
      const write = output.kind === 'unit' ? () => '{}' : rpcJsonEncoder(output)
      return {
        decode: (request) =>
          read(parseJsonBody(plainBody(request, serializationException)), 0) as Message,
        encode: (value, requestId) => ({
          status: 200,
          headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
          body: write(value),
        }),
      }
    },
    encodeError(error, context) {
      const resolved = resolveError(error, context)
      const { name, namespace } = resolved
      const type = version === '1.0' && namespace !== undefined ? `${namespace}#${name}` : name
      return {
        status: resolved.status,
        headers: {
          'content-type': contentType,
          'x-amzn-requestid': context.requestId,
          'x-amzn-errortype': name,
          ...queryErrorHeader(resolved, context),
        },
        body: `{"__type":${JSON.stringify(type)},${errorMembers(resolved, rpcJsonEncoder).slice(1)}`,
      }
    },
  }
}

/** The members of an error as a JSON object; the message is there even where no model has it. */
export function errorMembers(
  { shape, members, message }: ResolvedError,
  encoder: (shape: Shape) => JsonEncoder,
): string {
  if (!shape) return JSON.stringify(members)
  const modelled = encoder(shape)(members)
  if (messageMember(shape) !== undefined) return modelled
  const rest = modelled === '{}' ? '}' : `,${modelled.slice(1)}`
  return `{"message":${JSON.stringify(message)}${rest}`
}
