import type { HttpResponse } from '../../../kernel/http.ts'
import { livingClient } from '../clients.ts'
import { type Hosted, hostedPage } from './hosted.ts'
import { redirectTo } from './redirects.ts'
import { endSsoSession } from './sso-sessions.ts'

/** `/logout`: ends the browser's session, and leads to the app's own page, or to another sign-in. */
export const logoutPage = hostedPage('GET', '/logout', logout)

async function logout(hosted: Hosted): Promise<HttpResponse> {
  const { request, base, pool, ctx } = hosted
  const { query } = request
  const id = query.get('client_id') ?? ''
  const client = await livingClient(ctx.store, pool.id, id).catch(() => undefined)
  const problem = (error: string) =>
    redirectTo(`${base}/error?${new URLSearchParams({ error, client_id: id })}`)
  if (client === undefined) return problem('Client does not exist.')
  const next = query.get('logout_uri')
  if (next !== null) {
    // The sign-in page of another app may be a callback address of this one.
    const { LogoutURLs = [], CallbackURLs = [] } = client.settings
    if (![...LogoutURLs, ...CallbackURLs].includes(next)) return problem('redirect_mismatch')
    return redirectTo(next, { 'set-cookie': await endSsoSession(hosted) })
  }
  if (!query.has('redirect_uri'))
    return problem('Required parameters missing: logout_uri or redirect_uri')
  const asked = new URLSearchParams()
  for (const name of ['response_type', 'client_id', 'redirect_uri', 'state', 'nonce', 'scope'])
    if (query.has(name)) asked.set(name, query.get(name)!)
  if (!asked.has('scope')) asked.set('scope', client.settings.AllowedOAuthScopes?.join(' ') ?? '')
  return redirectTo(`${base}/login?${asked}`, { 'set-cookie': await endSsoSession(hosted) })
}
