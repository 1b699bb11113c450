import { ServiceError } from '../../../kernel/errors.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import type { Page } from '../../../kernel/page.ts'
import { type Hosted, hostedPage } from './hosted.ts'

/** An error as OAuth tells it (RFC 6749, section 5.2). */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: string
  readonly status: number

  constructor(code: string, description?: string, status = 400) {
    super(description ?? '')
    this.code = code
    this.status = status
  }
}

/** Headers of what programs ask for: never kept, and open to browsers' scripts of any origin. */
const answerHeaders = ({ ctx }: Hosted) => ({
  'access-control-allow-origin': '*',
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
  'x-amz-cognito-request-id': ctx.requestId,
})

export const jsonAnswer = (hosted: Hosted, value: unknown, status = 200): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', ...answerHeaders(hosted) },
  body: value === undefined ? '' : JSON.stringify(value),
})

/** What functions of the pool refuse is told to the app like its own mistakes. */
const isTold = (error: unknown): error is ServiceError =>
  error instanceof ServiceError && (error.status ?? 400) < 500

/** An endpoint for programs: errors are JSON. */
export const endpoint = (
  method: Page['method'],
  path: string,
  handle: (hosted: Hosted) => Promise<HttpResponse>,
  options?: Pick<Page, 'rawBody'>,
): Page =>
  hostedPage(
    method,
    path,
    async (hosted) => {
      try {
        return await handle(hosted)
      } catch (error) {
        const known = isTold(error) ? new OAuthError('invalid_request', error.message) : error
        if (!(known instanceof OAuthError)) throw error
        const { code, message, status } = known
        return jsonAnswer(
          hosted,
          { error: code, ...(message !== '' && { error_description: message }) },
          status,
        )
      }
    },
    options,
  )
