import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { decodeJwt, SignJWT } from 'jose'
import { type FakeProvider, fakeProvider } from '../../../../test/fake-provider.ts'
import { runs } from '../../../../test/runs.ts'
import { type Cognito, installCognito } from '../pools.test-support.ts'
import { advance } from '../sign-in.test-support.ts'
import {
  browse,
  federatedPool,
  oidcDetails,
  refusal,
  throughCode,
  told,
} from './federation.test-support.ts'

let cognito: Cognito
let fake: FakeProvider
before(async () => {
  cognito = await installCognito('--test-clock')
  fake = await fakeProvider()
})
beforeEach(() => {
  fake.answers = {}
  fake.claims = { sub: 'u1' }
  fake.info = {}
  fake.heard.length = 0
})
after(async () => {
  fake.close()
  await cognito.close()
})

const oidcPool = (...more: [object?, object?, object?]) =>
  federatedPool(
    cognito,
    {
      ProviderDetails: oidcDetails(fake),
      AttributeMapping: { email: 'email', name: 'name' },
      ...more[0],
    },
    more[1],
    more[2],
  )

test('a browser comes back from a provider with a user of the pool', async () => {
  const { idp } = cognito
  const pool = await oidcPool()
  fake.claims = { sub: 'u1', email: 'ada@example.com', name: 'of the token' }
  fake.info = { sub: 'u1', name: 'of the info', more: 1 }
  const seen = await throughCode(fake, pool)
  const tokens = told(seen)
  assert.equal(tokens.get('state'), 'my-state', seen.location.href)
  const { identities, amr, ...claims } = decodeJwt(tokens.get('id_token')!)
  assert.equal(claims['cognito:username'], 'Acme_u1')
  assert.equal(claims.email, 'ada@example.com')
  assert.equal(claims.email_verified, false)
  assert.equal(claims.name, 'of the token')
  assert.deepEqual(claims['cognito:groups'], [`${pool.UserPoolId}_Acme`])
  assert.deepEqual(amr, ['fed'])
  const [identity] = identities as [Record<string, unknown>]
  assert.deepEqual(
    { ...identity, dateCreated: typeof identity.dateCreated },
    {
      userId: 'u1',
      providerName: 'Acme',
      providerType: 'OIDC',
      issuer: null,
      primary: 'true',
      dateCreated: 'string',
    },
  )
  const { UserPoolId } = pool
  const user = await idp.adminGetUser({ UserPoolId, Username: 'Acme_u1' })
  assert.equal(user.UserStatus, 'EXTERNAL_PROVIDER')
  const Filter = 'cognito:user_status = "EXTERNAL_PROVIDER"'
  const { Users } = await idp.listUsers({ UserPoolId, Filter })
  assert.deepEqual(
    Users!.map(({ Username }) => Username),
    ['Acme_u1'],
  )
  const exchange = fake.heard.find(({ path }) => path === '/token')!
  assert.equal(exchange.form.get('client_secret'), 'their-secret')
  assert.equal(exchange.form.get('redirect_uri'), `${pool.url}/oauth2/idpresponse`)
  assert.match(exchange.form.get('code_verifier')!, /^[\w-]{43}$/)
  assert.equal(fake.heard.find(({ path }) => path === '/me')!.authorization, 'Bearer their-token')
})

test('what is mapped is written anew at every sign-in, and what is not told stays', async () => {
  const { idp } = cognito
  const { UserPoolId, ...pool } = await oidcPool({
    AttributeMapping: { email: 'email', email_verified: 'email_verified', name: 'name' },
  })
  const all = { UserPoolId, ...pool }
  const attributes = async () => {
    const { UserAttributes } = await idp.adminGetUser({ UserPoolId, Username: 'Acme_u1' })
    return Object.fromEntries(UserAttributes!.map(({ Name, Value }) => [Name, Value]))
  }
  fake.claims = { sub: 'u1', email: 'a@example.com', email_verified: true, name: 'A' }
  await throughCode(fake, all)
  const first = await attributes()
  assert.equal(first.email_verified, 'true')
  fake.claims = { sub: 'u1', email: 'b@example.com', email_verified: false }
  await throughCode(fake, all)
  const second = await attributes()
  assert.equal(second.email, 'b@example.com')
  assert.equal(second.email_verified, 'false')
  assert.equal(second.name, 'A')
  assert.equal(second.sub, first.sub)
  fake.claims = { sub: 'u1', name: '', email: ['c@example.com', 'x'] }
  assert.match(
    refusal(await throughCode(fake, all)),
    /invalid_request: Invalid email address format/,
  )
  fake.claims = { sub: 'u1', name: '' }
  await throughCode(fake, all)
  assert.equal((await attributes()).name, undefined)
})

test('ID tokens are believed only when all of them is right', async (t) => {
  const pool = await oidcPool()
  const other = await fakeProvider()
  t.after(() => other.close())
  const bad = async (id_token: string | undefined) => {
    const exchange = { body: { access_token: 'a', ...(id_token && { id_token }) } }
    fake.answers['/token'] = () => exchange
    return refusal(await throughCode(fake, pool))
  }
  const signed = async (claims: object, header?: Record<string, unknown>) => {
    fake.answers['/token'] = async () => ({
      body: {
        access_token: 'a',
        id_token: await fake.sign({ nonce: fake.nonce, sub: 'u1', ...claims }, header),
      },
    })
    return refusal(await throughCode(fake, pool))
  }
  assert.match(await signed({ iss: 'https://elsewhere.example.com' }), /issuer/)
  assert.match(await signed({ aud: 'another-client' }), /another client/)
  assert.match(await signed({ azp: 'another-client' }), /another client/)
  assert.match(await signed({ nonce: 'of-another-sign-in' }), /nonce/)
  assert.match(await signed({ nonce: undefined }), /nonce/)
  assert.match(await signed({ exp: Math.floor(Date.now() / 1_000) - 5 }), /expired|exp/)
  assert.match(await signed({ sub: '' }), /no sub/)
  assert.match(await signed({ sub: 7 }), /no sub/)
  assert.match(await signed({}, { kid: 'nobody' }), /key/)
  const forged = await other.sign({ iss: fake.issuer, sub: 'u1' }, { kid: 'k1' })
  assert.match(await bad(forged), /signature/)
  const none = `${btoa('{"alg":"none"}').replace(/=/g, '')}.${btoa('{"sub":"u1"}').replace(/=/g, '')}.`
  assert.match(await bad(none), /Invalid id_token/)
  assert.match(await bad('garbage'), /Invalid id_token/)
  assert.match(await bad(undefined), /no id_token/)
  fake.answers = {}
  fake.info = { sub: 'somebody-else' }
  assert.match(refusal(await throughCode(fake, pool)), /another user/)
  const { Users } = await cognito.idp.listUsers({ UserPoolId: pool.UserPoolId })
  assert.deepEqual(Users, [])
  const { Groups } = await cognito.idp.listGroups({ UserPoolId: pool.UserPoolId })
  assert.deepEqual(Groups, [])
})

test('tokens may be signed with the secret of the client, and with no other', async () => {
  const pool = await oidcPool()
  const through = async (secret: string) => {
    fake.answers['/token'] = async ({ form }) => {
      const id_token = await new SignJWT({ nonce: form.get('code'), sub: 'u1' })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(fake.issuer)
        .setAudience('their-client')
        .setExpirationTime('1d')
        .sign(new TextEncoder().encode(secret))
      return { body: { access_token: 'a', id_token } }
    }
    return throughCode(fake, pool)
  }
  assert.ok(told(await through('their-secret')).get('access_token'))
  assert.match(refusal(await through('another-secret')), /signature/)
})

test('new keys of a provider are found', async () => {
  const pool = await oidcPool()
  assert.ok(told(await throughCode(fake, pool)).get('access_token'))
  await fake.rotate()
  await advance(cognito, 60)
  assert.ok(told(await throughCode(fake, pool)).get('access_token'))
})

test('what a provider answers badly is told to the app', async () => {
  const pool = await oidcPool()
  const through = async () => refusal(await throughCode(fake, pool))
  fake.answers['/token'] = () => ({
    status: 400,
    body: { error: 'invalid_grant', error_description: 'no "such" code' },
  })
  assert.equal(await through(), 'invalid_request: Acme Error - 400 invalid_grant no such code')
  fake.answers['/token'] = () => ({ status: 500, body: '<html>' })
  assert.equal(await through(), 'invalid_request: Acme Error - 500 error getting token')
  fake.answers['/token'] = () => 'hang up'
  assert.equal(await through(), 'invalid_request: Connection reset')
  fake.answers['/token'] = () => ({ body: { access_token: 'x'.repeat(2_000_000) } })
  assert.equal(await through(), 'invalid_request: Connection reset')
  fake.answers = { '/me': () => ({ status: 403, body: {} }) }
  assert.ok(told(await throughCode(fake, pool)).get('access_token'))
})

test('an answer without a code is passed on', async () => {
  const pool = await oidcPool()
  const back = async (answer: Record<string, string>) => {
    const jar = new Map()
    const away = await browse(jar, pool.ask())
    const state = away.location.searchParams.get('state')!
    const query = new URLSearchParams({ state, ...answer })
    return refusal(await browse(jar, `${pool.url}/oauth2/idpresponse?${query}`))
  }
  const denied = { error: 'access_denied', error_description: 'Not\nyou' }
  assert.equal(await back(denied), 'access_denied: Notyou')
  assert.match(await back({}), /no authorization code/)
  assert.match(await back({ error: '<script>' }), /no authorization code/)
  assert.match(await back({ code: 'c', iss: 'https://mixed.example.com' }), /another issuer/)
})

test('a sign-in goes on only in the browser that began it, and for five minutes', async () => {
  const pool = await oidcPool()
  const mine = new Map()
  const away = await browse(mine, pool.ask())
  fake.nonce = away.location.searchParams.get('nonce')!
  const state = away.location.searchParams.get('state')!
  const at = (text: string, path = pool.url) =>
    `${path}/oauth2/idpresponse?${new URLSearchParams({ state: text, code: fake.nonce })}`
  const lost = async (jar: Map<string, string>, url: string) => {
    const seen = await browse(jar, url)
    assert.equal(seen.status, 400)
    assert.match(seen.text, /Something went wrong/)
  }
  await lost(new Map(), at(state))
  const theirs = new Map()
  await browse(theirs, pool.ask())
  await lost(theirs, at(state))
  await lost(mine, at(`${state}x`))
  await lost(mine, at(''))
  const other = await oidcPool()
  await lost(mine, at(state, other.url))
  await advance(cognito, 301)
  await lost(mine, at(state))
  // Two windows of one browser do not disturb each other.
  const one = await browse(mine, pool.ask())
  await browse(mine, pool.ask())
  fake.nonce = one.location.searchParams.get('nonce')!
  const back = await browse(mine, at(one.location.searchParams.get('state')!))
  assert.ok(told(back).get('access_token'))
})

test('only providers of the client are gone to', async () => {
  const { idp } = cognito
  const pool = await oidcPool({ IdpIdentifiers: ['acme.example.com'] })
  const { UserPoolId } = pool
  const ProviderDetails = oidcDetails(fake)
  const more = { UserPoolId, ProviderType: 'OIDC', ProviderDetails } as const
  await idp.createIdentityProvider({ ...more, ProviderName: 'Foreign' })
  const start = async (query: Record<string, string>) => browse(new Map(), pool.ask(query))
  assert.match(refusal(await start({ identity_provider: 'Foreign' })), /not one of the app client/)
  assert.match(refusal(await start({ identity_provider: 'Nobody' })), /not one of the app client/)
  const query = new URLSearchParams(new URL(pool.ask()).search)
  query.delete('identity_provider')
  query.set('idp_identifier', 'acme.example.com')
  const found = await browse(new Map(), `${pool.url}/oauth2/authorize?${query}`)
  assert.equal(found.location.origin, fake.issuer)
  // The provider is taken away while the browser is there.
  const jar = new Map()
  const away = await browse(jar, pool.ask())
  const state = away.location.searchParams.get('state')!
  await idp.deleteIdentityProvider({ UserPoolId, ProviderName: 'Acme' })
  const seen = await browse(jar, `${pool.url}/oauth2/idpresponse?state=${state}&code=c`)
  assert.match(refusal(seen), /not one of the app client/)
})

test('prompts, hints and levels are passed on', async () => {
  const pool = await oidcPool({ AcrMapping: { Level2: 'theirs:2', Level4: 'theirs:4' } })
  const hints = {
    prompt: 'login consent',
    login_hint: 'ada',
    acr_values: 'urn:cognito:loa:4 x urn:cognito:loa:2',
  }
  const { location } = await browse(new Map(), pool.ask(hints))
  const { searchParams: asked } = location
  assert.equal(asked.get('prompt'), 'login consent')
  assert.equal(asked.get('login_hint'), 'ada')
  assert.equal(asked.get('acr_values'), 'theirs:4 theirs:2')
  assert.equal(asked.get('code_challenge_method'), 'S256')
  fake.claims = { sub: 'u1', acr: 'theirs:4', amr: ['pwd', 'iris', 'otp'] }
  const claims = decodeJwt(told(await throughCode(fake, pool)).get('id_token')!)
  assert.equal(claims.acr, 'urn:cognito:loa:4')
  assert.deepEqual(claims.amr, ['pwd', 'otp'])
  fake.claims = { sub: 'u1', acr: 'unheard of' }
  const unknown = decodeJwt(told(await throughCode(fake, pool)).get('access_token')!)
  assert.equal(unknown.acr, 'urn:cognito:loa:1')
  assert.deepEqual(unknown.amr, ['fed'])
})

test('a session goes on where it came from, and for clients that have its provider', async () => {
  const { idp } = cognito
  const pool = await oidcPool()
  const { UserPoolId } = pool
  const jar = new Map()
  await throughCode(fake, pool, jar)
  fake.heard.length = 0
  const again = await browse(jar, pool.ask())
  const tokens = told(again)
  assert.deepEqual(decodeJwt(tokens.get('id_token')!).amr, ['fed'])
  assert.equal(fake.heard.length, 0)
  const local = await browse(jar, pool.ask({ identity_provider: 'COGNITO' }))
  assert.match(local.location.pathname, /\/login$/)
  const { UserPoolClient } = await idp.describeUserPoolClient({
    UserPoolId,
    ClientId: pool.ClientId,
  })
  const { ClientSecret: _, CreationDate: _c, LastModifiedDate: _l, ...settings } = UserPoolClient!
  await idp.updateUserPoolClient({
    ...settings,
    UserPoolId,
    ClientId: pool.ClientId,
    SupportedIdentityProviders: ['COGNITO'],
  })
  const query = new URLSearchParams(new URL(pool.ask()).search)
  query.delete('identity_provider')
  const seen = await browse(jar, `${pool.url}/oauth2/authorize?${query}`)
  assert.match(seen.location.pathname, /\/login$/)
})

test('no callback of chance makes an error of ours, or a sign-in', async () => {
  let seed = 7
  const chance = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  fake.answers['/token'] = () => ({ status: 400, body: { error: 'invalid_grant' } })
  // A pool takes a hundred at once.
  for (let batch = 0; batch < runs(12); batch++) await ninetyOf(chance)
})

const junk = ['%00', '%', '&', '=', 'state=', 'error=x', '%F0%9F', '[]', '{"a":1}', '\u00e9', '"']

async function ninetyOf(chance: (below: number) => number): Promise<void> {
  const pool = await oidcPool()
  const jar = new Map()
  const away = await browse(jar, pool.ask())
  const state = away.location.searchParams.get('state')!
  const good = `code=abc&iss=${encodeURIComponent(fake.issuer)}&scope=openid&state=${state}`
  for (let round = 0; round < 90; round++) {
    // Half of the time the state stays whole, so that the rest is looked at.
    const at = chance(round % 2 === 0 ? 60 : good.length)
    const cut = chance(12)
    const query = good.slice(0, at) + junk[chance(junk.length)] + good.slice(at + cut)
    const asForm = round % 3 === 0
    const seen = asForm
      ? await browse(jar, `${pool.url}/oauth2/idpresponse`, new URLSearchParams(query))
      : await browse(jar, `${pool.url}/oauth2/idpresponse?${query}`)
    assert.ok(seen.status < 500, `${seen.status} ${query}`)
    assert.equal(told(seen).get('access_token'), null, query)
    assert.notEqual(told(seen).get('error'), 'temporarily_unavailable')
  }
}
