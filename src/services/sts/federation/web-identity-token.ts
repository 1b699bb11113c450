import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import type { CallContext } from '../../../kernel/context.ts'
import { EgressFailed } from '../../../kernel/ports.ts'
import type { IdentityProvider } from '../../../kernel/principals.ts'
import { fail } from '../contract.ts'
import { issuerKeys } from './issuer-keys.ts'

export type OidcProvider = Extract<IdentityProvider, { kind: 'oidc' }>

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']

const noToken = () =>
  fail(
    'InvalidIdentityTokenException',
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  )

/** Who a token says it is from, before anything about it is believed. */
export function claimedIssuer(token: string): string {
  let claims: JWTPayload
  try {
    claims = decodeJwt(token)
  } catch {
    throw noToken()
  }
  if (typeof claims.iss !== 'string')
    throw fail('InvalidIdentityTokenException', 'Missing a required claim: iss')
  return claims.iss
}

/**
 * The claims of a token that the provider has signed, for one of its client ids, in its time.
 * @throws InvalidIdentityToken, ExpiredToken, IDPCommunicationError
 */
export async function verifiedClaims(
  token: string,
  provider: OidcProvider,
  ctx: CallContext,
): Promise<JWTPayload & { sub: string }> {
  const now = ctx.now()
  const keys = issuerKeys(provider, ctx.ports.egress, now.getTime())
  let claims: JWTPayload
  try {
    const options = { algorithms, currentDate: now, clockTolerance: 300, issuer: provider.url }
    claims = (await jwtVerify(token, keys, options)).payload
  } catch (error) {
    throw asRefusal(error, now)
  }
  const { exp = 0, sub } = claims
  const seconds = Math.floor(now.getTime() / 1_000)
  // Skew is forgiven for what has not begun, not for what has ended.
  if (exp <= seconds) throw expired(seconds, exp)
  if (typeof sub !== 'string' || sub === '')
    throw fail('InvalidIdentityTokenException', 'Missing a required claim: sub')
  if (!audiences(claims).some((audience) => provider.clientIds.includes(audience)))
    throw fail('InvalidIdentityTokenException', 'Incorrect token audience')
  return { ...claims, sub }
}

/** The party that a token was issued to stands before those that it may be shown to. */
export function audiences({ aud, azp }: JWTPayload): readonly string[] {
  if (typeof azp === 'string' && azp !== '') return [azp]
  return aud === undefined ? [] : [aud].flat()
}

const expired = (now: number, exp: number) =>
  fail(
    'ExpiredTokenException',
    `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`,
  )

function asRefusal(error: unknown, now: Date): unknown {
  if (error instanceof EgressFailed)
    return fail(
      'InvalidIdentityTokenException',
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    )
  if (error instanceof errors.JWTExpired)
    return expired(Math.floor(now.getTime() / 1_000), Number(error.payload.exp))
  if (error instanceof errors.JWTClaimValidationFailed)
    return fail('InvalidIdentityTokenException', `Invalid claim: ${error.claim}`)
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return noToken()
  if (error instanceof errors.JOSEError)
    return fail('InvalidIdentityTokenException', 'Provided Token is not signed correctly')
  return error
}
