import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { samlIdp } from '../../../../test/saml-idp.ts'
import { hostedPool, visitor } from '../hosted/hosted.test-support.ts'
import { type Cognito, installCognito } from '../pools.test-support.ts'
import { PASSWORD } from '../sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const redirect_uri = 'http://localhost/callback'

/** A pool, and a browser at which `ada` is signed in. */
async function signedIn(scopes = ['openid', 'email'], more: object = {}) {
  const pool = await hostedPool(
    cognito,
    { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } }, ...more },
    {
      AllowedOAuthScopes: scopes,
      ExplicitAuthFlows: [
        'ALLOW_USER_AUTH',
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
      ],
    },
  )
  const browser = visitor(pool.start)
  await browser.open('/login')
  const page = await browser.send('/login', { username: 'ada' })
  const session = /name="session" value="([^"]+)"/.exec(page.text)![1]!
  const form = { username: 'ada', session, choice: 'PASSWORD', password: PASSWORD }
  const end = await browser.send('/challenge', form)
  const code = new URL(end.headers.get('location')!).searchParams.get('code')!
  const base = pool.start('/').split('/?')[0]!
  const post = async (path: string, form: Record<string, string>, headers = {}) => {
    const body = new URLSearchParams(form)
    const answer = await fetch(base + path, { method: 'POST', body, headers })
    const text = await answer.text()
    return { status: answer.status, json: text === '' ? {} : JSON.parse(text) }
  }
  const redeem = (given: string, more = {}) =>
    post('/oauth2/token', {
      ...{ grant_type: 'authorization_code', client_id: pool.ClientId, code: given, redirect_uri },
      ...more,
    })
  const newCode = async () => {
    const { headers } = await browser.open('/oauth2/authorize')
    return new URL(headers.get('location')!, base).searchParams.get('code') ?? ''
  }
  return { ...pool, browser, session, code, base, post, redeem, newCode }
}

test('a sealed text opens nothing but what it was sealed for', async () => {
  const own = await signedIn()
  const other = await signedIn()
  const code = await own.newCode()
  const { json: tokens } = await own.redeem(own.code)
  const cookie = own.browser.cookies.get('cognito')!
  const texts = { session: own.session, cookie, ...tokens, other: other.code }
  for (const [kind, text] of Object.entries<string>(texts)) {
    assert.deepEqual((await own.redeem(text)).json, { error: 'invalid_grant' }, kind)
    if (kind === 'refresh_token') continue
    const refresh_token = text
    const asked = { grant_type: 'refresh_token', client_id: own.ClientId, refresh_token }
    assert.equal((await own.post('/oauth2/token', asked)).json.error, 'invalid_grant', kind)
  }
  for (const text of [
    own.session,
    code,
    tokens.refresh_token,
    other.browser.cookies.get('cognito')!,
  ]) {
    const answer = await fetch(own.start('/oauth2/authorize'), {
      redirect: 'manual',
      headers: { cookie: `cognito=${text}` },
    })
    assert.match(answer.headers.get('location')!, /^\/_auth\/[^/]+\/login\?/)
  }
  for (const session of [code, tokens.refresh_token, cookie, other.session]) {
    const form = { username: 'ada', session, choice: 'PASSWORD', password: PASSWORD }
    assert.equal((await own.browser.send('/challenge', form)).status, 400)
  }
  assert.equal((await own.redeem(code)).status, 200)
})

test('a passkey is not made by a form of another site', async () => {
  const app = await hostedPool(cognito, {
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } },
  })
  const browser = visitor(app.start)
  await browser.open('/login')
  const end = await browser.send('/login', { username: 'ada', password: PASSWORD })
  assert.equal(end.status, 302, end.text)
  const sent = (_csrf: string) => browser.send('/passkeys/add', { _csrf, credential: 'null' })
  const token = browser.cookies.get('XSRF-TOKEN')!
  assert.equal((await sent(token)).status, 400)
  const late = await sent('')
  assert.deepEqual([late.status, late.text.includes('data-options')], [200, true])
  // Who owns a wider path can set a cookie of the name, which comes behind ours.
  browser.cookies.set('XSRF-TOKEN', `${token}; XSRF-TOKEN=${'E'.repeat(22)}`)
  assert.equal((await sent('E'.repeat(22))).status, 200)
  assert.equal((await sent(token)).status, 400)
})

test('a code without a challenge takes no verifier, and one with a challenge needs it', async () => {
  const app = await signedIn()
  const code_verifier = 'v'.repeat(43)
  const { json } = await app.redeem(app.code, { code_verifier })
  assert.deepEqual(json, { error: 'invalid_grant' })
  const challenged = app.start('/oauth2/authorize', {
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
  })
  const cookie = `cognito=${app.browser.cookies.get('cognito')}`
  const { headers } = await fetch(challenged, { redirect: 'manual', headers: { cookie } })
  const code = new URL(headers.get('location')!).searchParams.get('code')!
  for (const more of [{}, { code_verifier: '' }, { code_verifier: 'c'.repeat(43) }])
    assert.deepEqual((await app.redeem(code, more)).json, { error: 'invalid_grant' })
})

test('userInfo takes access tokens of users with openid, and calls those with their own scope', async () => {
  const { idp } = cognito
  const app = await signedIn()
  const ask = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${app.base}/oauth2/userInfo`, { headers })).status
  }
  const { json: tokens } = await app.redeem(app.code)
  assert.equal(await ask(tokens.access_token), 200)
  assert.equal(await ask(tokens.id_token), 401)
  assert.equal(await ask(tokens.refresh_token), 401)
  const { UserPoolId } = app
  const Scopes = [{ ScopeName: 'read', ScopeDescription: 'read' }]
  await idp.createResourceServer({ UserPoolId, Identifier: 'books', Name: 'books', Scopes })
  const { UserPoolClient: job } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'job',
    GenerateSecret: true,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: ['books/read'],
  })
  const { json: machine } = await app.post('/oauth2/token', {
    grant_type: 'client_credentials',
    client_id: job!.ClientId!,
    client_secret: job!.ClientSecret!,
  })
  assert.equal(await ask(machine.access_token), 401)
  for (const AccessToken of [machine.access_token, tokens.access_token, tokens.id_token])
    await assert.rejects(idp.getUser({ AccessToken }), { name: 'NotAuthorizedException' })
  const elsewhere = await signedIn(['openid', 'aws.cognito.signin.user.admin'])
  const { json: theirs } = await elsewhere.redeem(elsewhere.code)
  assert.equal(await ask(theirs.access_token), 401)
  assert.equal((await idp.getUser({ AccessToken: theirs.access_token })).Username, 'ada')
})

test('nothing goes on for who is disabled, or deleted, or signed out, or whose app is gone', async () => {
  const { idp } = cognito
  const Username = 'ada'
  const ends = {
    disabled: ({ UserPoolId }) => idp.adminDisableUser({ UserPoolId, Username }),
    deleted: ({ UserPoolId }) => idp.adminDeleteUser({ UserPoolId, Username }),
    'signed out': ({ UserPoolId }) => idp.adminUserGlobalSignOut({ UserPoolId, Username }),
    'no app': ({ UserPoolId, ClientId }) => idp.deleteUserPoolClient({ UserPoolId, ClientId }),
  } satisfies Record<string, (app: { UserPoolId: string; ClientId: string }) => Promise<unknown>>
  for (const [what, end] of Object.entries(ends)) {
    const app = await signedIn()
    const code = await app.newCode()
    const { json: tokens } = await app.redeem(app.code)
    await end(app)
    const error = what === 'no app' ? 'invalid_client' : 'invalid_grant'
    assert.equal((await app.redeem(code)).json.error, error, what)
    const { access_token, refresh_token } = tokens
    const asked = { grant_type: 'refresh_token', client_id: app.ClientId, refresh_token }
    assert.equal((await app.post('/oauth2/token', asked)).json.error, error, what)
    const headers = { authorization: `Bearer ${access_token}` }
    assert.equal((await app.post('/oauth2/userInfo', {}, headers)).status, 401, what)
    // A sign-out of all devices leaves browsers' sessions alone, as with AWS.
    assert.equal((await app.newCode()) !== '', what === 'signed out', what)
  }
})

test('an app that has registered itself gets no code before the user says so', async () => {
  const { idp } = cognito
  const { UserPoolId, Domain, browser, start, base } = await signedIn(['openid'], {
    DcrConfiguration: { EnableStatus: 'Enabled', OpenDcrEnabled: true },
  })
  await idp.updateUserPoolDomain({ UserPoolId, Domain, ManagedLoginVersion: 1 })
  await idp.createIdentityProvider({
    UserPoolId,
    ProviderName: 'Acme',
    ProviderType: 'SAML',
    ProviderDetails: { MetadataFile: samlIdp().metadata },
  })
  const metadata = { redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' }
  const registered = await fetch(`${base}/oauth2/register`, {
    method: 'POST',
    body: JSON.stringify(metadata),
  })
  const { client_id } = (await registered.json()) as { client_id: string }
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const ask = async (path: string, init: RequestInit = {}, provider = 'COGNITO') => {
    const asked = start(path, { client_id, scope: 'openid', identity_provider: provider })
    const answer = await fetch(asked, { redirect: 'manual', headers: { cookie }, ...init })
    return { answer, to: new URL(answer.headers.get('location') ?? base, base) }
  }
  assert.match((await ask('/oauth2/authorize')).to.pathname, /\/login$/)
  for (const [site, host] of [
    ['cross-site', new URL(base).hostname],
    ['same-origin', 'idp.example.com'],
  ] as const) {
    const headers = { cookie, 'sec-fetch-site': site }
    assert.equal((await ask('/oauth2/authorize', { headers }, 'Acme')).to.hostname, host)
  }
  const form = await (await ask('/login')).answer.text()
  assert.match(form, /name="again" value="yes".*Sign in as ada/s)
  const body = new URLSearchParams({ _csrf: browser.cookies.get('XSRF-TOKEN')!, again: 'yes' })
  assert.ok((await ask('/login', { method: 'POST', body })).to.searchParams.has('code'))
})

test('a session of a user of the pool is nothing to an app that signs in elsewhere only', async () => {
  const { idp } = cognito
  const { UserPoolId, newApp, browser, start, base } = await signedIn()
  await idp.createIdentityProvider({
    UserPoolId,
    ProviderName: 'Acme',
    ProviderType: 'SAML',
    ProviderDetails: { MetadataFile: samlIdp().metadata },
  })
  const take = async (SupportedIdentityProviders: string[]) => {
    const client_id = await newApp({ SupportedIdentityProviders })
    const cookie = `cognito=${browser.cookies.get('cognito')}`
    const asked = start('/oauth2/authorize', { client_id })
    const { headers } = await fetch(asked, { redirect: 'manual', headers: { cookie } })
    const { pathname, searchParams } = new URL(headers.get('location')!, base)
    return searchParams.has('code') ? 'code' : pathname.split('/').at(-1)
  }
  assert.equal(await take(['COGNITO', 'Acme']), 'code')
  assert.equal(await take(['Acme']), 'login')
})
