import { isUtf8 } from 'node:buffer'
import { structureReader } from '../codecs/xml-decoder.ts'
import { elementWriter, namespaceAttribute, textWriter } from '../codecs/xml-encoder.ts'
import { invalidRequest, MALFORMED_XML_TEXT, malformedXml } from '../protocol-errors.ts'
import { payloadReader, payloadWriter } from '../rest/payload.ts'
import { requestBindings } from '../rest/request-bindings.ts'
import { messageBindings, responseBindings } from '../rest/response-bindings.ts'
import type { ServiceFacts } from '../schema/facts.ts'
import type { Member, OperationShape, Shape, Traits } from '../schema/shape.ts'
import { parseXml, type XmlElement } from '../xml/parse.ts'
import { escapeXml, XML_DECLARATION } from '../xml/text.ts'
import { errorContent } from './aws-query.ts'
import { faultOf, resolveError } from './error-shape.ts'
import { collectedBody, type ErrorContext, type OperationCodec, type Protocol } from './protocol.ts'

const CONTENT_TYPE = 'application/xml'

/**
 * restXml: members in path, query, headers and an XML body. S3 speaks it with error bodies and
 * headers of its own.
 * @see https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
 */
export const restXml: Protocol = {
  name: 'restXml',
  compile: (operation, facts) => ({
    decode: compileDecoder(operation),
    encode: compileEncoder(operation, facts),
  }),
  encodeError(error, context) {
    const { facts, requestId } = context
    const resolved = resolveError(error, context)
    const { shape, status, members } = resolved
    const headers = {
      'content-type': CONTENT_TYPE,
      ...requestIdHeaders(requestId, facts),
      ...(shape ? messageBindings(shape).headers(members) : {}),
    }
    if (context.head || status === 304) return { status, headers, body: '' }
    const content = errorContent(resolved)
    if (isS3(facts)) {
      const resource =
        context.resource === undefined ? '' : `<Resource>${escapeXml(context.resource)}</Resource>`
      return {
        status,
        headers,
        body:
          `${XML_DECLARATION}<Error>${content}${resource}<RequestId>${requestId}</RequestId>` +
          `<HostId>${hostId(requestId)}</HostId></Error>`,
      }
    }
    const namespace = facts?.xmlNamespace ? ` xmlns="${escapeXml(facts.xmlNamespace)}"` : ''
    return {
      status,
      headers,
      body:
        `${XML_DECLARATION}<ErrorResponse${namespace}><Error><Type>${faultOf(status)}</Type>` +
        `${content}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    }
  },
}

/** Errors before a service is known look like S3's, which is where such requests mean to go. */
const isS3 = (facts: ErrorContext['facts']): boolean =>
  facts === undefined || facts.namespace.startsWith('com.amazonaws.s3')

const hostId = (requestId: string): string => Buffer.from(requestId).toString('base64')

function requestIdHeaders(requestId: string, facts: ErrorContext['facts']): Record<string, string> {
  return isS3(facts)
    ? { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId(requestId) }
    : { 'x-amzn-requestid': requestId }
}

function compileDecoder(operation: OperationShape): OperationCodec['decode'] {
  const { read, payload, body } = requestBindings(operation, invalidRequest)
  if (payload) {
    const parse = structureReader(payload.shape)
    const readPayload = payloadReader(payload, (bytes) => parse(parseBody(bytes)), invalidRequest)
    return (request, { path }) => {
      const out = read(request, path)
      const value = readPayload(request)
      if (value !== undefined) out[payload.name] = value
      return out
    }
  }
  if (!body) return (request, { path }) => read(request, path)
  const parse = structureReader(body)
  return (request, { path }) => {
    const out = read(request, path)
    const bytes = collectedBody(request)
    return bytes.length === 0 ? out : Object.assign(out, parse(parseBody(bytes)))
  }
}

function parseBody(body: Uint8Array): XmlElement {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!isUtf8(bytes)) throw malformedXml(MALFORMED_XML_TEXT)
  return parseXml(bytes.toString('utf8'))
}

function compileEncoder(operation: OperationShape, facts: ServiceFacts): OperationCodec['encode'] {
  const { status, headers, payload, body } = responseBindings(operation)
  const plain = payload && payloadWriter(payload)
  const write = payload
    ? rootWriter(payloadName(payload), payload.shape, payload.traits, facts)
    : body && bodyWriter(body, facts)
  return (value, requestId) => {
    const content = payload ? value[payload.name] : value
    const empty = content === undefined || content === null || !(plain ?? write)
    return {
      status: status(value),
      headers: {
        ...(empty ? {} : { 'content-type': plain?.type ?? CONTENT_TYPE }),
        ...requestIdHeaders(requestId, facts),
        ...headers(value),
      },
      body: empty ? '' : plain ? plain.write(content) : write!(content as never),
    }
  }
}

const payloadName = ({ own, traits, shape, name }: Member): string =>
  own.xmlName ?? traits.xmlName ?? (shape.kind === 'structure' ? shape.name : name)

function bodyWriter(body: Extract<Shape, { kind: 'structure' }>, facts: ServiceFacts) {
  const name = body.traits.xmlName ?? body.name
  const [only] = body.members
  // S3's GetBucketLocation: the one member is the root itself.
  if (body.members.length === 1 && only!.name === name && only!.shape.kind === 'string') {
    const text = textWriter(only!.shape)
    const open = `${XML_DECLARATION}<${name}${rootNamespace(body.traits, facts)}>`
    return (value: Readonly<Record<string, unknown>>) => {
      const field = value[only!.name]
      return `${open}${field === undefined || field === null ? '' : text(field)}</${name}>`
    }
  }
  return rootWriter(name, body, body.traits, facts)
}

function rootWriter(name: string, shape: Shape, traits: Traits, facts: ServiceFacts) {
  const write = elementWriter(name, shape, {
    ...traits,
    xmlNamespace:
      traits.xmlNamespace ?? (facts.xmlNamespace ? ['', facts.xmlNamespace] : undefined),
  } as Traits)
  return (value: unknown) => XML_DECLARATION + write(value)
}

const rootNamespace = (traits: Traits, facts: ServiceFacts): string =>
  namespaceAttribute(
    traits.xmlNamespace || facts.xmlNamespace === undefined
      ? traits
      : { xmlNamespace: ['', facts.xmlNamespace] },
  )
