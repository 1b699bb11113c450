import { ServiceError } from '../../../kernel/errors.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { type AuthorizationRequest, refusedTo } from '../oauth/authorization-requests.ts'

/** A sign-in at another provider that came to nothing; the app is told why. */
export class FederationRefused extends Error {
  override readonly name = 'FederationRefused'
  /** As OAuth 2.0 names it. */
  readonly error: string

  constructor(description: string, error = 'invalid_request', options?: ErrorOptions) {
    super(description, options)
    this.error = error
  }
}

const longest = 512

/** A text of somebody else, fit for an answer to an app; other languages have their letters, too. */
export const tellable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}"\\]/gu, '').slice(0, longest)

/** Does the work, and tells the app when it is refused. */
export async function tellingApp(
  asked: AuthorizationRequest,
  work: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FederationRefused)
      return refusedTo(asked, error.error, tellable(error.message))
    if (error instanceof ServiceError && (error.status ?? 400) < 500)
      return refusedTo(asked, 'invalid_request', tellable(error.message))
    throw error
  }
}
