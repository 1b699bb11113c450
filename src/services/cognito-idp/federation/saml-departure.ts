import type { HttpResponse } from '../../../kernel/http.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { redirectTo } from '../oauth/redirects.ts'
import { leaving } from './departures.ts'
import { FederationRefused } from './refusals.ts'
import { authnRequest, messageUrl, newMessageId, redirectBinding } from './saml-messages.ts'

/** Sends a browser to a SAML provider, by the redirect binding. */
export async function leaveForAssertion(
  hosted: Hosted,
  asked: AuthorizationRequest,
  provider: IdentityProviderRecord,
): Promise<HttpResponse> {
  const { details, name } = provider
  const to = messageUrl(details.SSORedirectBindingURI)
  if (to === undefined) throw new FederationRefused(`${name} says no address for requests`)
  const id = newMessageId(hosted)
  const { state, cookie } = await leaving(hosted, asked, provider, id)
  const xml = authnRequest(hosted, id, to, asked.prompt.includes('login'))
  const signs = details.RequestSigningAlgorithm !== undefined
  const location = await redirectBinding(hosted, to, { xml, relayState: state, signs })
  return redirectTo(location, { 'set-cookie': cookie })
}
