import { createHash } from 'node:crypto'
import { ServiceError } from '../kernel/errors.ts'
import type { HttpRequest } from '../kernel/http.ts'
import { chunkedForms, decodeAwsChunked } from '../wire/aws-chunked.ts'
import { type ClaimedSignature, payloadHashOf, type SigningKeys } from '../wire/sigv4.ts'

const hashForm = /^[0-9a-f]{64}$/

/**
 * What stands for the payload in the canonical request. S3 signs the header
 * `x-amz-content-sha256`, whatever it says; every other service signs the hash of the body.
 */
export function signedPayload({ headers, body }: HttpRequest, claim: ClaimedSignature): string {
  const told = headers['x-amz-content-sha256']
  if (claim.service !== 's3')
    return body instanceof Uint8Array ? payloadHashOf(body) : (told ?? 'UNSIGNED-PAYLOAD')
  if (told !== undefined) return told
  return claim.form === 'query' ? 'UNSIGNED-PAYLOAD' : payloadHashOf(new Uint8Array())
}

const mismatch = () =>
  new ServiceError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { status: 400 },
  )

/**
 * Holds the body to what was signed: to its hash, at once when it is collected and at its end when
 * not, or to the signatures of its chunks.
 */
export function checkedPayload(
  request: HttpRequest,
  signed: string,
  claim: ClaimedSignature,
  keys: SigningKeys,
): HttpRequest {
  if (Object.hasOwn(chunkedForms, signed)) return unchunked(request, signed, claim, keys)
  if (!hashForm.test(signed)) return request
  const { body } = request
  if (body instanceof Uint8Array) {
    if (payloadHashOf(body) !== signed) throw mismatch()
    return request
  }
  return { ...request, body: hashed(body, signed) }
}

async function* hashed(
  body: AsyncIterable<Uint8Array>,
  signed: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of body) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') !== signed) throw mismatch()
}

function unchunked(
  request: HttpRequest,
  signed: string,
  { date, region, service, timestamp, signature }: ClaimedSignature,
  keys: SigningKeys,
): HttpRequest {
  const told = request.headers['x-amz-decoded-content-length'] ?? ''
  if (!/^\d{1,15}$/.test(told))
    throw new ServiceError(
      'MissingContentLength',
      'You must provide the Content-Length HTTP header.',
      { status: 411 },
    )
  const { signed: chunksSigned, trailer } = chunkedForms[signed]!
  const scope = `${date}/${region}/${service}/aws4_request`
  const key = keys.of(date, region, service)
  const announced = (request.headers['x-amz-trailer'] ?? '').toLowerCase().split(/\s*,\s*/)
  const body = decodeAwsChunked(pieces(request.body), {
    seed: chunksSigned ? { key, signature, timestamp, scope } : undefined,
    trailer,
    decodedLength: Number(told),
    announced,
  })
  return { ...request, body }
}

async function* pieces(body: HttpRequest['body']): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body
  else yield* body
}
