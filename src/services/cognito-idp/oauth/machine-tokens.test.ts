import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import { functionsFor } from '../../../../test/trigger-functions.ts'
import { type Cognito, installCognito, newPool } from '../pools.test-support.ts'

let cognito: Cognito
let prefixes = 0
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const scopes = ['read', 'write'].map((ScopeName) => ({ ScopeName, ScopeDescription: ScopeName }))

/** A pool with a domain and the client of a job. */
async function machine(more: object = {}, client: object = {}) {
  const { idp, house } = cognito
  const UserPoolId = await newPool(cognito, more)
  prefixes += 1
  const Domain = `machines-${prefixes}`
  await idp.createUserPoolDomain({ UserPoolId, Domain })
  await idp.createResourceServer({ UserPoolId, Identifier: 'books', Name: 'books', Scopes: scopes })
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'job',
    GenerateSecret: true,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: ['books/read', 'books/write'],
    ...client,
  })
  const { ClientId, ClientSecret } = UserPoolClient!
  const issuer = new URL(`${house.url}/${UserPoolId}`)
  const insecure = { execute: [oidc.allowInsecureRequests] }
  const discovered = (auth?: oidc.ClientAuth) =>
    oidc.discovery(
      issuer,
      ClientId!,
      undefined,
      auth ?? oidc.ClientSecretBasic(ClientSecret!),
      insecure,
    )
  return {
    UserPoolId,
    Domain,
    ClientId: ClientId!,
    ClientSecret: ClientSecret!,
    issuer,
    discovered,
  }
}

test('an app without users gets a token for its scopes, however it tells its secret', async () => {
  const { ClientId, ClientSecret, discovered } = await machine()
  for (const auth of [oidc.ClientSecretBasic(ClientSecret), oidc.ClientSecretPost(ClientSecret)]) {
    const tokens = await oidc.clientCredentialsGrant(await discovered(auth), {
      scope: 'books/read',
    })
    const { sub, client_id, scope, token_use, version } = decodeJwt(tokens.access_token)
    assert.deepEqual(
      [sub, client_id, scope, token_use, version],
      [ClientId, ClientId, 'books/read', 'access', 2],
    )
    assert.deepEqual([tokens.token_type, tokens.expires_in], ['bearer', 3_600])
    assert.equal(tokens.id_token ?? tokens.refresh_token, undefined)
  }
  const all = await oidc.clientCredentialsGrant(await discovered())
  assert.equal(decodeJwt(all.access_token).scope, 'books/read books/write')
  // What is not the app's is left out; with nothing left there is no token.
  const some = { scope: 'books/write other/thing' }
  const less = await oidc.clientCredentialsGrant(await discovered(), some)
  assert.equal(decodeJwt(less.access_token).scope, 'books/write')
})

test('wrong requests of tokens get the errors of the specification', async () => {
  const { house } = cognito
  const { Domain, ClientId, ClientSecret } = await machine()
  const url = `${house.url}/_auth/${Domain}/oauth2/token`
  const ask = async (
    form: Record<string, string> | string,
    headers: Record<string, string> = {},
  ) => {
    const body = new URLSearchParams(form)
    const answer = await fetch(url, { method: 'POST', body, headers })
    const { error } = (await answer.json()) as { error: string }
    return `${answer.status} ${error}`
  }
  const client = { client_id: ClientId, client_secret: ClientSecret }
  const machine_ = { grant_type: 'client_credentials' }
  const basic = (text: string) => ({
    authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  })
  const refusals: readonly (readonly [string, Promise<string>])[] = [
    ['400 invalid_request', ask({})],
    ['400 invalid_request', ask(machine_)],
    [
      '400 invalid_request',
      ask(`grant_type=client_credentials&grant_type=x&client_id=${ClientId}`),
    ],
    ['400 unsupported_grant_type', ask({ grant_type: 'password', ...client })],
    ['400 unsupported_grant_type', ask({ grant_type: '__proto__', ...client })],
    ['400 invalid_client', ask({ ...machine_, ...client, client_secret: 'wrong' })],
    ['400 invalid_client', ask({ ...machine_, client_id: 'nobody', client_secret: 'x' })],
    ['400 invalid_client', ask({ ...machine_, client_id: ClientId })],
    ['400 invalid_client', ask(machine_, basic(`${ClientId}:wrong`))],
    ['400 invalid_client', ask(machine_, basic('%E0%A4%A:x'))],
    [
      '400 invalid_client',
      ask({ ...machine_, client_id: 'another' }, basic(`${ClientId}:${ClientSecret}`)),
    ],
    ['400 invalid_client', ask(machine_, { authorization: 'Negotiate abc' })],
    ['400 invalid_grant', ask({ ...machine_, ...client, scope: 'none/such' })],
    [
      '400 unauthorized_client',
      ask({
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: 'https://a.example',
        ...client,
      }),
    ],
    ['400 invalid_request', ask({ grant_type: 'refresh_token', ...client })],
    ['400 invalid_grant', ask({ grant_type: 'refresh_token', refresh_token: 'x', ...client })],
    ['400 invalid_request', ask({ ...machine_, ...client, aws_client_metadata: '["a"]' })],
    ['400 invalid_request', ask({ ...machine_, ...client, aws_client_metadata: '{"a":1}' })],
  ]
  for (const [expected, answer] of refusals) assert.equal(await answer, expected)
  const elsewhere = await fetch(`${house.url}/_auth/no-such-domain/oauth2/token`, {
    method: 'POST',
  })
  assert.equal(elsewhere.status, 404)
})

test('the function of the pool hears what the app says, and changes its token', async (t) => {
  const functions = await functionsFor(cognito.house)
  t.after(() => functions.close())
  functions.answer('TokenGeneration_ClientCredentials', ({ request }) => ({
    claimsAndScopeOverrideDetails: {
      accessTokenGeneration: {
        claimsToAddOrOverride: { heard: request.clientMetadata.who },
        scopesToSuppress: ['books/write'],
      },
    },
  }))
  const LambdaArn = functions.arn
  const { discovered } = await machine({
    LambdaConfig: { PreTokenGenerationConfig: { LambdaArn, LambdaVersion: 'V3_0' } },
  })
  const tokens = await oidc.clientCredentialsGrant(await discovered(), {
    aws_client_metadata: JSON.stringify({ who: 'the job' }),
  })
  const { heard, scope } = decodeJwt(tokens.access_token)
  assert.deepEqual([heard, scope], ['the job', 'books/read'])
})
