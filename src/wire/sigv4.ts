import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '../kernel/http.ts'
import { canonicalRequest } from './sigv4-canonical.ts'

/** Why a signature is refused; `sigv4-errors.ts` turns it into the protocol's own error. */
export type SignatureFault = 'missing' | 'incomplete' | 'mismatch' | 'expired'

export class SignatureRefused extends Error {
  readonly fault: SignatureFault

  constructor(fault: SignatureFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** What a request claims about its signature, before anything is verified. */
export interface ClaimedSignature {
  readonly form: 'header' | 'query'
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ` as it was sent. */
  readonly timestamp: string
  readonly sessionToken: string | undefined
  /** Seconds that a presigned URL is valid. */
  readonly expires: number | undefined
}

const algorithm = 'AWS4-HMAC-SHA256'
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

/** Header or presigned form; undefined when the request carries no signature at all. */
export function claimedSignature(request: HttpRequest): ClaimedSignature | undefined {
  const header = request.headers.authorization
  if (header?.startsWith('AWS4-')) return fromHeader(request, header)
  if (request.query.includes('X-Amz-Signature=') || request.query.includes('X-Amz-Algorithm='))
    return fromQuery(request)
  if (header !== undefined && !header.startsWith('Bearer '))
    throw new SignatureRefused(
      'incomplete',
      `Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.`,
    )
  return undefined
}

function fromHeader(request: HttpRequest, header: string): ClaimedSignature {
  const space = header.indexOf(' ')
  if (space < 0 || header.slice(0, space) !== algorithm)
    throw new SignatureRefused('incomplete', `Unsupported AWS 'algorithm': '${cut(header)}'.`)
  const fields = new Map<string, string>()
  for (const part of header.slice(space + 1).split(',')) {
    const equals = part.indexOf('=')
    if (equals > 0) fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim())
  }
  const timestamp = request.headers['x-amz-date'] ?? isoFromHttpDate(request.headers.date)
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !fields.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`)
  if (timestamp === undefined)
    missing.push(
      `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.`,
    )
  if (missing.length > 0) throw new SignatureRefused('incomplete', missing.join(' '))
  return {
    form: 'header',
    ...scopeOf(fields.get('Credential')!, timestamp!),
    signedHeaders: headersOf(fields.get('SignedHeaders')!, request),
    signature: fields.get('Signature')!,
    sessionToken: request.headers['x-amz-security-token'],
    expires: undefined,
  }
}

function fromQuery(request: HttpRequest): ClaimedSignature {
  const query = new URLSearchParams(request.query)
  const missing = ['Algorithm', 'Credential', 'Signature', 'SignedHeaders', 'Date', 'Expires']
    .map((name) => `X-Amz-${name}`)
    // Only S3 insists on an expiry; elsewhere five minutes are assumed.
    .filter((name) => name !== 'X-Amz-Expires' && !query.get(name))
    .map((name) => `AWS query-string parameters must include '${name}'.`)
  if (missing.length > 0) throw new SignatureRefused('incomplete', missing.join(' '))
  if (query.get('X-Amz-Algorithm') !== algorithm)
    throw new SignatureRefused(
      'incomplete',
      `Unsupported AWS 'algorithm': '${cut(query.get('X-Amz-Algorithm')!)}'.`,
    )
  const expires = Number(query.get('X-Amz-Expires') ?? '300')
  if (!Number.isInteger(expires) || expires < 1 || expires > 604_800)
    throw new SignatureRefused(
      'incomplete',
      'X-Amz-Expires must be an integer between 1 and 604800.',
    )
  return {
    form: 'query',
    ...scopeOf(query.get('X-Amz-Credential')!, query.get('X-Amz-Date')!),
    signedHeaders: headersOf(query.get('X-Amz-SignedHeaders')!, request),
    signature: query.get('X-Amz-Signature')!,
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    expires,
  }
}

function scopeOf(credential: string, timestamp: string) {
  const parts = credential.split('/')
  if (parts.length !== 5)
    throw new SignatureRefused(
      'incomplete',
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${cut(credential)}'.`,
    )
  const [accessKeyId, date, region, service, term] = parts as [
    string,
    string,
    string,
    string,
    string,
  ]
  if (term !== 'aws4_request')
    throw new SignatureRefused(
      'mismatch',
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${cut(term)}'.`,
    )
  if (!/^\d{8}T\d{6}Z$/.test(timestamp))
    throw new SignatureRefused(
      'incomplete',
      `Date must be in ISO-8601 'basic format'. Got '${cut(timestamp)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    )
  if (!timestamp.startsWith(date))
    throw new SignatureRefused(
      'mismatch',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${cut(date)}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`,
    )
  return { accessKeyId, date, region, service, timestamp }
}

function headersOf(list: string, request: HttpRequest): string[] {
  const names = list.split(';')
  if (!names.includes('host'))
    throw new SignatureRefused(
      'mismatch',
      `'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.`,
    )
  // A header that says what is done with the request must not be exchangeable.
  if (request.headers['x-amz-target'] !== undefined && !names.includes('x-amz-target'))
    throw new SignatureRefused(
      'mismatch',
      `'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.`,
    )
  return names
}

/**
 * Refuses a signature that is too old, too new, or for another service or Region.
 * Always on the real clock: SDKs follow the `Date` header.
 * @param now milliseconds since 1970
 */
export function checkFreshness(claim: ClaimedSignature, now: number): void {
  const at = timeOf(claim.timestamp)
  const window = (claim.expires ?? 900) * 1000
  const ahead = 300_000
  if (claim.form === 'query' && now > at + window)
    throw new SignatureRefused(
      'expired',
      `Signature expired: ${claim.timestamp} is now earlier than ${compact(now - window)} (${compact(now)} - ${Math.round(window / 60_000)} min.)`,
    )
  if (now > at + window)
    throw new SignatureRefused(
      'expired',
      `Signature expired: ${claim.timestamp} is now earlier than ${compact(now - window)} (${compact(now)} - 15 min.)`,
    )
  if (at > now + ahead)
    throw new SignatureRefused(
      'expired',
      `Signature not yet current: ${claim.timestamp} is still later than ${compact(now + ahead)} (${compact(now)} + 5 min.)`,
    )
}

/** Signing keys of one secret, kept as KeyObjects by scope: deriving one costs four HMACs. */
export class SigningKeys {
  readonly #secret: string
  readonly #byScope = new Map<string, KeyObject>()
  readonly #narrow = new Map<string, SigningKeys>()

  constructor(secret: string) {
    this.#secret = secret
  }

  /**
   * Keys for one service that is none of AWS's own, by a secret derived for it: Base64 of
   * HMAC-SHA-256(secret, service name). Who holds that can sign for nothing else.
   */
  only(service: string): SigningKeys {
    let narrow = this.#narrow.get(service)
    if (narrow === undefined) {
      narrow = new SigningKeys(createHmac('sha256', this.#secret).update(service).digest('base64'))
      this.#narrow.set(service, narrow)
    }
    return narrow
  }

  of(date: string, region: string, service: string): KeyObject {
    const scope = `${date}/${region}/${service}`
    let key = this.#byScope.get(scope)
    if (key === undefined) {
      if (this.#byScope.size >= 64) this.#byScope.clear()
      const hmac = (k: string | Buffer, data: string) =>
        createHmac('sha256', k).update(data).digest()
      const derived = hmac(
        hmac(hmac(hmac(`AWS4${this.#secret}`, date), region), service),
        'aws4_request',
      )
      key = createSecretKey(derived)
      this.#byScope.set(scope, key)
    }
    return key
  }
}

/**
 * Verifies the signature in constant time; throws when it does not match.
 * @param payloadHash hex SHA-256 of the body, or the literal that S3 signs in its place
 * @param normalizePath false for S3, which signs the path as it is
 */
export function verifySignature(
  claim: ClaimedSignature,
  request: HttpRequest,
  keys: SigningKeys,
  payloadHash: string,
  normalizePath = claim.service !== 's3',
): void {
  const key = keys.of(claim.date, claim.region, claim.service)
  const matches = (withoutQuery: readonly string[]): boolean => {
    const { signedHeaders } = claim
    const canonical = canonicalRequest(request, {
      signedHeaders,
      payloadHash,
      normalizePath,
      withoutQuery,
    })
    const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`
    const toSign = `${algorithm}\n${claim.timestamp}\n${scope}\n${hash('sha256', canonical)}`
    const expected = createHmac('sha256', key).update(toSign).digest()
    const given = Buffer.from(claim.signature, 'hex')
    return given.length === 32 && claim.signature.length === 64 && timingSafeEqual(given, expected)
  }
  if (matches(claim.form === 'query' ? ['X-Amz-Signature'] : [])) return
  // Some signers add the session token after signing. It is sealed and names its own access key,
  // so that nothing can be gained by exchanging it.
  if (claim.form === 'query' && claim.sessionToken !== undefined)
    if (matches(['X-Amz-Signature', 'X-Amz-Security-Token'])) return
  throw new SignatureRefused('mismatch', mismatch)
}

/** Hex SHA-256 of a collected body. */
export const payloadHashOf = (body: Uint8Array): string =>
  body.length === 0
    ? 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    : hash('sha256', body)

function timeOf(stamp: string): number {
  const n = (from: number, to: number) => Number(stamp.slice(from, to))
  return Date.UTC(n(0, 4), n(4, 6) - 1, n(6, 8), n(9, 11), n(11, 13), n(13, 15))
}

const compact = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')

function isoFromHttpDate(date: string | undefined): string | undefined {
  const ms = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(ms) ? undefined : compact(ms)
}

/** Callers' text goes into a message only so far. */
const cut = (text: string): string => (text.length > 128 ? `${text.slice(0, 128)}...` : text)
