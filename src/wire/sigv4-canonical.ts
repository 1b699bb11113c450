import type { HttpRequest } from '../kernel/http.ts'

/**
 * The canonical request of Signature Version 4, rebuilt from what arrived.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export interface CanonicalOptions {
  readonly signedHeaders: readonly string[]
  /** `x-amz-content-sha256` or the hash that was computed. */
  readonly payloadHash: string
  /** S3 signs the path as it is; every other service normalizes it and encodes it once more. */
  readonly normalizePath: boolean
  /** Query parameters that are not signed (`X-Amz-Signature`). */
  readonly withoutQuery?: readonly string[]
}

export function canonicalRequest(request: HttpRequest, options: CanonicalOptions): string {
  let headers = ''
  for (const name of options.signedHeaders)
    headers += `${name}:${trimAll(request.headers[name] ?? '')}\n`
  const path = options.normalizePath
    ? request.path === '/'
      ? '/'
      : encodePath(normalizePath(request.path))
    : encodePath(decodePath(request.path))
  const query = request.query === '' ? '' : canonicalQuery(request.query, options.withoutQuery)
  return `${request.method}\n${path}\n${query}\n${headers}\n${options.signedHeaders.join(';')}\n${options.payloadHash}`
}

/** Removes `.`, `..` and empty segments as RFC 3986 section 5.2.4 does; keeps a last slash. */
export function normalizePath(path: string): string {
  const kept: string[] = []
  const segments = path.split('/')
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const last = segments[segments.length - 1]
  const slash = kept.length > 0 && (last === '' || last === '.' || last === '..') ? '/' : ''
  return `/${kept.join('/')}${slash}`
}

const encodePath = (path: string): string => path.split('/').map(encode).join('/')

const decodePath = (path: string): string => path.split('/').map(decode).join('/')

/** Percent-encodes everything but RFC 3986's unreserved characters. */
export function encode(text: string): string {
  if (/^[A-Za-z0-9._~-]*$/.test(text)) return text
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Decodes what is well-formed and leaves the rest as it was sent. */
function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function canonicalQuery(query: string, without: readonly string[] = []): string {
  const pairs: [string, string][] = []
  for (const part of query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decode(equals < 0 ? part : part.slice(0, equals))
    if (without.includes(name)) continue
    pairs.push([encode(name), equals < 0 ? '' : encode(decode(part.slice(equals + 1)))])
  }
  pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Trims, and makes runs of blanks one, as the specification asks for header values. */
function trimAll(value: string): string {
  if (!/^\s|\s$|\s\s|[\t\n\r]/.test(value)) return value
  return value.trim().replace(/\s+/g, ' ')
}
