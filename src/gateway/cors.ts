import type { HttpRequest, HttpResponse } from '../kernel/http.ts'

/** What a browser's SDK may read of an answer. Credentials are in the signature, never in cookies. */
export const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,x-amz-request-id,x-amz-id-2,ETag,Date',
} as const

/** The answer to a preflight: any origin, the headers that SDKs send. */
export function preflight(request: HttpRequest): HttpResponse {
  return {
    status: 200,
    headers: {
      ...corsHeaders,
      'access-control-allow-methods': 'GET,HEAD,POST,PUT,DELETE,PATCH',
      'access-control-allow-headers':
        request.headers['access-control-request-headers'] ??
        'authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,x-amz-target,x-amz-user-agent',
      'access-control-max-age': '172800',
    },
    body: '',
  }
}
