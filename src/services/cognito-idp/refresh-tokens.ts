import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { credentialsOf } from './changing.ts'
import { type App, appOf, byClient } from './client-places.ts'
import { checkSecretHash, knowsSecret } from './client-secrets.ts'
import { validityOf } from './client-settings.ts'
import { fail, operation } from './contract.ts'
import { tracksDevices } from './device-records.ts'
import { checkRotation, rotated, rotates } from './refresh-rotation.ts'
import { isRevoked } from './revocation.ts'
import type { SignIn } from './sign-in-steps.ts'
import type { TokenOccasion } from './token-customization.ts'
import { newTokens } from './tokens.ts'
import { type UserRecord, users } from './user-records.ts'
import { noteRefresh } from './user-session-records.ts'

/** What a refresh token says, sealed. */
export interface RefreshClaims extends SignIn {
  readonly pool: string
  readonly client: string
  readonly sub: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** How many tokens of the sign-in were before this one, where they rotate. */
  readonly generation?: number | undefined
}

const bound = 'cognito-idp/refresh'

export async function newRefreshToken(
  { pool, client }: App,
  { sub }: UserRecord,
  signIn: SignIn,
  ctx: CallContext,
): Promise<string> {
  const expiresAt = ctx.now().getTime() + validityOf(client.settings).refresh * 1_000
  const { oauth } = signIn
  const lasting = oauth && { ...oauth, nonce: undefined }
  return sealed(
    { ...signIn, oauth: lasting, pool: pool.id, client: client.id, sub, expiresAt },
    ctx,
  )
}

async function sealed(claims: RefreshClaims, ctx: CallContext): Promise<string> {
  const seal = await ctx.ports.seals.ready('cognito-idp.refresh')
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

interface Asked {
  readonly token: string
  /** Refuses a client that does not know its secret. */
  readonly prove: (user: UserRecord) => void
  /** The device that asks. */
  readonly device: string | undefined
  readonly occasion: TokenOccasion
}

/**
 * New ID and access tokens of a sign-in that lasts, and the refresh token that comes after this one
 * where the client has them rotate.
 */
export async function refreshed(
  app: App,
  { token, prove, device, occasion }: Asked,
  ctx: CallContext,
): Promise<AuthenticationResultType> {
  const { pool, client } = app
  const claims = await openRefreshToken(token, ctx)
  if (claims === undefined || claims.pool !== pool.id || claims.client !== client.id)
    throw notAuthorized('Invalid Refresh Token')
  if (claims.expiresAt <= ctx.now().getTime()) throw notAuthorized('Refresh Token has expired')
  const user = await ctx.store.of(users).get([pool.id, claims.sub])
  if (user === undefined) throw notAuthorized('Invalid Refresh Token')
  prove(user)
  // A token that was taken from a device is of no use without the device's name.
  if (claims.device !== undefined && tracksDevices(pool) && claims.device !== device)
    throw notAuthorized('Invalid Refresh Token')
  if (isRevoked(await credentialsOf(ctx, user), claims))
    throw notAuthorized('Refresh Token has been revoked')
  if (!user.enabled) throw notAuthorized('User is disabled.')
  if (!rotates(app)) {
    await checkRotation(app, claims, ctx)
    await noteRefresh(app, user, claims, ctx)
    return newTokens(app, user, claims, ctx, occasion)
  }
  const generation = await rotated(app, claims, ctx)
  await noteRefresh(app, user, claims, ctx)
  const tokens = await newTokens(app, user, claims, ctx, occasion)
  return { ...tokens, RefreshToken: await sealed({ ...claims, generation }, ctx) }
}

/** Clients hash the user's name, or its `sub`, whichever they have from the token. */
export function checkOwnHash(
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

export const GetTokensFromRefreshToken = operation('GetTokensFromRefreshToken', {
  access: {
    kind: 'public',
    why: 'whoever has the refresh token goes on with the sign-in',
    locate: byClient,
  },
  async handle(input, ctx) {
    const app = { ...(await appOf(input, ctx)), metadata: input.ClientMetadata }
    const token = input.RefreshToken
    const prove = () => {
      if (!knowsSecret(app.client, input.ClientSecret))
        throw notAuthorized(`Unable to verify secret for client ${app.client.id}`)
    }
    return {
      AuthenticationResult: await refreshed(
        app,
        { token, prove, device: input.DeviceKey, occasion: 'Authentication' },
        ctx,
      ),
    }
  },
})
