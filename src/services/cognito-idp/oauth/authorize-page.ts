import type { HttpResponse } from '../../../kernel/http.ts'
import { federated } from '../federation/start.ts'
import { authorizationRequest, refusedTo } from './authorization-requests.ts'
import { resumed } from './grants.ts'
import { type Hosted, hostedPage } from './hosted.ts'
import { redirectTo } from './redirects.ts'
import { ssoSession } from './sso-sessions.ts'

/** `/oauth2/authorize`: leads on to a provider, to the sign-in page, or straight back with a session. */
export const authorizePage = hostedPage('GET', '/oauth2/authorize', authorize)

async function authorize(hosted: Hosted): Promise<HttpResponse> {
  const { request, base } = hosted
  const asked = await authorizationRequest(hosted)
  if ('status' in asked) return asked
  const provider = request.query.get('identity_provider')
  const identifier = request.query.get('idp_identifier')
  const found = await ssoSession(hosted, asked)
  if (found !== undefined) return resumed(hosted, asked, found.user, found.session)
  if (asked.prompt.includes('none')) return refusedTo(asked, 'login_required')
  if ((provider !== null && provider !== 'COGNITO') || identifier !== null)
    return federated(hosted, asked, { name: provider, identifier })
  return redirectTo(`${base}/login?${asked.query}`)
}
