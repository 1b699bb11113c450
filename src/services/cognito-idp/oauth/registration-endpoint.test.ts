import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DcrConfigurationType } from '@aws-sdk/client-cognito-identity-provider'
import * as oidc from 'openid-client'
import { type Cognito, installCognito, newPool, refused } from '../pools.test-support.ts'

let cognito: Cognito
let prefixes = 0
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const insecure = { execute: [oidc.allowInsecureRequests] }

async function registering(DcrConfiguration?: DcrConfigurationType) {
  const { idp, house } = cognito
  const UserPoolId = await newPool(cognito, { DcrConfiguration })
  prefixes += 1
  const Domain = `apps-${prefixes}`
  await idp.createUserPoolDomain({ UserPoolId, Domain })
  const scope = { ScopeName: 'read', ScopeDescription: 'read' }
  await idp.createResourceServer({
    UserPoolId,
    Identifier: 'books',
    Name: 'books',
    Scopes: [scope],
  })
  const issuer = new URL(`${house.url}/${UserPoolId}`)
  const post = async (metadata: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${house.url}/_auth/${Domain}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
    })
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
  }
  return { UserPoolId, Domain, issuer, post }
}

const app = { client_name: 'agent', redirect_uris: ['https://agent.example/back'] }

test('an app registers itself where that is open, and is a client like others', async () => {
  const { idp } = cognito
  const { issuer, UserPoolId } = await registering({ OpenDcrEnabled: true })
  const config = await oidc.dynamicClientRegistration(issuer, app, undefined, insecure)
  const { client_id, client_secret, ...told } = config.clientMetadata()
  assert.equal(typeof client_secret, 'string')
  assert.deepEqual(told.redirect_uris, app.redirect_uris)
  const { UserPoolClient } = await idp.describeUserPoolClient({ UserPoolId, ClientId: client_id })
  assert.deepEqual(
    [UserPoolClient!.ClientType, UserPoolClient!.ClientSecret, UserPoolClient!.AllowedOAuthFlows],
    ['DCR', client_secret, ['code']],
  )
  assert.deepEqual(UserPoolClient!.AllowedOAuthScopes, ['openid', 'email', 'phone', 'profile'])
  await idp.createUserPoolClient({ UserPoolId, ClientName: 'regular' })
  const names = async (ClientType: 'DCR' | 'REGULAR') =>
    (await idp.listUserPoolClients({ UserPoolId, ClientType })).UserPoolClients!.map(
      (one) => one.ClientName,
    )
  assert.deepEqual([await names('DCR'), await names('REGULAR')], [['agent'], ['regular']])
  await assert.rejects(
    idp.addUserPoolClientSecret({ UserPoolId, ClientId: client_id }),
    refused('InvalidParameterException', /keep their secret/),
  )
})

test('where it is not open, an app needs a token, of which it has no more itself', async () => {
  const { idp } = cognito
  const { issuer, UserPoolId, post } = await registering({ AllowedScopes: ['books/read'] })
  assert.deepEqual((await post(app)).json, { error: 'invalid_token' })
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'registrar',
    GenerateSecret: true,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: ['aws.cognito/dcr/register', 'books/read'],
  })
  const { ClientId, ClientSecret } = UserPoolClient!
  const registrar = await oidc.discovery(issuer, ClientId!, ClientSecret, undefined, insecure)
  const token = async (scope: string) =>
    (await oidc.clientCredentialsGrant(registrar, { scope })).access_token
  const other = { authorization: `Bearer ${await token('books/read')}` }
  assert.equal((await post(app, other)).status, 401)
  const initialAccessToken = await token('aws.cognito/dcr/register')
  const machine = await oidc.dynamicClientRegistration(
    issuer,
    { client_name: 'job', grant_types: ['client_credentials'] },
    undefined,
    { ...insecure, initialAccessToken },
  )
  const { scope } = await oidc.clientCredentialsGrant(machine)
  assert.equal(scope, undefined)
  const bearer = { authorization: `Bearer ${initialAccessToken}` }
  const greedy = { ...app, scope: 'openid aws.cognito/dcr/register' }
  assert.equal((await post(greedy, bearer)).json.error, 'invalid_client_metadata')
})

test('what an app may not say of itself is refused as RFC 7591 has it', async () => {
  const { post } = await registering({ OpenDcrEnabled: true })
  const refusals: readonly (readonly [string, unknown])[] = [
    ['invalid_client_metadata', '{'],
    ['invalid_client_metadata', '[]'],
    ['invalid_redirect_uri', { client_name: 'x' }],
    ['invalid_redirect_uri', { ...app, redirect_uris: ['http://agent.example/back'] }],
    ['invalid_redirect_uri', { ...app, redirect_uris: ['/back'] }],
    ['invalid_redirect_uri', { ...app, redirect_uris: 'https://agent.example/back' }],
    ['invalid_client_metadata', { ...app, client_name: '' }],
    ['invalid_client_metadata', { ...app, grant_types: ['implicit'] }],
    ['invalid_client_metadata', { ...app, grant_types: ['refresh_token'] }],
    ['invalid_client_metadata', { ...app, grant_types: ['client_credentials'] }],
    ['invalid_client_metadata', { ...app, response_types: ['token'] }],
    ['invalid_client_metadata', { ...app, token_endpoint_auth_method: 'private_key_jwt' }],
    ['invalid_client_metadata', { ...app, scope: 'books/read' }],
  ]
  for (const [error, metadata] of refusals) {
    const { status, json } = await post(metadata)
    assert.deepEqual([status, json.error], [400, error], JSON.stringify(metadata))
  }
  const closed = await registering()
  assert.deepEqual((await closed.post(app)).status, 403)
  await assert.rejects(
    newPool(cognito, { UserPoolTier: 'LITE', DcrConfiguration: {} }),
    refused('FeatureUnavailableInTierException', /LITE/),
  )
})

test('an app cannot register what is no address of an app', async () => {
  const { post } = await registering({ OpenDcrEnabled: true })
  for (const uri of [
    'https://agent.example/\r\nset-cookie: a=b',
    'https://agent.example/\ud800',
    'https://agent.example/ back',
    'javascript:alert(1)',
    '//agent.example',
    '',
  ]) {
    const { status, json } = await post({ ...app, redirect_uris: [uri] })
    assert.deepEqual([status, json.error], [400, 'invalid_redirect_uri'], uri)
  }
})

test('nobody fills a pool with apps at once', async () => {
  const { post } = await registering({ OpenDcrEnabled: true })
  let answer = await post(app)
  for (let n = 0; n < 40 && answer.status === 201; n++) answer = await post(app)
  assert.deepEqual([answer.status, answer.json.error], [429, 'temporarily_unavailable'])
})
