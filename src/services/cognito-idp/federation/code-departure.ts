import { createHash } from 'node:crypto'
import type { HttpResponse } from '../../../kernel/http.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { redirectTo } from '../oauth/redirects.ts'
import { levelsIn } from '../step-up.ts'
import { leaving } from './departures.ts'
import { endpointOf } from './providers.ts'

/** Providers that say who signed in by an ID token (OpenID Connect Core 1.0). */
export const tellsByToken = ({ type }: IdentityProviderRecord): boolean =>
  type === 'OIDC' || type === 'Google' || type === 'SignInWithApple'

/** Providers that are given a challenge for their code (RFC 7636). */
export const takesChallenge = ({ type }: IdentityProviderRecord): boolean =>
  type === 'OIDC' || type === 'Google'

/** Where providers send browsers back to. */
export const returnUri = ({ url }: Hosted): string => `${url}/oauth2/idpresponse`

/** The levels that were asked for, as the provider calls them. */
function acrValues(
  { pool }: Hosted,
  { acrValues: wanted = '' }: AuthorizationRequest,
  { type, acr = {} }: IdentityProviderRecord,
): string {
  if (type !== 'OIDC' || pool.settings.UserPoolTier === 'LITE') return ''
  return levelsIn(wanted, pool)
    .flatMap((level) => acr[`Level${level}`] ?? [])
    .join(' ')
}

/** Sends a browser to a provider that answers with a code (RFC 6749, section 4.1.1). */
export async function leaveForCode(
  hosted: Hosted,
  asked: AuthorizationRequest,
  provider: IdentityProviderRecord,
): Promise<HttpResponse> {
  const { client_id = '', authorize_scopes: scope = '' } = provider.details
  const to = endpointOf(provider, 'authorize_url')
  const { state, nonce, verifier, cookie } = await leaving(hosted, asked, provider)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const prompt = asked.prompt.filter((one) => one !== 'none').join(' ')
  const acr = acrValues(hosted, asked, provider)
  const hint = provider.type === 'OIDC' ? asked.query.get('login_hint') : null
  const parameters = {
    client_id,
    redirect_uri: returnUri(hosted),
    response_type: 'code',
    scope,
    state,
    ...(tellsByToken(provider) && { nonce }),
    ...(takesChallenge(provider) && { code_challenge: challenge, code_challenge_method: 'S256' }),
    // Apple gives names and addresses to a form only.
    ...(provider.type === 'SignInWithApple' && { response_mode: 'form_post' }),
    ...(prompt !== '' && { prompt }),
    ...(acr !== '' && { acr_values: acr }),
    ...(hint !== null && { login_hint: hint.slice(0, 512) }),
  }
  for (const [name, value] of Object.entries(parameters)) to.searchParams.set(name, value)
  return redirectTo(to.href, { 'set-cookie': cookie })
}
