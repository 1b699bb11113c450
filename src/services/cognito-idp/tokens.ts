import { createHash } from 'node:crypto'
import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider'
import { SignJWT } from 'jose'
import type { CallContext } from '../../kernel/context.ts'
import { identitiesClaim, isReadable } from './attributes.ts'
import { levelClaims } from './authentication-levels.ts'
import type { App } from './client-places.ts'
import { validityOf } from './client-settings.ts'
import { type GroupRecord, groups } from './groups.ts'
import { issuerOf } from './issuers.ts'
import { isTold } from './oauth/told-attributes.ts'
import type { SignIn } from './sign-in-steps.ts'
import { keysOf, type SigningKey } from './signing-keys.ts'
import { customized, type TokenOccasion } from './token-customization.ts'
import type { UserRecord } from './user-records.ts'

/** The scope of tokens that API calls, not browsers, have signed in for. */
export const adminScope = 'aws.cognito.signin.user.admin'

async function groupsOf(user: UserRecord, ctx: CallContext): Promise<readonly GroupRecord[]> {
  const found = await Promise.all(
    user.groups.map((name) => ctx.store.of(groups).findOne('name', `${user.pool}|${name}`)),
  )
  return found
    .filter((group) => group !== undefined)
    .toSorted((a, b) => (a.precedence ?? Infinity) - (b.precedence ?? Infinity) || 0)
}

/** Roles of the groups; the one that counts most is preferred, unless several do. */
function roleClaims(of: readonly GroupRecord[]): Record<string, unknown> {
  const withRole = of.filter(({ roleArn }) => roleArn !== undefined)
  const [first] = withRole
  if (first === undefined) return {}
  const least = first.precedence
  const top = new Set(
    withRole.filter(({ precedence }) => precedence === least).map(({ roleArn }) => roleArn),
  )
  return {
    'cognito:roles': [...new Set(withRole.map(({ roleArn }) => roleArn))],
    ...(top.size === 1 && { 'cognito:preferred_role': first.roleArn }),
  }
}

/** An attribute as OpenID Connect has the claim; custom ones are texts. */
function claim(name: string, value: string): unknown {
  if (name === 'email_verified' || name === 'phone_number_verified') return value === 'true'
  if (name === 'address') return { formatted: value }
  return name === 'updated_at' ? Number(value) : value
}

/** A token of the claims (RFC 7519), signed by RS256. */
export const signed = (claims: Readonly<Record<string, unknown>>, { id, privateKey }: SigningKey) =>
  new SignJWT({ ...claims }).setProtectedHeader({ kid: id, alg: 'RS256' }).sign(privateKey)

/** What ties an ID token to its access token (OpenID Connect Core 1.0, section 3.1.3.6). */
const halfHash = (token: string): string =>
  createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url')

/** ID and access token of a sign-in, for an hour or as the client has it. */
export async function newTokens(
  app: App,
  user: UserRecord,
  signIn: SignIn,
  ctx: CallContext,
  occasion: TokenOccasion = 'Authentication',
): Promise<AuthenticationResultType> {
  const { pool, client } = app
  const keys = await keysOf(pool.id, ctx)
  const of = await groupsOf(user, ctx)
  const iat = Math.floor(ctx.now().getTime() / 1_000)
  const validity = validityOf(client.settings)
  const { EnableTokenRevocation, RefreshTokenRotation } = client.settings
  const revocable = EnableTokenRevocation !== false || RefreshTokenRotation?.Feature === 'ENABLED'
  const shared = {
    sub: user.sub,
    iss: issuerOf(pool, ctx),
    ...(of.length > 0 && { 'cognito:groups': of.map(({ name }) => name) }),
    ...(revocable && { origin_jti: signIn.origin }),
    event_id: signIn.event ?? ctx.requestId,
    auth_time: signIn.authTime,
    ...levelClaims(pool, signIn),
    iat,
  }
  const jti = () => (revocable ? { jti: ctx.random.uuid() } : {})
  const { oauth } = signIn
  const isInToken = (name: string) =>
    isReadable(client, name) && (oauth === undefined || isTold(oauth.scopes, name))
  const readable = Object.entries(user.attributes).filter(([name]) => isInToken(name))
  const idClaims = {
    ...Object.fromEntries(readable.map(([name, value]) => [name, claim(name, value)])),
    ...(user.identities?.length &&
      isReadable(client, 'identities') && { identities: identitiesClaim(user.identities) }),
    ...shared,
    ...roleClaims(of),
    'cognito:username': user.username,
    ...(oauth?.nonce !== undefined && { nonce: oauth.nonce }),
    aud: client.id,
    token_use: 'id',
    exp: iat + validity.id,
    ...jti(),
  }
  const accessClaims = {
    ...shared,
    client_id: client.id,
    token_use: 'access',
    ...(oauth === undefined
      ? { scope: adminScope }
      : { scope: oauth.scopes.join(' '), version: 2 }),
    ...(oauth?.resource !== undefined && { aud: oauth.resource }),
    ...(signIn.device !== undefined && { device_key: signIn.device }),
    username: user.username,
    exp: iat + validity.access,
    ...jti(),
  }
  const draft = { id: idClaims, access: accessClaims }
  const { id, access } = await customized(app, user, draft, occasion, ctx)
  const key = (use: string) => keys.find((one) => one.use === use && one.current)!
  const answer = { ExpiresIn: validity.access, TokenType: 'Bearer' }
  if (oauth === undefined) {
    const [IdToken, AccessToken] = await Promise.all([
      signed(id, key('id')),
      signed(access, key('access')),
    ])
    return { AccessToken, IdToken, ...answer }
  }
  const AccessToken = await signed(access, key('access'))
  if (!oauth.scopes.includes('openid')) return { AccessToken, ...answer }
  const IdToken = await signed({ ...id, at_hash: halfHash(AccessToken) }, key('id'))
  return { AccessToken, IdToken, ...answer }
}
