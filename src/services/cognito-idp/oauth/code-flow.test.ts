import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import { scriptLessBrowser } from '../../../../test/script-less-browser.ts'
import { type Cognito, installCognito, refused } from '../pools.test-support.ts'
import { advance, PASSWORD, signInPool } from '../sign-in.test-support.ts'

let cognito: Cognito
let prefixes = 0
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

const redirect_uri = 'https://app.example/back'
const everything = ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin']

type CreateClient = NonNullable<Parameters<typeof signInPool>[2]>

/** A pool with a domain, an app that may sign in at it, and `ada`. */
async function appAt(client: CreateClient = {}, pool: object = {}) {
  const { idp, house } = cognito
  const oauth = {
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code', 'implicit'],
    AllowedOAuthScopes: everything,
    CallbackURLs: [redirect_uri],
    LogoutURLs: ['https://app.example/bye'],
    SupportedIdentityProviders: ['COGNITO'],
  } satisfies CreateClient
  const people = await signInPool(cognito, pool, { ...oauth, ...client })
  await people.confirm()
  const { UserPoolId, ClientId, secret } = people
  prefixes += 1
  const Domain = `flows-${prefixes}`
  await idp.createUserPoolDomain({ UserPoolId, Domain, ManagedLoginVersion: 2 })
  await idp.createManagedLoginBranding({ UserPoolId, ClientId, UseCognitoProvidedValues: true })
  const config = await oidc.discovery(
    new URL(`${house.url}/${UserPoolId}`),
    ClientId,
    secret,
    secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret),
    { execute: [oidc.allowInsecureRequests] },
  )
  const base = `${house.url}/_auth/${Domain}`
  const ask = (more: Record<string, string> = {}, from = config) =>
    oidc.buildAuthorizationUrl(from, { redirect_uri, response_type: 'code', ...more }).href
  return { ...people, Domain, base, config, ask }
}

type App = Awaited<ReturnType<typeof appAt>>

/** Signs `ada` in by the form of the page. */
async function signedIn({ base }: App, url: string, browser = scriptLessBrowser(base)) {
  const page = await browser.visit(url)
  return { browser, end: await browser.send(page, { username: 'ada', password: PASSWORD }) }
}

test('a code with PKCE and a nonce becomes tokens, once, and for who asked for it', async () => {
  const app = await appAt()
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const code_challenge = await oidc.calculatePKCECodeChallenge(pkceCodeVerifier)
  const checks = { pkceCodeVerifier, expectedNonce: 'n-1', expectedState: 's-1' }
  const url = app.ask({
    ...{ code_challenge, code_challenge_method: 'S256', nonce: 'n-1', state: 's-1' },
    scope: 'openid email aws.cognito.signin.user.admin',
  })
  const { end } = await signedIn(app, url)
  assert.equal(`${end.url.origin}${end.url.pathname}`, redirect_uri)
  await assert.rejects(
    oidc.authorizationCodeGrant(app.config, end.url, {
      ...checks,
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    }),
    /invalid_grant|response body/,
  )
  const tokens = await oidc.authorizationCodeGrant(app.config, end.url, checks)
  const id = tokens.claims()!
  const { email, given_name, token_use, at_hash } = id as Record<string, string>
  assert.deepEqual([email, given_name, token_use], ['ada@example.com', undefined, 'id'])
  assert.match(at_hash!, /^[\w-]{22}$/)
  const access = decodeJwt(tokens.access_token)
  assert.deepEqual(
    [access.scope, access.version, access.sub],
    ['openid email aws.cognito.signin.user.admin', 2, id.sub],
  )
  assert.equal(access.origin_jti, id.origin_jti)
  const info = await oidc.fetchUserInfo(app.config, tokens.access_token, id.sub)
  assert.deepEqual(info, {
    sub: id.sub,
    email: 'ada@example.com',
    email_verified: 'true',
    username: 'ada',
  })
  await cognito.idp.getUser({ AccessToken: tokens.access_token })
  const later = await oidc.refreshTokenGrant(app.config, tokens.refresh_token!)
  assert.equal(decodeJwt(later.access_token).scope, access.scope)
  assert.equal(later.refresh_token, undefined)
  assert.equal(later.claims()!.nonce, undefined)
  // Whoever comes with the code again has stolen it, or was stolen from: nothing of it is good any more.
  await assert.rejects(oidc.authorizationCodeGrant(app.config, end.url, checks))
  await assert.rejects(oidc.refreshTokenGrant(app.config, tokens.refresh_token!))
  await assert.rejects(
    cognito.idp.getUser({ AccessToken: tokens.access_token }),
    refused('NotAuthorizedException', /revoked/),
  )
})

test('a code is good for five minutes', async () => {
  const app = await appAt()
  const { end } = await signedIn(app, app.ask({ scope: 'openid' }))
  await advance(cognito, 301)
  await assert.rejects(oidc.authorizationCodeGrant(app.config, end.url))
})

test('tokens come back at once in the fragment, with an ID token only for openid', async () => {
  const app = await appAt()
  const implicit = async (scope: string) => {
    const { end } = await signedIn(app, app.ask({ scope, response_type: 'token', state: 'x' }))
    assert.equal(end.url.search, '')
    return new URLSearchParams(end.url.hash.slice(1))
  }
  const both = await implicit('openid email')
  assert.deepEqual(
    [both.get('token_type'), both.get('expires_in'), both.get('state'), both.has('code')],
    ['bearer', '3600', 'x', false],
  )
  assert.equal(decodeJwt(both.get('id_token')!).email, 'ada@example.com')
  const one = await implicit('aws.cognito.signin.user.admin')
  assert.deepEqual([one.has('access_token'), one.has('id_token')], [true, false])
})

test('a session of the browser spares the form, until the app, the prompt or sign-out say no', async () => {
  const { idp } = cognito
  const app = await appAt()
  const { browser } = await signedIn(app, app.ask({ scope: 'openid' }))
  const outcome = async (more: Record<string, string>) => {
    const { url } = await browser.visit(app.ask({ scope: 'openid', ...more }))
    return url.searchParams.get('error') ?? (url.searchParams.has('code') ? 'code' : url.pathname)
  }
  const login = `/_auth/${app.Domain}/login`
  assert.equal(await outcome({}), 'code')
  assert.equal(await outcome({ prompt: 'none' }), 'code')
  assert.equal(await outcome({ prompt: 'login' }), login)
  await advance(cognito, 120)
  assert.equal(await outcome({ max_age: '60' }), login)
  assert.equal(await outcome({ max_age: '6000' }), 'code')
  const { url } = await browser.visit(app.ask({ scope: 'openid' }))
  const { claims } = await oidc.authorizationCodeGrant(app.config, url).then((tokens) => ({
    claims: tokens.claims()!,
  }))
  assert.ok(claims.iat - Number(claims.auth_time) >= 120)
  assert.equal(await outcome({ acr_values: 'urn:cognito:loa:1 nonsense' }), 'code')
  assert.equal(await outcome({ acr_values: 'urn:cognito:loa:4' }), login)
  await idp.adminDisableUser({ UserPoolId: app.UserPoolId, Username: 'ada' })
  assert.equal(await outcome({}), login)
  await idp.adminEnableUser({ UserPoolId: app.UserPoolId, Username: 'ada' })
  assert.equal(await outcome({}), 'code')
  const logout = `${app.base}/logout?client_id=${app.ClientId}&logout_uri=`
  const bad = await browser.visit(`${logout}${encodeURIComponent('https://evil.example/')}`)
  assert.equal(bad.status, 400)
  const bye = await browser.visit(`${logout}${encodeURIComponent('https://app.example/bye')}`)
  assert.equal(bye.url.href, 'https://app.example/bye')
  assert.equal(await outcome({ prompt: 'none' }), 'login_required')
  assert.equal(await outcome({}), login)
})

test('what an app asks wrongly is told where it is safe to tell', async () => {
  const { base, ask, ClientId } = await appAt({ AllowedOAuthFlows: ['code'] })
  const browser = scriptLessBrowser(base)
  const page = async (query: Record<string, string>) => {
    const { url, status } = await browser.visit(
      `${base}/oauth2/authorize?${new URLSearchParams(query)}`,
    )
    return `${status} ${url.searchParams.get('error')}`
  }
  const asked = { client_id: ClientId, response_type: 'code' }
  assert.equal(await page({ response_type: 'code', redirect_uri }), '400 Client does not exist.')
  assert.equal(await page(asked), '400 redirect_mismatch')
  for (const wrong of [`${redirect_uri}/`, `${redirect_uri}?x=1`, 'https://evil.example/back'])
    assert.equal(await page({ ...asked, redirect_uri: wrong }), '400 redirect_mismatch')
  const told = async (more: Record<string, string>) => {
    const { url } = await browser.visit(ask({ state: 'kept', ...more }))
    assert.deepEqual([url.origin, url.searchParams.get('state')], ['https://app.example', 'kept'])
    return url.searchParams.get('error')
  }
  const challenge = 'x'.repeat(43)
  assert.equal(await told({ response_type: '' }), 'invalid_request')
  assert.equal(await told({ response_type: 'id_token' }), 'invalid_request')
  assert.equal(await told({ response_type: 'token' }), 'unauthorized_client')
  assert.equal(await told({ code_challenge: challenge }), 'invalid_request')
  assert.equal(await told({ code_challenge_method: 'S256' }), 'invalid_request')
  const plain = { code_challenge: challenge, code_challenge_method: 'plain' }
  assert.equal(await told(plain), 'invalid_request')
  assert.equal(await told({ resource: 'http://elsewhere.example' }), 'invalid_request')
  assert.equal(await told({ max_age: '-1' }), 'invalid_request')
  assert.equal(await told({ prompt: 'none login' }), 'invalid_request')
  assert.equal(await told({ scope: 'nonsense' }), 'invalid_scope')
  assert.equal(await told({ scope: 'email' }), 'invalid_scope')
  assert.equal(await told({ scope: 'openid', prompt: 'none' }), 'login_required')
})

test('the access token is for the resource that was named, also when it is refreshed', async () => {
  const app = await appAt()
  const resource = 'https://books.example/api'
  const { end } = await signedIn(app, app.ask({ scope: 'openid', resource }))
  const tokens = await oidc.authorizationCodeGrant(app.config, end.url)
  assert.equal(decodeJwt(tokens.access_token).aud, resource)
  const later = await oidc.refreshTokenGrant(app.config, tokens.refresh_token!)
  assert.equal(decodeJwt(later.access_token).aud, resource)
})

test('a client with a secret proves it, refreshes with rotation, and ends its tokens', async () => {
  const app = await appAt({
    GenerateSecret: true,
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
  })
  const { end } = await signedIn(app, app.ask({ scope: 'openid' }))
  const tokens = await oidc.authorizationCodeGrant(app.config, end.url)
  const later = await oidc.refreshTokenGrant(app.config, tokens.refresh_token!)
  assert.ok(later.refresh_token)
  await assert.rejects(oidc.refreshTokenGrant(app.config, tokens.refresh_token!))
  await oidc.tokenRevocation(app.config, later.refresh_token)
  await assert.rejects(oidc.refreshTokenGrant(app.config, later.refresh_token))
  await assert.rejects(oidc.fetchUserInfo(app.config, later.access_token, later.claims()!.sub))
  const wrong = async (form: Record<string, string>) => {
    const body = new URLSearchParams(form)
    const answer = await fetch(`${app.base}/oauth2/revoke`, { method: 'POST', body })
    return `${answer.status} ${((await answer.json()) as { error: string }).error}`
  }
  const own = { client_id: app.ClientId, client_secret: app.secret! }
  assert.equal(await wrong({ ...own, client_secret: 'x', token: 'y' }), '401 invalid_client')
  assert.equal(await wrong(own), '400 invalid_request')
  assert.equal(await wrong({ ...own, token: later.access_token }), '400 unsupported_token_type')
})

test('sessions of browsers are listed with the sign-ins that came through them', async () => {
  const { idp } = cognito
  const app = await appAt()
  const { UserPoolId } = app
  await idp.setUserPoolSessionConfiguration({
    UserPoolId,
    UserSessionTracking: 'ENABLED',
    TokenSession: { MaxPerUser: 5 },
  })
  const { browser, end } = await signedIn(app, app.ask({ scope: everything.join(' ') }))
  const { access_token: AccessToken } = await oidc.authorizationCodeGrant(app.config, end.url)
  await browser.visit(app.ask({ scope: 'openid' }))
  const list = async () => (await idp.listUserSessions({ AccessToken })).Sessions!
  const sessions = await list()
  const sso = sessions.find(({ SessionType }) => SessionType === 'SSO')!
  const own = sessions.filter(({ SessionType }) => SessionType === 'TOKEN')
  assert.match(sso.SessionId!, /^sso[a-z0-9]{25}$/)
  assert.deepEqual(
    own.map(({ OriginSessionId }) => OriginSessionId),
    [sso.SessionId, sso.SessionId],
  )
  const named = { UserPoolId, Username: 'ada', SessionId: sso.SessionId! }
  await idp.adminRevokeUserSession(named)
  const { url } = await browser.visit(app.ask({ scope: 'openid', prompt: 'none' }))
  assert.equal(url.searchParams.get('error'), 'login_required')
  assert.equal((await list()).length, 2)
  const other = await signedIn(app, app.ask({ scope: 'openid' }), browser)
  assert.ok(other.end.url.searchParams.has('code'))
  const second = (await list()).find(({ SessionType }) => SessionType === 'SSO')!
  const linked = {
    ...named,
    SessionId: second.SessionId!,
    RevokeAssociatedSessions: 'LINKED',
  } as const
  await idp.adminRevokeUserSession(linked)
  assert.deepEqual(
    (await list()).map(({ OriginSessionId }) => OriginSessionId),
    [sso.SessionId, sso.SessionId],
  )
})

test('an address to return to is an app, and may be in any script', async () => {
  const { idp } = cognito
  const uri = 'com.beispiel://zurück/日本?x=1'
  const app = await appAt({ CallbackURLs: [redirect_uri, uri], LogoutURLs: [uri] })
  const answer = await fetch(app.ask({ redirect_uri: uri, response_type: 'none' }), {
    redirect: 'manual',
  })
  const encoded = 'com.beispiel://zur%C3%BCck/%E6%97%A5%E6%9C%AC?x=1'
  assert.equal(answer.headers.get('location'), `${encoded}&error=invalid_request`)
  const { UserPoolId } = app
  for (const url of [
    'javascript://app.example/%0aalert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://app.example/1',
    'file:///etc/passwd',
    'about:blank',
  ])
    for (const asked of [{ CallbackURLs: [url] }, { LogoutURLs: [url] }])
      await assert.rejects(
        idp.createUserPoolClient({ UserPoolId, ClientName: 'odd', ...asked }),
        refused('InvalidParameterException', `${url} is not a valid redirect URI.`),
        url,
      )
})
