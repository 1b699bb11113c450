import type { HttpResponse } from '../../../kernel/http.ts'
import type { App } from '../client-places.ts'
import { knownClient } from '../clients.ts'
import type { Hosted } from './hosted.ts'
import { type Asker, redirectTo, redirectWith } from './redirects.ts'
import { grantedScopes } from './scopes.ts'

/** What an app asks of a browser that it sends to sign in (RFC 6749, OpenID Connect Core 1.0). */
export interface AuthorizationRequest extends Asker {
  readonly app: App
  readonly scopes: readonly string[]
  readonly nonce?: string | undefined
  /** SHA-256 of a secret that only who began has (RFC 7636). */
  readonly challenge?: string | undefined
  /** Who the access token is for (RFC 8707). */
  readonly resource?: string | undefined
  readonly prompt: readonly string[]
  /** Seconds since the user has last signed in. */
  readonly maxAge?: number | undefined
  readonly acrValues?: string | undefined
  /** All that was sent, for the pages on the way. */
  readonly query: URLSearchParams
}

/** Tells an app that it gets nothing (RFC 6749, section 4.1.2.1). */
export const refusedTo = (asker: Asker, error: string, description?: string): HttpResponse =>
  redirectWith(asker, {
    error,
    ...(description !== undefined && { error_description: description }),
  })

const customScheme = /^(?!http:)[a-z][a-z0-9+.-]*:\/\/./i

const isResource = (text: string) =>
  URL.parse(text) !== null &&
  (/^http:\/\/localhost(?=[:/]|$)/.test(text) || customScheme.test(text))

/** Longer values of one parameter are of no use to anybody. */
const longest = 8_192

/**
 * What a query asks for, or the answer to a query that asks wrongly: on a page of the domain while nobody
 * has shown that the app may be told, then at the app.
 */
export async function authorizationRequest(
  { pool, base, ctx, request, domain }: Hosted,
  query: URLSearchParams = request.query,
): Promise<AuthorizationRequest | HttpResponse> {
  const value = (name: string) => query.get(name)?.slice(0, longest) || undefined
  const id = value('client_id') ?? ''
  const problem = (error: string) =>
    redirectTo(`${base}/error?${new URLSearchParams({ error, client_id: id })}`)
  const client = await knownClient(ctx.store, pool.id, id)
  if (client === undefined) return problem('Client does not exist.')
  const { settings } = client
  const redirectUri = value('redirect_uri') ?? settings.DefaultRedirectURI
  if (redirectUri === undefined || !settings.CallbackURLs?.includes(redirectUri))
    return problem('redirect_mismatch')
  const type = value('response_type')
  const responseType = type === 'token' ? 'token' : 'code'
  const state = value('state')
  const asker: Asker = { redirectUri, responseType, state }
  if (type !== 'code' && type !== 'token') return refusedTo(asker, 'invalid_request')
  const flow = responseType === 'code' ? 'code' : 'implicit'
  if (!settings.AllowedOAuthFlowsUserPoolClient || !settings.AllowedOAuthFlows?.includes(flow))
    return refusedTo(asker, 'unauthorized_client')
  const challenge = value('code_challenge')
  const method = value('code_challenge_method')
  const badChallenge = challenge !== undefined && !/^[\w.~-]{43,128}$/.test(challenge)
  if ((challenge === undefined) !== (method === undefined) || badChallenge)
    return refusedTo(asker, 'invalid_request')
  if (method !== undefined && method !== 'S256')
    return refusedTo(asker, 'invalid_request', 'Transform algorithm not supported')
  const resource = value('resource')
  if (resource !== undefined && (!isResource(resource) || query.getAll('resource').length > 1))
    return refusedTo(asker, 'invalid_request')
  const maxAge = value('max_age')
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) return refusedTo(asker, 'invalid_request')
  // The classic pages know no prompts.
  const prompt = (domain.version === 2 && value('prompt')?.split(' ')) || []
  if (prompt.includes('none') && prompt.length > 1) return refusedTo(asker, 'invalid_request')
  const app: App = { pool, client }
  const scopes = await grantedScopes(app, value('scope'), ctx.store)
  if (scopes === undefined) return refusedTo(asker, 'invalid_scope')
  return {
    ...asker,
    app,
    scopes,
    nonce: value('nonce'),
    challenge,
    resource,
    prompt,
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    acrValues: value('acr_values'),
    query,
  }
}
