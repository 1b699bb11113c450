import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import * as oidc from 'openid-client'
import type { Page } from 'playwright-core'
import { peopleProvider } from '../people-provider.ts'
import { type SamlIdp, samlIdp } from '../saml-idp.ts'
import { hostedBrowser, press, skip, told } from './hosted-browser.ts'

/** Signs in at the other company's pages. */
async function signInThere(page: Page, name: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(name)
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

test('people of another company sign in to an app through the pool', { skip }, async (t) => {
  const { people, newPage, idp, cognito, app } = await hostedBrowser(t)
  const pool = await people()
  const { UserPoolId, Domain } = pool
  const acme = await peopleProvider([
    `${cognito.house.url}/_auth/${Domain}/oauth2/idpresponse`,
    `${pool.base}/oauth2/idpresponse`,
  ])
  t.after(() => acme.close())
  await idp.createIdentityProvider({
    UserPoolId,
    ProviderName: 'Acme',
    ProviderType: 'OIDC',
    ProviderDetails: {
      client_id: acme.client.id,
      client_secret: acme.client.secret,
      oidc_issuer: acme.issuer,
      authorize_scopes: 'openid email profile',
      attributes_request_method: 'POST',
    },
    AttributeMapping: { email: 'email', email_verified: 'email_verified', name: 'name' },
  })
  const ClientId = await pool.newApp({
    SupportedIdentityProviders: ['COGNITO', 'Acme'],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    GenerateSecret: true,
  })
  const { UserPoolClient } = await idp.describeUserPoolClient({ UserPoolId, ClientId })
  const config = await oidc.discovery(
    new URL(`${cognito.house.url}/${UserPoolId}`),
    ClientId,
    UserPoolClient!.ClientSecret!,
    undefined,
    { execute: [oidc.allowInsecureRequests] },
  )
  /** The app sends the browser off and takes it back. */
  async function through(page: Page, there: () => Promise<void>) {
    const verifier = oidc.randomPKCECodeVerifier()
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: app.url,
      scope: 'openid email profile',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
    await page.goto(url.href)
    await there()
    await told(page)
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }
    return oidc.authorizationCodeGrant(config, new URL(page.url()), checks)
  }
  const page = await newPage({ javaScriptEnabled: true })
  acme.claims.set('ada', { email: 'ada@acme.example', email_verified: true, name: 'Ada' })
  const tokens = await through(page, async () => {
    await page.getByRole('link', { name: 'Acme' }).click()
    await signInThere(page, 'ada')
  })
  const claims = tokens.claims()!
  assert.equal(claims['cognito:username'], 'Acme_ada')
  assert.equal(claims.email, 'ada@acme.example')
  assert.equal(claims.email_verified, true)
  const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
  assert.equal(info.name, 'Ada')
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token!)
  assert.deepEqual(refreshed.claims()!.amr, ['fed'])
  // The browser's session does for the next time; another browser is asked again, and brings news.
  await through(page, async () => undefined)
  acme.claims.set('ada', { email: 'ada@acme.example', email_verified: true, name: 'Lady Ada' })
  const other = await newPage({ javaScriptEnabled: true })
  const again = await through(other, async () => {
    await other.getByRole('link', { name: 'Acme' }).click()
    await signInThere(other, 'ada')
  })
  assert.equal(again.claims()!.sub, claims.sub)
  assert.equal(again.claims()!.name, 'Lady Ada')
})

/** The pages of a SAML provider on another site, which POST their answers as they do everywhere. */
async function samlPages(idp: SamlIdp, audience: () => string) {
  const server = createServer((request, response) => {
    const query = new URL(request.url!, 'http://x').searchParams
    const encoded = query.get('SAMLRequest')
    if (encoded === null) return void response.writeHead(404).end()
    const packed = Buffer.from(encoded, 'base64')
    const xml = inflateRawSync(packed).toString()
    const value = (name: string) => new RegExp(` ${name}="([^"]+)"`).exec(xml)?.[1] ?? ''
    const signsOut = xml.includes('LogoutRequest')
    const to = signsOut ? query.get('back')! : value('AssertionConsumerServiceURL')
    const out = `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" InResponseTo="${value('ID')}"/>`
    const answer = signsOut
      ? Buffer.from(out).toString('base64')
      : idp.response({
          attributes: {},
          subject: 'ada',
          audience: audience(),
          recipient: to,
          id: `_${randomUUID()}`,
          inResponseTo: value('ID'),
        })
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>Corp</title><form method="post" action="${to}">
<input type="hidden" name="SAMLResponse" value="${answer}">
<input type="hidden" name="RelayState" value="${query.get('RelayState')}">
<button>Go on</button></form>`)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  }
}

test('people of a company with SAML sign in by its pages, and out there, too', {
  skip,
}, async (t) => {
  const { people, newPage, idp, app } = await hostedBrowser(t)
  const pool = await people()
  const { UserPoolId } = pool
  const corp = samlIdp('https://corp.example.com')
  const pages = await samlPages(corp, () => `urn:amazon:cognito:sp:${UserPoolId}`)
  t.after(() => pages.close())
  const back = encodeURIComponent(`${pool.base}/saml2/logout`)
  const MetadataFile = corp.metadata
    .replace('https://idp.example.com/sso', pages.url)
    .replace(
      '</IDPSSODescriptor>',
      `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${pages.url}/?back=${back}"/>$&`,
    )
  await idp.createIdentityProvider({
    UserPoolId,
    ProviderName: 'Corp',
    ProviderType: 'SAML',
    ProviderDetails: { MetadataFile, IDPSignout: 'true' },
    IdpIdentifiers: ['corp.example.com'],
  })
  const client_id = await pool.newApp({
    SupportedIdentityProviders: ['Corp'],
    LogoutURLs: [app.url],
  })
  const page = await newPage()
  await page.goto(pool.start({ client_id, identity_provider: 'Corp' }))
  await press(page, 'Go on')
  const answer = await told(page)
  assert.ok(answer.get('code'), page.url())
  await page.goto(pool.start({ client_id, logout_uri: app.url }, '/logout'))
  await press(page, 'Go on')
  await told(page)
  assert.equal(page.url(), app.url)
  await page.goto(pool.start({ client_id, idp_identifier: 'corp.example.com' }))
  await press(page, 'Go on')
  assert.ok((await told(page)).get('code'))
})
