import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { type Cognito, installCognito } from './pools.test-support.ts'
import { advance, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock', '--issuer', 'aws')
})
after(() => cognito.close())

const day = 86_400

test('keys change once a year, and old ones are published until their tokens are out', async () => {
  const { idp, house } = cognito
  const client = { AccessTokenValidity: 1, TokenValidityUnits: { AccessToken: 'days' as const } }
  const { UserPoolId, ClientId, confirm, signIn } = await signInPool(cognito, {}, client)
  await confirm()
  const published = async () => {
    const answer = await fetch(`${house.url}/${UserPoolId}/.well-known/jwks.json`)
    return ((await answer.json()) as { keys: { kid: string }[] }).keys
  }
  const kids = async () => (await published()).map(({ kid }) => kid)
  const enter = async () => (await signIn()).AuthenticationResult!.AccessToken!
  const first = await enter()
  const before = await kids()
  assert.equal(before.length, 2)
  await advance(cognito, 365 * day - 3_600)
  const late = await enter()
  assert.equal(decodeProtectedHeader(late).kid, decodeProtectedHeader(first).kid)
  await advance(cognito, 7_200)
  assert.equal((await kids()).length, 4)
  // What was signed before is still good.
  assert.equal((await idp.getUser({ AccessToken: late })).Username, 'ada')
  const fresh = await enter()
  assert.ok(!before.includes(decodeProtectedHeader(fresh).kid!))
  // Others verify both with what is published.
  const jwks = createLocalJWKSet({ keys: await published() } as never)
  for (const token of [late, fresh]) {
    const { payload } = await jwtVerify(token, jwks, { currentDate: new Date(0) })
    assert.equal(payload.client_id, ClientId)
  }
  await advance(cognito, 26 * 3_600)
  const after = await kids()
  assert.equal(after.length, 2)
  assert.ok(before.every((kid) => !after.includes(kid)))
  await advance(cognito, 365 * day)
  assert.ok((await kids()).some((kid) => !after.includes(kid)))
})
