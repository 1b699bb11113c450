import type { HttpResponse } from '../../../kernel/http.ts'
import { bearerIn } from '../access-tokens.ts'
import { isReadable } from '../attributes.ts'
import type { Hosted } from './hosted.ts'
import { endpoint, jsonAnswer } from './json-answers.ts'
import { isTold } from './told-attributes.ts'

/** `/oauth2/userInfo` (OpenID Connect Core 1.0, section 5.3). Cognito tells every claim as a text. */
export const userInfoEndpoints = (['GET', 'POST'] as const).map((method) =>
  endpoint(method, '/oauth2/userInfo', userInfo),
)

async function userInfo(hosted: Hosted): Promise<HttpResponse> {
  const token = tokenOf(hosted)
  if (token === undefined)
    return refused(hosted, 400, 'invalid_request', 'Bad OAuth2 request at UserInfo Endpoint')
  const bearer = await bearerIn(token, hosted.pool.id, hosted.ctx, 'openid').catch((error) => {
    if (error.name === 'NotAuthorizedException' || error.name === 'UserNotFoundException')
      return undefined
    throw error
  })
  if (bearer === undefined)
    return refused(
      hosted,
      401,
      'invalid_token',
      'Access token is expired, disabled, or deleted, or the user has globally signed out.',
    )
  const { user, client, scopes } = bearer
  const told = Object.entries(user.attributes).filter(
    ([name]) => isReadable(client, name) && isTold(scopes, name),
  )
  return jsonAnswer(hosted, {
    sub: user.sub,
    ...Object.fromEntries(told),
    username: user.username,
  })
}

/** In the header; a POST may have it in its form (RFC 6750, section 2.2). */
function tokenOf({ request }: Hosted): string | undefined {
  const { authorization } = request.headers
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  return request.form.get('access_token') || undefined
}

function refused(hosted: Hosted, status: number, error: string, text: string): HttpResponse {
  const answer = jsonAnswer(hosted, { error, error_description: text }, status)
  const challenge = `Bearer error="${error}", error_description="${text}"`
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } }
}
