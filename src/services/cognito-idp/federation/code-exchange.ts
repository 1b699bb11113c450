import { importPKCS8, SignJWT } from 'jose'
import type { CallContext } from '../../../kernel/context.ts'
import { EgressFailed } from '../../../kernel/ports.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import { type Claims, jsonObject } from './claims.ts'
import { takesChallenge } from './code-departure.ts'
import { endpointOf } from './providers.ts'
import { FederationRefused } from './refusals.ts'

/** What a token endpoint answers. */
export interface TokenResponse {
  readonly accessToken: string
  readonly idToken: string | undefined
  /** All of it. */
  readonly claims: Claims
}

/** Milliseconds that a provider has to answer. */
export const patience = 5_000
export const formType = 'application/x-www-form-urlencoded'

/** What the app is told when a provider cannot be reached. */
export function unreachable(error: unknown, late: string): unknown {
  if (!(error instanceof EgressFailed)) return error
  const text = error.trouble === 'timeout' ? late : 'Connection reset'
  return new FederationRefused(text, 'invalid_request', { cause: error })
}

/** What proves the client to Apple: a token that it signs itself. */
async function appleSecret(
  { details, name }: IdentityProviderRecord,
  ctx: CallContext,
): Promise<string> {
  const { team_id = '', key_id = '', client_id = '', private_key = '' } = details
  const body = private_key.replace(/-----[^-]*-----|\s/g, '')
  const pem = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`
  const now = Math.floor(ctx.now().getTime() / 1_000)
  try {
    return await new SignJWT({ iss: team_id, sub: client_id, aud: 'https://appleid.apple.com' })
      .setProtectedHeader({ alg: 'ES256', kid: key_id })
      .setIssuedAt(now)
      .setExpirationTime(now + 300)
      .sign(await importPKCS8(pem, 'ES256'))
  } catch (cause) {
    throw new FederationRefused(`The private_key of ${name} is not usable`, 'invalid_request', {
      cause,
    })
  }
}

/** The tokens for a code (RFC 6749, section 4.1.3); the client proves itself in the form. */
export async function exchanged(
  provider: IdentityProviderRecord,
  { code, redirectUri, verifier }: { code: string; redirectUri: string; verifier: string },
  ctx: CallContext,
): Promise<TokenResponse> {
  const { details, type, name } = provider
  const secret =
    type === 'SignInWithApple' ? await appleSecret(provider, ctx) : details.client_secret
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: details.client_id ?? '',
    ...(secret !== undefined && { client_secret: secret }),
    ...(takesChallenge(provider) && { code_verifier: verifier }),
  })
  const { status, body } = await sent(provider, form, ctx)
  const claims = jsonObject(body)
  const { access_token: accessToken, id_token: idToken } = claims ?? {}
  if (status !== 200 || typeof accessToken !== 'string')
    throw new FederationRefused(`${name} Error - ${status} ${reason(claims)}`)
  return {
    accessToken,
    idToken: typeof idToken === 'string' ? idToken : undefined,
    claims: claims!,
  }
}

async function sent(provider: IdentityProviderRecord, form: URLSearchParams, ctx: CallContext) {
  const url = endpointOf(provider, 'token_url')
  const { egress } = ctx.ports
  try {
    if (provider.details.token_request_method !== 'GET')
      return await egress.post(url, { body: String(form), patience, type: formType })
    for (const [name, value] of form) url.searchParams.set(name, value)
    return await egress.get(url)
  } catch (error) {
    throw unreachable(error, 'Timeout occurred in calling IdP token endpoint')
  }
}

/** What a provider says went wrong, in the words of OAuth 2.0 or, for Facebook, its own. */
function reason(claims: Claims | undefined): string {
  const { error, error_description: description } = claims ?? {}
  if (typeof error === 'string')
    return typeof description === 'string' ? `${error} ${description}` : error
  const message = (error as { readonly message?: unknown } | undefined)?.message
  return typeof message === 'string' ? message : 'error getting token'
}
