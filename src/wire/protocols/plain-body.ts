import { gunzipSync } from 'node:zlib'
import type { ServiceError } from '../../kernel/errors.ts'
import type { HttpRequest } from '../../kernel/http.ts'
import { collectedBody } from './protocol.ts'

/** A small body must not unfold into one that nobody would have been allowed to send. */
const MAX_UNPACKED = 6 * 1024 * 1024

/**
 * The collected body, unpacked when it is compressed: clients do that to large inputs of operations
 * that ask for it (cloudwatch PutMetricData).
 */
export function plainBody(
  request: HttpRequest,
  refuse: (message: string) => ServiceError,
): Uint8Array {
  const body = collectedBody(request)
  if (request.headers['content-encoding'] !== 'gzip') return body
  try {
    return gunzipSync(body, { maxOutputLength: MAX_UNPACKED })
  } catch {
    throw refuse('The body is not valid gzip, or too large when unpacked')
  }
}
