import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { decodeJwt } from 'jose'
import { functionsFor } from '../../../test/trigger-functions.ts'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--issuer', 'aws')
})
after(() => cognito.close())

async function machine(more: object = {}) {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, more)
  await idp.createResourceServer({
    UserPoolId,
    Identifier: 'books',
    Name: 'books',
    Scopes: ['read', 'write'].map((ScopeName) => ({ ScopeName, ScopeDescription: ScopeName })),
  })
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'job',
    GenerateSecret: true,
    // The model does not know the flow yet; the guide does.
    ExplicitAuthFlows: ['ALLOW_CLIENT_TOKEN_AUTH' as 'ALLOW_USER_AUTH'],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: ['books/read', 'books/write'],
  })
  return { UserPoolId, ClientId: UserPoolClient!.ClientId!, Secret: UserPoolClient!.ClientSecret! }
}

test('an app signs in for itself, with the scopes that it may have', async () => {
  const { idp, house } = cognito
  const { UserPoolId, ClientId, Secret } = await machine()
  const ask = async (more: object = {}) =>
    (await idp.getClientToken({ ClientId, Secret, ...more })).ClientAuthenticationResult!
  const { AccessToken, ExpiresIn, TokenType } = await ask({ Scopes: ['books/read'] })
  assert.deepEqual([ExpiresIn, TokenType], [3_600, 'Bearer'])
  const verifier = CognitoJwtVerifier.create(
    { userPoolId: UserPoolId, tokenUse: 'access', clientId: ClientId, scope: 'books/read' },
    {
      jwksCache: new SimpleJwksCache({
        fetcher: {
          fetch: async () => {
            const keys = await fetch(`${house.url}/${UserPoolId}/.well-known/jwks.json`)
            return keys.arrayBuffer()
          },
        },
      }),
    },
  )
  const claims = await verifier.verify(AccessToken!)
  assert.equal(claims.sub, ClientId)
  assert.equal(decodeJwt((await ask()).AccessToken!).scope, 'books/read books/write')
  await assert.rejects(
    ask({ Secret: `${Secret}x` }),
    refused('NotAuthorizedException', `Unable to verify secret for client ${ClientId}`),
  )
  await assert.rejects(
    ask({ Scopes: ['openid'] }),
    refused('InvalidParameterException', 'Invalid scope requested: openid'),
  )
})

test('a function of the third version changes the token of an app', async () => {
  const functions = await functionsFor(cognito.house)
  try {
    const { ClientId, Secret } = await machine({
      LambdaConfig: {
        PreTokenGenerationConfig: { LambdaArn: functions.arn, LambdaVersion: 'V3_0' },
      },
    })
    functions.answer('TokenGeneration_ClientCredentials', () => ({
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: {
          claimsToAddOrOverride: { tenant: 'red' },
          scopesToSuppress: ['books/write'],
        },
      },
    }))
    const ClientMetadata = { job: 'nightly' }
    const { ClientAuthenticationResult } = await cognito.idp.getClientToken({
      ClientId,
      Secret,
      ClientMetadata,
    })
    const claims = decodeJwt(ClientAuthenticationResult!.AccessToken!)
    assert.equal(claims.tenant, 'red')
    assert.equal(claims.scope, 'books/read')
    const [event] = functions.events
    assert.equal(event.version, '3')
    assert.equal(event.userName, 'ClientCredentials')
    assert.deepEqual(event.request, {
      userAttributes: {},
      groupConfiguration: null,
      scopes: ['books/read', 'books/write'],
      clientMetadata: ClientMetadata,
    })
  } finally {
    await functions.close()
  }
})
