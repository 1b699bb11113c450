import { isUtf8 } from 'node:buffer'
import type { HttpRequest } from '../../kernel/http.ts'
import { type FormNode, parseForm } from '../form.ts'
import { malformedQueryString } from '../protocol-errors.ts'
import { plainBody } from './plain-body.ts'

/** The parameters of a query call: from the query string and, of a POST, from the body. */
export function requestForm(request: HttpRequest): FormNode {
  if (request.method !== 'POST') return parseForm(request.query)
  const body = plainBody(request, malformedQueryString)
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!isUtf8(bytes)) throw malformedQueryString('The body is not valid UTF-8')
  return parseForm(request.query, bytes.toString('utf8').trimEnd())
}
