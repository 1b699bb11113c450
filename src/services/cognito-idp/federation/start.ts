import type { HttpResponse } from '../../../kernel/http.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { leaveForCode } from './code-departure.ts'
import { wantedProvider } from './continuing.ts'
import type { NamedProvider } from './providers.ts'
import { tellingApp } from './refusals.ts'
import { leaveForAssertion } from './saml-departure.ts'

/** Sends a browser to another provider to sign in. */
export const federated = (
  hosted: Hosted,
  asked: AuthorizationRequest,
  named: NamedProvider,
): Promise<HttpResponse> =>
  tellingApp(asked, async () => {
    const provider = await wantedProvider(asked, named, hosted)
    const leave = provider.type === 'SAML' ? leaveForAssertion : leaveForCode
    return leave(hosted, asked, provider)
  })
