import { invalidRequest } from '../protocol-errors.ts'

/** Decoded query parameters, each with its values in the order sent. */
export type QueryValues = ReadonlyMap<string, readonly [string, ...string[]]>

const MAX_PARAMETERS = 1_000

/** Reads the query string of a REST call. A parameter without `=` has the value ''. */
export function parseQuery(query: string): QueryValues {
  const values = new Map<string, [string, ...string[]]>()
  if (query === '') return values
  let seen = 0
  for (const part of query.split('&', MAX_PARAMETERS + 1)) {
    if (part === '') continue
    if (++seen > MAX_PARAMETERS) throw invalidRequest('Too many query parameters')
    const sign = part.indexOf('=')
    const key = decodeText(sign === -1 ? part : part.slice(0, sign))
    const value = sign === -1 ? '' : decodeText(part.slice(sign + 1))
    const known = values.get(key)
    if (known) known.push(value)
    else values.set(key, [value])
  }
  return values
}

/** Percent-decodes a query parameter, where `+` is a space. */
function decodeText(text: string): string {
  return text.includes('+') ? decodePath(text.replaceAll('+', ' ')) : decodePath(text)
}

/** Percent-decodes a path segment, where `+` is itself. */
export function decodePath(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidRequest('The request is not valid percent-encoded UTF-8')
  }
}
