import { createPrivateKey, sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { html } from '../../../kernel/html.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { samlSigningOf } from '../saml-signing.ts'
import type { SamlSession } from '../sign-in-steps.ts'
import { acsUrl, entityOf } from './saml-providers.ts'

const samlp = 'urn:oasis:names:tc:SAML:2.0:protocol'
const saml = 'urn:oasis:names:tc:SAML:2.0:assertion'

/** A new id, as XML wants it. */
export const newMessageId = ({ ctx }: Hosted): string => `_${ctx.random.uuid()}`

const begin = ({ ctx }: Hosted, name: string, id: string, to: URL) =>
  html`<samlp:${name} xmlns:samlp="${samlp}" xmlns:saml="${saml}" ID="${id}" Version="2.0" IssueInstant="${ctx.now().toISOString()}" Destination="${to.href}"`
    .text

const issuer = ({ pool }: Hosted) => html`<saml:Issuer>${entityOf(pool)}</saml:Issuer>`.text

/** Asks a provider to sign somebody in (SAML 2.0 core, section 3.4.1). */
export function authnRequest(hosted: Hosted, id: string, to: URL, anew: boolean): string {
  const acs = html`ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" AssertionConsumerServiceURL="${acsUrl(hosted)}"`
  const force = anew ? ' ForceAuthn="true"' : ''
  return `${begin(hosted, 'AuthnRequest', id, to)} ${acs.text}${force}>${issuer(hosted)}</samlp:AuthnRequest>`
}

/** Asks a provider to sign somebody out (SAML 2.0 core, section 3.7.1). */
export function logoutRequest(hosted: Hosted, id: string, to: URL, session: SamlSession): string {
  const { nameId, format, index } = session
  const kind = format === undefined ? '' : html` Format="${format}"`.text
  const name = `<saml:NameID${kind}>${html`${nameId}`.text}</saml:NameID>`
  const which =
    index === undefined ? '' : html`<samlp:SessionIndex>${index}</samlp:SessionIndex>`.text
  return `${begin(hosted, 'LogoutRequest', id, to)}>${issuer(hosted)}${name}${which}</samlp:LogoutRequest>`
}

const algorithm = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

/** Where a message is sent by the redirect binding (SAML 2.0 bindings, section 3.4). */
export async function redirectBinding(
  { ctx, pool }: Hosted,
  to: URL,
  { xml, relayState, signs }: { xml: string; relayState: string; signs: boolean },
): Promise<string> {
  const SAMLRequest = deflateRawSync(xml).toString('base64')
  const query = new URLSearchParams({ SAMLRequest, RelayState: relayState })
  if (signs) {
    query.set('SigAlg', algorithm)
    const { privateKey } = await samlSigningOf(pool.id, ctx)
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
    query.set('Signature', sign('sha256', Buffer.from(String(query)), key).toString('base64'))
  }
  return `${to.href}${to.search === '' ? '?' : '&'}${query}`
}

/** Where a provider takes messages; undefined for what is no address. */
export function messageUrl(text: string | undefined): URL | undefined {
  const url = URL.parse(text ?? '')
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  url.hash = ''
  return url
}
