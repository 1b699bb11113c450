import type { HttpResponse } from '../../../kernel/http.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import { refusedTo } from '../oauth/authorization-requests.ts'
import type { Hosted } from '../oauth/hosted.ts'

/** A provider as a request names it: by its name, or by another one that it has. */
export interface NamedProvider {
  readonly name: string | null
  readonly identifier: string | null
}

/** Sends a browser to another provider to sign in. */
export function federated(
  _hosted: Hosted,
  asked: AuthorizationRequest,
  _provider: NamedProvider,
): Promise<HttpResponse> {
  return Promise.resolve(refusedTo(asked, 'server_error', 'Federated sign-in is not there yet.'))
}
