import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import { type KeySet, remoteKeys } from '../../../crypto/remote-keys.ts'
import type { CallContext } from '../../../kernel/context.ts'
import { EgressFailed } from '../../../kernel/ports.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import { jsonObject } from './claims.ts'
import { unreachable } from './code-exchange.ts'
import { endpointOf } from './providers.ts'
import { FederationRefused } from './refusals.ts'

const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512']
const symmetric = ['HS256', 'HS384', 'HS512']
/** Seconds that clocks may differ by. */
const skew = 60

/** Issuers are written with and without a slash at the end. */
export const isSameIssuer = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && plainIssuer(one) === plainIssuer(other ?? '')

// Google leaves out the scheme in some tokens, and says so.
const plainIssuer = (text: string) =>
  text === 'accounts.google.com' ? `https://${text}` : text.replace(/\/$/, '')

async function fetched(url: URL, ctx: CallContext) {
  const { status, body } = await ctx.ports.egress.get(url)
  const document = status === 200 ? jsonObject(body) : undefined
  if (document === undefined) throw new EgressFailed(`${url.href} answered no document`)
  return document
}

/** Where the keys are: as the pool's owner says, or else the provider itself. */
async function keysUrl(provider: IdentityProviderRecord, ctx: CallContext): Promise<URL> {
  const { details } = provider
  if (details.jwks_uri !== undefined) return endpointOf(provider, 'jwks_uri')
  const issuer = endpointOf(provider, 'oidc_issuer').href.replace(/\/$/, '')
  const discovery = await fetched(new URL(`${issuer}/.well-known/openid-configuration`), ctx)
  const jwks_uri = String(discovery.jwks_uri)
  return endpointOf({ ...provider, details: { jwks_uri } }, 'jwks_uri')
}

async function loaded(provider: IdentityProviderRecord, ctx: CallContext): Promise<KeySet> {
  const keys = await fetched(await keysUrl(provider, ctx), ctx)
  try {
    return createLocalJWKSet(keys as unknown as JSONWebKeySet)
  } catch (cause) {
    throw new FederationRefused(`${provider.name} publishes no key set`, 'invalid_request', {
      cause,
    })
  }
}

const bad = (why: string, cause?: unknown) =>
  new FederationRefused(`Invalid id_token: ${why}`, 'invalid_request', { cause })

/**
 * The claims of an ID token that the provider has signed for this client, in its time, in answer to what
 * was asked (OpenID Connect Core 1.0, section 3.1.3.7).
 */
export async function verifiedToken(
  provider: IdentityProviderRecord,
  token: string,
  nonce: string,
  ctx: CallContext,
): Promise<JWTPayload & { readonly sub: string }> {
  const { client_id = '', client_secret, oidc_issuer, jwks_uri } = provider.details
  const now = ctx.now()
  const options = { currentDate: now, clockTolerance: skew }
  let claims: JWTPayload
  try {
    const { alg = '' } = decodeProtectedHeader(token)
    if (symmetric.includes(alg)) {
      if (!client_secret) throw bad('the client has no secret')
      const key = new TextEncoder().encode(client_secret)
      claims = (await jwtVerify(token, key, { ...options, algorithms: symmetric })).payload
    } else {
      const { egress } = ctx.ports
      const name = jwks_uri ?? oidc_issuer ?? ''
      const keys = remoteKeys(egress, name, () => loaded(provider, ctx), now.getTime())
      claims = (await jwtVerify(token, keys, { ...options, algorithms: asymmetric })).payload
    }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw bad(error.message)
    throw unreachable(error, 'Timeout in calling jwks uri')
  }
  const { iss, aud, azp, exp, sub } = claims
  if (!isSameIssuer(iss, oidc_issuer)) throw bad('the issuer is another')
  if (!aud || ![aud].flat().includes(client_id)) throw bad('it is for another client')
  if (azp !== undefined && azp !== client_id) throw bad('it was issued to another client')
  if (exp === undefined || exp * 1_000 <= now.getTime()) throw bad('it has expired')
  if (claims.nonce !== nonce) throw bad('the nonce is another')
  if (typeof sub !== 'string' || sub === '') throw bad('there is no sub')
  return { ...claims, sub }
}
