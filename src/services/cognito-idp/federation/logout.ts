import { attribute, parseXml } from '../../../crypto/saml/xml.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { identityProviders } from '../identity-provider-records.ts'
import { type Hosted, hostedPage } from '../oauth/hosted.ts'
import { redirectTo } from '../oauth/redirects.ts'
import type { SsoSession } from '../oauth/sso-sessions.ts'
import { lostPage } from './continuing.ts'
import { logoutRequest, messageUrl, newMessageId, redirectBinding } from './saml-messages.ts'

/** What is known of a sign-out while the browser is at the provider. */
interface SigningOut {
  readonly pool: string
  readonly request: string
  readonly next: string
  /** Milliseconds since 1970. */
  readonly until: number
}

const bound = 'cognito-idp/signing-out'
const life = 5 * 60_000
const longest = 100_000

/**
 * Leads a browser whose session is ended on to the SAML provider that began it, which is to end its own, and
 * sends it to `next` afterwards; undefined where the provider does not want that.
 * @param next where the app may send browsers, checked by the caller
 */
export async function signedOutAt(
  hosted: Hosted,
  { federated, saml }: Pick<SsoSession, 'federated' | 'saml'>,
  next: string,
): Promise<HttpResponse | undefined> {
  const { ctx, pool } = hosted
  if (federated === undefined || saml === undefined) return undefined
  const provider = await ctx.store.of(identityProviders).get([pool.id, federated.provider])
  const { IDPSignout, SLORedirectBindingURI } = provider?.details ?? {}
  const to = messageUrl(SLORedirectBindingURI)
  if (IDPSignout !== 'true' || to === undefined) return undefined
  const request = newMessageId(hosted)
  const until = ctx.now().getTime() + life
  const state: SigningOut = { pool: pool.id, request, next, until }
  const seal = await ctx.ports.seals.ready('cognito-idp.signing-out')
  const relayState = seal.seal(new TextEncoder().encode(JSON.stringify(state)), bound)
  const xml = logoutRequest(hosted, request, to, saml)
  return redirectTo(await redirectBinding(hosted, to, { xml, relayState, signs: true }))
}

/** `/saml2/logout`: browsers come back from a provider where they have signed out. */
export const samlLogoutPage = hostedPage('POST', '/saml2/logout', async (hosted) => {
  const { ctx, pool, request } = hosted
  const seal = await ctx.ports.seals.ready('cognito-idp.signing-out')
  const opened = seal.open(request.form.get('RelayState') ?? '', bound)
  if (opened === undefined) return lostPage()
  const state: SigningOut = JSON.parse(new TextDecoder().decode(opened))
  const late = state.until <= ctx.now().getTime()
  const answered = answeredRequest(request.form.get('SAMLResponse') ?? '')
  if (late || state.pool !== pool.id || answered !== state.request) return lostPage()
  return redirectTo(state.next)
})

/** The request that a logout response answers. Nothing but the way on depends on it, so nobody need sign it. */
function answeredRequest(encoded: string): string | undefined {
  if (encoded.length > longest) return undefined
  try {
    const root = parseXml(Buffer.from(encoded, 'base64').toString()).documentElement!
    return root.localName === 'LogoutResponse' ? attribute(root, 'InResponseTo') : undefined
  } catch {
    return undefined
  }
}
