import { queryDecoder } from '../codecs/form-decoder.ts'
import { structureContent } from '../codecs/xml-encoder.ts'
import { escapeXml } from '../xml/text.ts'
import { faultOf, messageMember, type ResolvedError, resolveError } from './error-shape.ts'
import type { Message, Protocol } from './protocol.ts'
import { requestForm } from './request-form.ts'

/**
 * awsQuery: a form in, XML out.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const awsQuery: Protocol = {
  name: 'awsQuery',
  compile({ name, input, output }, { xmlNamespace }) {
    const read = queryDecoder(input)
    const content = structureContent(output)
    const namespace = xmlNamespace === undefined ? '' : ` xmlns="${escapeXml(xmlNamespace)}"`
    const result = output.kind === 'structure' ? `${name}Result` : undefined
    const head = `<${name}Response${namespace}>${result ? `<${result}>` : ''}`
    const middle = `${result ? `</${result}>` : ''}<ResponseMetadata><RequestId>`
    const tail = `</RequestId></ResponseMetadata></${name}Response>`
    return {
      decode: (request, route) => read(route.form ?? requestForm(request), 0) as Message,
      encode: (value, requestId) => ({
        status: 200,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
        body: head + content(value) + middle + requestId + tail,
      }),
    }
  },
  encodeError(error, context) {
    const resolved = resolveError(error, context)
    const { facts, requestId } = context
    const namespace = facts?.xmlNamespace ? ` xmlns="${escapeXml(facts.xmlNamespace)}"` : ''
    const { queryStatus } = resolved
    return {
      status: queryStatus,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body:
        `<ErrorResponse${namespace}><Error><Type>${faultOf(queryStatus)}</Type>` +
        `${errorContent(resolved)}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    }
  },
}

/** Code, message and further members, as the XML protocols write them. */
export function errorContent({ code, message, shape, members }: ResolvedError): string {
  const rest: Record<string, unknown> = { ...members }
  delete rest[messageMember(shape) ?? 'message']
  const further = shape
    ? structureContent(shape)(rest)
    : Object.entries(rest)
        .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
        .join('')
  return `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>${further}`
}
