import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider'
import type { HttpResponse } from '../../../kernel/http.ts'
import type { App } from '../client-places.ts'
import { clientToken } from '../client-token.ts'
import { rotates } from '../refresh-rotation.ts'
import { newRefreshToken, refreshed } from '../refresh-tokens.ts'
import { newTokens } from '../tokens.ts'
import { redeemed } from './authorization-codes.ts'
import { askingClient } from './client-authentication.ts'
import type { Hosted } from './hosted.ts'
import { endpoint, jsonAnswer, OAuthError } from './json-answers.ts'
import { readsItsScopes } from './scopes.ts'

/** `/oauth2/token` (RFC 6749, section 3.2). */
export const tokenEndpoint = endpoint('POST', '/oauth2/token', async (hosted) => {
  const { form } = hosted.request
  const repeated = new Set(form.keys()).size < form.size
  const type = form.get('grant_type')
  if (repeated || !type) throw new OAuthError('invalid_request')
  const grant = grants[type]
  if (grant === undefined) throw new OAuthError('unsupported_grant_type')
  const app = await askingClient(hosted)
  return answer(hosted, await grant(hosted, app))
})

type Grant = (hosted: Hosted, app: App) => Promise<AuthenticationResultType>

const grants: Readonly<Record<string, Grant | undefined>> = Object.assign(Object.create(null), {
  authorization_code: byCode,
  refresh_token: byRefreshToken,
  client_credentials: forClient,
})

const answer = (hosted: Hosted, tokens: AuthenticationResultType): HttpResponse =>
  jsonAnswer(hosted, {
    ...(tokens.IdToken !== undefined && { id_token: tokens.IdToken }),
    access_token: tokens.AccessToken,
    ...(tokens.RefreshToken !== undefined && { refresh_token: tokens.RefreshToken }),
    expires_in: tokens.ExpiresIn,
    token_type: tokens.TokenType,
  })

function checkFlow({ client }: App, flow: 'code' | 'client_credentials'): void {
  const { AllowedOAuthFlowsUserPoolClient: allowed, AllowedOAuthFlows: flows } = client.settings
  if (!allowed || !flows?.includes(flow)) throw new OAuthError('unauthorized_client')
}

function required(hosted: Hosted, name: string): string {
  const value = hosted.request.form.get(name)
  if (!value) throw new OAuthError('invalid_request')
  return value
}

async function byCode(hosted: Hosted, app: App): Promise<AuthenticationResultType> {
  checkFlow(app, 'code')
  const { ctx, request } = hosted
  const code = required(hosted, 'code')
  const redirectUri = required(hosted, 'redirect_uri')
  if (!app.client.settings.CallbackURLs?.includes(redirectUri))
    throw new OAuthError('unauthorized_client', 'invalid_redirect')
  const verifier = request.form.get('code_verifier') || undefined
  const found = await redeemed(app, { code, redirectUri, verifier }, ctx)
  if (found === undefined) throw new OAuthError('invalid_grant')
  const { user, signIn } = found
  if (!readsItsScopes(app.client, signIn.oauth!.scopes)) throw new OAuthError('invalid_grant')
  const [tokens, RefreshToken] = await Promise.all([
    newTokens(app, user, signIn, ctx, 'HostedAuth'),
    newRefreshToken(app, user, signIn, ctx),
  ])
  return { ...tokens, RefreshToken }
}

/** What the API says of a refresh token that is not good. */
const notGood = /^(NotAuthorized|RefreshTokenReuse)Exception$/

async function byRefreshToken(hosted: Hosted, app: App): Promise<AuthenticationResultType> {
  const token = required(hosted, 'refresh_token')
  // Who asks has proven to be the client; a device cannot be named here.
  const asked = { token, prove: () => {}, device: undefined, occasion: 'RefreshTokens' } as const
  const result = await refreshed(app, asked, hosted.ctx).catch((error) => {
    if (!notGood.test(error.name)) throw error
    throw new OAuthError('invalid_grant', error.message)
  })
  return rotates(app) ? result : { ...result, RefreshToken: undefined }
}

/** Longer metadata reach no function. */
const longestMetadata = 131_072

/** `aws_client_metadata`: a JSON object of texts. */
function metadataIn({ request }: Hosted): App['metadata'] {
  const text = request.form.get('aws_client_metadata')
  if (!text) return undefined
  try {
    if (text.length > longestMetadata) throw new Error('too long')
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || !Object.values(value).every((one) => typeof one === 'string'))
      throw new Error('not texts')
    return value as App['metadata']
  } catch {
    throw new OAuthError('invalid_request', 'aws_client_metadata is not a JSON object of strings.')
  }
}

async function forClient(hosted: Hosted, app: App): Promise<AuthenticationResultType> {
  checkFlow(app, 'client_credentials')
  if (app.client.secrets.length === 0) throw new OAuthError('invalid_client')
  const text = hosted.request.form.get('scope')
  const asked = text ? text.split(' ').filter((one) => one !== '') : undefined
  const result = await clientToken(
    { ...app, metadata: metadataIn(hosted) },
    (allowed) => {
      const scopes = asked?.filter((one) => allowed.includes(one)) ?? allowed
      if (asked !== undefined && scopes.length === 0)
        throw new OAuthError('invalid_grant', 'invalid_scope')
      return scopes
    },
    hosted.ctx,
  )
  return result
}
