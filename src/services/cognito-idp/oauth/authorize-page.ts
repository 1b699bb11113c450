import type { HttpResponse } from '../../../kernel/http.ts'
import { clientProvider } from '../federation/providers.ts'
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
  const elsewhere = (provider !== null && provider !== 'COGNITO') || identifier !== null
  const named = { name: provider, identifier }
  const found = await ssoSession(hosted, asked)
  // Who is to sign in somewhere in particular goes on with a session from there only.
  const wanted = elsewhere
    ? (await clientProvider(asked.app, named, hosted.ctx.store))?.name
    : (provider ?? undefined)
  const isThere =
    (!elsewhere && wanted === undefined) ||
    wanted === (found?.session.federated?.provider ?? 'COGNITO')
  // Nobody vouches for an app that has registered itself: people say themselves that they go on to it.
  const silently = asked.app.client.registered !== true
  if (found !== undefined && isThere && silently)
    return resumed(hosted, asked, found.user, found.session)
  if (asked.prompt.includes('none'))
    return refusedTo(
      asked,
      found !== undefined && isThere ? 'interaction_required' : 'login_required',
    )
  // Other providers sign in silently, too: to them leads a button of our own page.
  const site = request.headers['sec-fetch-site'] ?? 'same-origin'
  if (elsewhere && (silently || site === 'same-origin')) return federated(hosted, asked, named)
  return redirectTo(`${base}/login?${asked.query}`)
}
