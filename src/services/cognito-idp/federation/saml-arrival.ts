import type { HttpResponse } from '../../../kernel/http.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import { identityProviders } from '../identity-provider-records.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import { type Hosted, hostedPage } from '../oauth/hosted.ts'
import { continuing, lostPage } from './continuing.ts'
import { departureOf } from './departures.ts'
import { entered } from './entering.ts'
import { FederationRefused } from './refusals.ts'
import { verifiedAssertion } from './saml-assertion.ts'

/** `/saml2/idpresponse`: browsers bring the responses of SAML providers. */
export const samlArrivalPage = hostedPage('POST', '/saml2/idpresponse', arrive)

async function arrive(hosted: Hosted): Promise<HttpResponse> {
  const { form } = hosted.request
  const encoded = form.get('SAMLResponse') ?? ''
  const relayState = form.get('RelayState') ?? ''
  const departure = await departureOf(hosted, relayState)
  if (departure !== undefined) {
    const { request, query, provider: name } = departure
    if (request === undefined) return lostPage()
    return continuing(
      hosted,
      new URLSearchParams(query),
      { name, identifier: null },
      (asked, provider) => signedIn(hosted, asked, provider, encoded, request),
    )
  }
  // Where the provider begins, it says in clear what the app would have asked for.
  const query = new URLSearchParams(relayState)
  if (!query.has('client_id')) return lostPage()
  const named = { name: query.get('identity_provider'), identifier: query.get('idp_identifier') }
  return continuing(hosted, query, named, async (asked, provider) => {
    await checkUninvited(hosted, asked, provider)
    return signedIn(hosted, asked, provider, encoded, undefined)
  })
}

/**
 * A sign-in that nobody asked for is taken only where the provider's settings say so, and by clients that
 * sign in by SAML only: anybody can send a browser here with it.
 */
async function checkUninvited(
  { ctx, pool }: Hosted,
  { app }: AuthorizationRequest,
  { type, details }: IdentityProviderRecord,
): Promise<void> {
  if (type !== 'SAML' || details.IDPInit !== 'true')
    throw new FederationRefused('The identity provider must not begin a sign-in')
  for (const name of app.client.settings.SupportedIdentityProviders ?? []) {
    const other = await ctx.store.of(identityProviders).get([pool.id, name])
    if (other?.type !== 'SAML')
      throw new FederationRefused('The app client does not sign in by SAML only')
  }
}

async function signedIn(
  hosted: Hosted,
  asked: AuthorizationRequest,
  provider: IdentityProviderRecord,
  encoded: string,
  request: string | undefined,
): Promise<HttpResponse> {
  const assertion = await verifiedAssertion(hosted, provider, encoded, request)
  const { subject, subjectFormat, sessionIndex, issuer, attributes } = assertion
  const claims = Object.fromEntries(attributes)
  const arrival = { provider, subject, claims, told: { samlResponse: claims }, issuer }
  return entered(hosted, asked, arrival, {
    amr: ['fed'],
    federated: { provider: provider.name },
    saml: { nameId: subject, format: subjectFormat, index: sessionIndex },
  })
}
