import { openRefreshToken } from '../refresh-tokens.ts'
import { revokeSignIn } from '../sign-out.ts'
import { askingClient } from './client-authentication.ts'
import { endpoint, jsonAnswer, OAuthError } from './json-answers.ts'

/** `/oauth2/revoke` (RFC 7009), of refresh tokens only. */
export const revocationEndpoint = endpoint('POST', '/oauth2/revoke', async (hosted) => {
  const { request, ctx } = hosted
  const app = await askingClient(hosted, 401)
  const token = request.form.get('token')
  if (!token || app.client.settings.EnableTokenRevocation === false)
    throw new OAuthError('invalid_request')
  const claims = await openRefreshToken(token, ctx)
  // Three parts are a token that one reads, not one that one refreshes with.
  if (claims === undefined && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    throw new OAuthError('unsupported_token_type')
  if (claims?.client === app.client.id && claims.pool === app.pool.id)
    await revokeSignIn(claims, ctx)
  return jsonAnswer(hosted, undefined)
})
