import { createHmac, hash } from 'node:crypto'
import { payloadHashOf, SigningKeys } from './sigv4.ts'
import { canonicalRequest } from './sigv4-canonical.ts'

/** Whose signature, and for which service where. */
export interface Signer {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  readonly service: string
}

/**
 * Headers that sign a request by SigV4: `host` and `x-amz-date` are what they cover.
 * @param at the real clock's time
 */
export function signRequest(
  {
    method,
    url,
    payload,
  }: { readonly method: string; readonly url: URL; readonly payload: string },
  { accessKeyId, secretAccessKey, region, service }: Signer,
  at: Date,
): { readonly 'x-amz-date': string; readonly authorization: string } {
  const timestamp = at.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = timestamp.slice(0, 8)
  const headers = { host: url.host, 'x-amz-date': timestamp }
  const signedHeaders = Object.keys(headers)
  const canonical = canonicalRequest(
    { method, path: url.pathname, query: url.search.slice(1), headers, body: new Uint8Array() },
    { signedHeaders, payloadHash: payloadHashOf(Buffer.from(payload)), normalizePath: true },
  )
  const scope = `${date}/${region}/${service}/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical)}`
  const signingKey = new SigningKeys(secretAccessKey).of(date, region, service)
  const signature = createHmac('sha256', signingKey).update(toSign).digest('hex')
  return {
    'x-amz-date': timestamp,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
  }
}
