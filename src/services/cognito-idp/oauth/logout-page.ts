import type { HttpResponse } from '../../../kernel/http.ts'
import { knownClient } from '../clients.ts'
import { signedOutAt } from '../federation/logout.ts'
import { type Hosted, hostedPage } from './hosted.ts'
import { redirectTo } from './redirects.ts'
import { endSsoSession, sessionOf } from './sso-sessions.ts'

/** `/logout`: ends the browser's session, and leads to the app's own page, or to another sign-in. */
export const logoutPage = hostedPage('GET', '/logout', logout)

async function logout(hosted: Hosted): Promise<HttpResponse> {
  const { request, base, pool, ctx } = hosted
  const { query } = request
  const id = query.get('client_id') ?? ''
  const client = await knownClient(ctx.store, pool.id, id)
  const problem = (error: string) =>
    redirectTo(`${base}/error?${new URLSearchParams({ error, client_id: id })}`)
  if (client === undefined) return problem('Client does not exist.')
  const next = query.get('logout_uri')
  if (next !== null) {
    // The sign-in page of another app may be a callback address of this one.
    const { LogoutURLs = [], CallbackURLs = [] } = client.settings
    if (![...LogoutURLs, ...CallbackURLs].includes(next)) return problem('redirect_mismatch')
    return leave(hosted, next)
  }
  if (!query.has('redirect_uri'))
    return problem('Required parameters missing: logout_uri or redirect_uri')
  const asked = new URLSearchParams()
  for (const name of ['response_type', 'client_id', 'redirect_uri', 'state', 'nonce', 'scope'])
    if (query.has(name)) asked.set(name, query.get(name)!)
  if (!asked.has('scope')) asked.set('scope', client.settings.AllowedOAuthScopes?.join(' ') ?? '')
  return leave(hosted, `${base}/login?${asked}`)
}

/** Ends the session, at the provider that it came from too where that wants it, and leads on. */
async function leave(hosted: Hosted, next: string): Promise<HttpResponse> {
  const session = await sessionOf(hosted)
  const away = session && (await signedOutAt(hosted, session, next))
  const { status, headers, body } = away ?? redirectTo(next)
  return { status, headers: { ...headers, 'set-cookie': await endSsoSession(hosted) }, body }
}
