import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { type FakeProvider, fakeProvider } from '../../../../test/fake-provider.ts'
import { type Cognito, installCognito } from '../pools.test-support.ts'
import { browse, federatedPool, refusal, throughCode, told } from './federation.test-support.ts'

let cognito: Cognito
let fake: FakeProvider
before(async () => {
  cognito = await installCognito()
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

type Kind = 'Google' | 'Facebook' | 'LoginWithAmazon' | 'SignInWithApple'

/** A pool with a social provider whose endpoints are those of the fake. */
const socialPool = (
  kind: Kind,
  details: Record<string, string>,
  AttributeMapping: Record<string, string>,
) =>
  federatedPool(cognito, {
    ProviderName: kind,
    ProviderType: kind,
    ProviderDetails: {
      client_id: 'their-client',
      authorize_scopes: 'openid',
      authorize_url: `${fake.issuer}/authorize`,
      token_url: `${fake.issuer}/token`,
      ...details,
    },
    AttributeMapping,
  })

const client_secret = 'their-secret'
const usernameOf = (seen: Awaited<ReturnType<typeof throughCode>>) =>
  decodeJwt(told(seen).get('id_token')!)['cognito:username']

test('Google is asked for people only where something of them is mapped', async () => {
  const details = {
    client_secret,
    oidc_issuer: fake.issuer,
    attributes_url: `${fake.issuer}/me?personFields=`,
  }
  fake.claims = { sub: 'g1', email: 'ada@example.com' }
  const plain = await socialPool('Google', details, { email: 'email' })
  assert.equal(usernameOf(await throughCode(fake, plain)), 'Google_g1')
  assert.ok(!fake.heard.some(({ path }) => path === '/me'))
  const more = await socialPool('Google', details, {
    email: 'email',
    birthdate: 'birthdays',
    phone_number: 'phoneNumbers',
    nickname: 'nicknames',
  })
  fake.info = {
    birthdays: [{ date: { year: 1990, month: 2, day: 3 } }, { date: { year: 1 } }],
    phoneNumbers: [{ value: '030 1', canonicalForm: '+49301234' }],
  }
  const seen = await throughCode(fake, more)
  const claims = decodeJwt(told(seen).get('id_token')!)
  assert.equal(claims.birthdate, '1990-02-03')
  assert.equal(claims.phone_number, '+49301234')
  const asked = fake.heard.find(({ path }) => path === '/me')!
  assert.equal(asked.query.get('personFields'), 'birthdays,phoneNumbers,nicknames')
})

test('Facebook tells who somebody is by its profile', async () => {
  const details = {
    client_secret,
    attributes_url: `${fake.issuer}/me?fields=`,
    token_request_method: 'GET',
  }
  const pool = await socialPool('Facebook', details, { email: 'email', picture: 'picture' })
  fake.info = {
    id: 'f1',
    email: 'ada@example.com',
    picture: { data: { url: 'https://p.example.com' } },
  }
  const seen = await throughCode(fake, pool)
  assert.equal(usernameOf(seen), 'Facebook_f1')
  const { query, method } = fake.heard.find(({ path }) => path === '/token')!
  assert.equal(method, 'GET')
  assert.equal(query.get('client_secret'), client_secret)
  assert.equal(query.get('code_verifier'), null)
  const asked = fake.heard.find(({ path }) => path === '/me')!
  assert.equal(asked.query.get('fields'), 'id,email,picture')
  const { UserAttributes } = await cognito.idp.adminGetUser({
    UserPoolId: pool.UserPoolId,
    Username: 'Facebook_f1',
  })
  assert.equal(
    UserAttributes!.find(({ Name }) => Name === 'picture')!.Value,
    'https://p.example.com',
  )
  // Its profile is all there is: without it, nobody is signed in.
  fake.answers['/me'] = () => ({ status: 400, body: { error: { message: 'expired' } } })
  assert.match(refusal(await throughCode(fake, pool)), /Facebook Error - 400/)
  fake.answers['/me'] = () => ({ body: { email: 'ada@example.com' } })
  assert.match(refusal(await throughCode(fake, pool)), /does not say who/)
  fake.answers = { '/token': () => ({ status: 400, body: { error: { message: 'Bad code' } } }) }
  assert.match(refusal(await throughCode(fake, pool)), /Facebook Error - 400 Bad code/)
})

test('Amazon tells who somebody is by its profile', async () => {
  const details = { client_secret, attributes_url: `${fake.issuer}/me` }
  const pool = await socialPool('LoginWithAmazon', details, { email: 'email' })
  fake.info = { user_id: 'amzn1.account.A', email: 'ada@example.com' }
  const jar = new Map()
  const away = await browse(jar, pool.ask({ login_hint: 'ada', prompt: 'consent' }))
  assert.equal(away.location.searchParams.get('login_hint'), null)
  assert.equal(away.location.searchParams.get('prompt'), 'consent')
  assert.equal(usernameOf(await throughCode(fake, pool)), 'LoginWithAmazon_amzn1.account.A')
})

test('Apple posts a form, and is shown a token that the pool signs', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const details = {
    team_id: 'TEAM000001',
    key_id: 'KEY0000001',
    private_key: pem.replace(/-----[^-]*-----|\s/g, ''),
    oidc_issuer: fake.issuer,
    authorize_scopes: 'name email',
  }
  const pool = await socialPool('SignInWithApple', details, {
    email: 'email',
    given_name: 'firstName',
    family_name: 'lastName',
  })
  fake.claims = { sub: 'a1', email: 'ada@example.com' }
  const jar = new Map()
  const { location } = await browse(jar, pool.ask())
  assert.equal(location.searchParams.get('response_mode'), 'form_post')
  const form = new URLSearchParams({
    state: location.searchParams.get('state')!,
    code: location.searchParams.get('nonce')!,
    user: JSON.stringify({
      name: { firstName: 'Ada', lastName: 'L' },
      email: 'forged@example.com',
      sub: 'forged',
    }),
  })
  const seen = await browse(jar, `${pool.url}/oauth2/idpresponse`, form)
  assert.equal(usernameOf(seen), 'SignInWithApple_a1')
  const { UserAttributes } = await cognito.idp.adminGetUser({
    UserPoolId: pool.UserPoolId,
    Username: 'SignInWithApple_a1',
  })
  const values = Object.fromEntries(UserAttributes!.map(({ Name, Value }) => [Name, Value]))
  assert.equal(values.given_name, 'Ada')
  assert.equal(values.email, 'ada@example.com')
  const shown = fake.heard.find(({ path }) => path === '/token')!.form.get('client_secret')!
  assert.deepEqual(decodeProtectedHeader(shown), { alg: 'ES256', kid: 'KEY0000001' })
  const { payload } = await jwtVerify(shown, publicKey, { audience: 'https://appleid.apple.com' })
  assert.equal(payload.iss, 'TEAM000001')
  assert.equal(payload.sub, 'their-client')
  const broken = await socialPool(
    'SignInWithApple',
    { ...details, private_key: 'bm90IGEga2V5' },
    {},
  )
  assert.match(refusal(await throughCode(fake, broken)), /private_key .* not usable/)
})

test('secrets of providers are never told', async () => {
  const details = { client_secret, attributes_url: `${fake.issuer}/me` }
  const pool = await socialPool('LoginWithAmazon', details, {})
  fake.answers['/token'] = () => ({ status: 400, body: { error: 'invalid_client' } })
  const text = refusal(await throughCode(fake, pool))
  assert.equal(text, 'invalid_request: LoginWithAmazon Error - 400 invalid_client')
  const insecure = await socialPool(
    'LoginWithAmazon',
    { ...details, token_url: 'http://10.0.0.1/' },
    {},
  )
  assert.match(refusal(await throughCode(fake, insecure)), /token_url .* not usable/)
})
