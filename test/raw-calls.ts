import { createHash, createHmac } from 'node:crypto'
import { answerOf } from '../src/gateway/doors.ts'
import type { House } from '../src/gateway/house.ts'
import { SigningKeys } from '../src/wire/sigv4.ts'
import { canonicalRequest } from '../src/wire/sigv4-canonical.ts'
import type { Keys } from './installation.ts'

/** Calls without a client: for tests that need thousands, or what no client would send. */

export interface RawRequest {
  readonly method?: string
  readonly path?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

interface Signing {
  readonly service: string
  readonly region?: string
  /** Milliseconds since 1970 of the real clock. */
  readonly at?: number
}

const signingKeys = new Map<string, SigningKeys>()

/** Whole headers of the request with a SigV4 signature of these keys. */
export function signed(
  { method = 'POST', path = '/', query = '', headers = {}, body = '' }: RawRequest,
  keys: Keys,
  { service, region = 'us-east-1', at = Date.now() }: Signing,
): Record<string, string> {
  const stamp = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = stamp.slice(0, 8)
  const all: Record<string, string> = {
    host: 'localhost',
    ...headers,
    'x-amz-date': stamp,
    ...(keys.sessionToken !== undefined && { 'x-amz-security-token': keys.sessionToken }),
  }
  const signedHeaders = Object.keys(all).sort()
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const canonical = canonicalRequest(
    { method, path, query, headers: all, body: bytes },
    {
      signedHeaders,
      payloadHash: createHash('sha256').update(bytes).digest('hex'),
      normalizePath: service !== 's3',
    },
  )
  const scope = `${date}/${region}/${service}/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  let derived = signingKeys.get(keys.secretAccessKey)
  if (derived === undefined) {
    derived = new SigningKeys(keys.secretAccessKey)
    signingKeys.set(keys.secretAccessKey, derived)
  }
  const signature = createHmac('sha256', derived.of(date, region, service))
    .update(toSign)
    .digest('hex')
  const credential = `${keys.accessKeyId}/${scope}`
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
  }
}

/** A map as the query protocol spells it. */
export const mapped = (map: Readonly<Record<string, unknown>>) => ({
  entry: Object.fromEntries(Object.entries(map).map(([key, value], i) => [i + 1, { key, value }])),
})

/** The form that the AWS query protocol sends. */
export function queryForm(operation: string, version: string, input: object): string {
  const form = new URLSearchParams({ Action: operation, Version: version })
  const put = (name: string, value: unknown): void => {
    if (Array.isArray(value)) {
      if (value.length === 0) form.append(name, '')
      for (const [i, item] of value.entries()) put(`${name}.member.${i + 1}`, item)
    } else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value))
        put(name === '' ? key : `${name}.${key}`, item)
    else if (value !== undefined) form.append(name, String(value))
  }
  put('', input)
  return form.toString()
}

export interface Answer {
  readonly status: number
  /** Code of an error; empty when there is none. */
  readonly code: string
  readonly message: string
  readonly text: string
}

/** Prefixes of `x-amz-target`. */
const targets: Readonly<Record<string, string>> = {
  cloudtrail: 'CloudTrail_20131101',
  kms: 'TrentService',
  logs: 'Logs_20140328',
  'cognito-idp': 'AWSCognitoIdentityProviderService',
  organizations: 'AWSOrganizationsV20161128',
}

/** Services whose operations have paths of their own: their clients say which. */
const pathed: Readonly<Record<string, () => Promise<object>>> = {
  accessanalyzer: () => import('@aws-sdk/client-accessanalyzer'),
  lambda: () => import('@aws-sdk/client-lambda'),
}

const versions: Readonly<Record<string, string>> = { iam: '2010-05-08', sts: '2011-06-15' }

interface Sent {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string | string[]>>
  readonly headers: Record<string, string>
  readonly body?: string | Uint8Array
}

/** What the official client of a service would send, signed. */
async function clientRequest(
  load: () => Promise<object>,
  keys: Keys,
  operation: string,
  input: object,
): Promise<RawRequest> {
  type Made = new (options: object) => { send(command: unknown): Promise<unknown> }
  const client = (await load()) as Record<string, Made>
  const name = Object.keys(client).find(
    (one) => /^[A-Z]\w*Client$/.test(one) && one !== '__Client',
  )!
  let sent: Sent | undefined
  const requestHandler = {
    handle: (request: Sent) => {
      sent = request
      throw new Error('not sent')
    },
  }
  const endpoint = 'http://localhost'
  const options = { endpoint, region: 'us-east-1', credentials: keys, maxAttempts: 1 }
  const made = new client[name]!({ ...options, requestHandler })
  await made.send(new client[`${operation}Command`]!(input)).catch((error: Error) => {
    if (sent === undefined) throw error
  })
  const { method, path, query, headers, body = '' } = sent!
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`),
  )
  return { method, path, query: pairs.join('&'), headers, body }
}

/** A signed call of an operation, through the whole journey. */
export async function call(
  house: House,
  keys: Keys,
  service: string,
  operation: string,
  input: object,
): Promise<Answer> {
  const load = pathed[service]
  if (load !== undefined) return ask(house, await clientRequest(load, keys, operation, input))
  const version = versions[service]
  const request: RawRequest =
    version === undefined
      ? {
          headers: {
            'content-type': 'application/x-amz-json-1.1',
            'x-amz-target': `${targets[service]}.${operation}`,
          },
          body: JSON.stringify(input),
        }
      : {
          headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
          body: queryForm(operation, version, input),
        }
  return ask(house, { ...request, headers: signed(request, keys, { service }) })
}

/** Any request, as if it had come in at the door. */
export async function ask(house: House, request: RawRequest): Promise<Answer> {
  const { method = 'POST', path = '/', query = '', headers = {}, body = '' } = request
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const arrival = {
    request: { method, path, query, headers, body: bytes },
    ip: '127.0.0.1',
    secure: false,
    tooLarge: false,
  }
  const response = await answerOf(arrival, house, performance.now())
  const text =
    typeof response.body === 'string'
      ? response.body
      : response.body instanceof Uint8Array
        ? Buffer.from(response.body).toString()
        : ''
  const type = response.headers['x-amzn-errortype']?.toString().split(':')[0]
  const code = /<Code>([^<]*)/.exec(text)?.[1] ?? /"__type":"([^"]*)"/.exec(text)?.[1] ?? type ?? ''
  const message = /<Message>([^<]*)/.exec(text)?.[1] ?? /"[mM]essage":"([^"]*)"/.exec(text)?.[1]
  const failed = response.status >= 400
  return { status: response.status, code: failed ? code : '', message: message ?? '', text }
}
