import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { checkSecretHash } from './client-secrets.ts'
import { validityOf } from './client-settings.ts'
import { fail } from './contract.ts'
import { isRevoked } from './revocation.ts'
import { newTokens, type SignIn } from './tokens.ts'
import { type UserRecord, users } from './user-records.ts'

/** What a refresh token says, sealed. */
export interface RefreshClaims extends SignIn {
  readonly pool: string
  readonly client: string
  readonly sub: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

const bound = 'cognito-idp/refresh'

export async function newRefreshToken(
  { pool, client }: App,
  { sub }: UserRecord,
  signIn: SignIn,
  ctx: CallContext,
): Promise<string> {
  const seal = await ctx.ports.seals.ready('cognito-idp.refresh')
  const expiresAt = ctx.now().getTime() + validityOf(client.settings).refresh * 1_000
  const claims: RefreshClaims = { ...signIn, pool: pool.id, client: client.id, sub, expiresAt }
  return seal.seal(new TextEncoder().encode(JSON.stringify(claims)), bound)
}

const notAuthorized = (message: string) => fail('NotAuthorizedException', message)

/** What a refresh token says; undefined for any other text. */
export async function openRefreshToken(
  token: string,
  ctx: Pick<CallContext, 'ports'>,
): Promise<RefreshClaims | undefined> {
  const seal = await ctx.ports.seals.ready('cognito-idp.refresh')
  const opened = seal.open(token, bound)
  return opened === undefined ? undefined : JSON.parse(new TextDecoder().decode(opened))
}

/** New ID and access tokens of a sign-in that lasts. */
export async function refreshed(
  app: App,
  { token, hash }: { readonly token: string; readonly hash: string | undefined },
  ctx: CallContext,
): Promise<AuthenticationResultType> {
  const { pool, client } = app
  const claims = await openRefreshToken(token, ctx)
  if (claims === undefined || claims.pool !== pool.id || claims.client !== client.id)
    throw notAuthorized('Invalid Refresh Token')
  if (claims.expiresAt <= ctx.now().getTime()) throw notAuthorized('Refresh Token has expired')
  const user = await ctx.store.of(users).get([pool.id, claims.sub])
  if (user === undefined) throw notAuthorized('Invalid Refresh Token')
  checkOwnHash(app, user, hash)
  if (isRevoked(await credentialsOf(ctx, user), claims))
    throw notAuthorized('Refresh Token has been revoked')
  if (!user.enabled) throw notAuthorized('User is disabled.')
  return newTokens(app, user, claims, ctx)
}

/** Clients hash the user's name, or its `sub`, whichever they have from the token. */
function checkOwnHash(
  { client }: App,
  { username, sub }: UserRecord,
  hash: string | undefined,
): void {
  try {
    checkSecretHash(client, username, hash)
  } catch {
    checkSecretHash(client, sub, hash)
  }
}
