import { ec2Decoder } from '../codecs/form-decoder.ts'
import { structureContent } from '../codecs/xml-encoder.ts'
import { escapeXml, XML_DECLARATION } from '../xml/text.ts'
import { resolveError } from './error-shape.ts'
import type { Message, Protocol } from './protocol.ts'
import { requestForm } from './request-form.ts'

const CONTENT_TYPE = 'text/xml;charset=UTF-8'

/**
 * ec2Query: awsQuery with flat lists, capital names and no result element.
 * @see https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
export const ec2Query: Protocol = {
  name: 'ec2Query',
  compile({ name, input, output }, { xmlNamespace }) {
    const read = ec2Decoder(input)
    const content = structureContent(output)
    const namespace = xmlNamespace === undefined ? '' : escapeXml(xmlNamespace)
    const head = `${XML_DECLARATION}<${name}Response xmlns="${namespace}/"><requestId>`
    // Operations without output answer whether they succeeded.
    const unit = output.kind === 'unit' ? '<return>true</return>' : ''
    const tail = `${unit}</${name}Response>`
    return {
      decode: (request, route) => read(route.form ?? requestForm(request), 0) as Message,
      encode: (value, requestId) => ({
        status: 200,
        headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId },
        body: `${head}${requestId}</requestId>${content(value)}${tail}`,
      }),
    }
  },
  encodeError(error, context) {
    const { code, message, queryStatus } = resolveError(error, context)
    return {
      status: queryStatus,
      headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': context.requestId },
      body:
        `${XML_DECLARATION}<Response><Errors><Error><Code>${escapeXml(code)}</Code>` +
        `<Message>${escapeXml(message)}</Message></Error></Errors>` +
        `<RequestID>${context.requestId}</RequestID></Response>`,
    }
  },
}
