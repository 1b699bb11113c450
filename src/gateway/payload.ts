import { createHash } from 'node:crypto'
import { ServiceError } from '../kernel/errors.ts'
import type { HttpRequest } from '../kernel/http.ts'
import { type ClaimedSignature, payloadHashOf } from '../wire/sigv4.ts'

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

/** Holds the body to the hash that was signed: at once when it is collected, at its end when not. */
export function checkedPayload(request: HttpRequest, signed: string): HttpRequest {
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
