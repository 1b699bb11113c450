import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
let UserPoolId: string
before(async () => {
  cognito = await installCognito()
  UserPoolId = await newPool(cognito)
})
after(() => cognito.close())

test('a client has the defaults of AWS, and a secret on demand', async () => {
  const { idp } = cognito
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'web',
    GenerateSecret: true,
  })
  assert.match(UserPoolClient!.ClientId!, /^[a-z0-9]{26}$/)
  assert.match(UserPoolClient!.ClientSecret!, /^[a-z0-9]{51}$/)
  assert.equal(UserPoolClient!.RefreshTokenValidity, 30)
  assert.equal(UserPoolClient!.EnableTokenRevocation, true)
  assert.equal(UserPoolClient!.AuthSessionValidity, 3)
  const ClientId = UserPoolClient!.ClientId!
  const told = await idp.describeUserPoolClient({ UserPoolId, ClientId })
  assert.deepEqual(told.UserPoolClient, UserPoolClient)
})

test('an update replaces settings and keeps the secret; a deleted client is gone', async () => {
  const { idp } = cognito
  const made = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'web',
    GenerateSecret: true,
    PreventUserExistenceErrors: 'ENABLED',
  })
  const { ClientId = '', ClientSecret } = made.UserPoolClient!
  const { UserPoolClient } = await idp.updateUserPoolClient({
    UserPoolId,
    ClientId,
    AccessTokenValidity: 15,
    TokenValidityUnits: { AccessToken: 'minutes' },
  })
  assert.equal(UserPoolClient!.AccessTokenValidity, 15)
  assert.equal(UserPoolClient!.PreventUserExistenceErrors, undefined)
  assert.equal(UserPoolClient!.ClientSecret, ClientSecret)
  const { UserPoolClients } = await idp.listUserPoolClients({ UserPoolId, MaxResults: 60 })
  assert.ok(UserPoolClients!.some((one) => one.ClientId === ClientId))
  await idp.deleteUserPoolClient({ UserPoolId, ClientId })
  await assert.rejects(
    idp.describeUserPoolClient({ UserPoolId, ClientId }),
    refused('ResourceNotFoundException', `User pool client ${ClientId} does not exist.`),
  )
})

test('a secret is rotated through a second one', async () => {
  const { idp } = cognito
  const made = await idp.createUserPoolClient({ UserPoolId, ClientName: 'x', GenerateSecret: true })
  const client = { UserPoolId, ClientId: made.UserPoolClient!.ClientId! }
  const { ClientSecretDescriptor } = await idp.addUserPoolClientSecret(client)
  assert.match(ClientSecretDescriptor!.ClientSecretValue!, /^[a-z0-9]{51}$/)
  await assert.rejects(
    idp.addUserPoolClientSecret(client),
    refused('LimitExceededException', 'An app client has at most two secrets.'),
  )
  const { ClientSecrets } = await idp.listUserPoolClientSecrets(client)
  const [first] = ClientSecrets!
  await idp.deleteUserPoolClientSecret({ ...client, ClientSecretId: first!.ClientSecretId! })
  const told = await idp.describeUserPoolClient(client)
  assert.equal(told.UserPoolClient!.ClientSecret, ClientSecretDescriptor!.ClientSecretValue)
})

test('settings that cannot be are refused', async () => {
  const { idp } = cognito
  for (const [more, name] of [
    [{ AccessTokenValidity: 25 }, 'InvalidParameterException'],
    [{ ReadAttributes: ['custom:none'] }, 'InvalidParameterException'],
    [{ WriteAttributes: ['email_verified'] }, 'InvalidParameterException'],
    [
      { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'USER_PASSWORD_AUTH'] },
      'InvalidParameterException',
    ],
    [{ AllowedOAuthFlows: ['client_credentials'] }, 'InvalidOAuthFlowException'],
    [{ AllowedOAuthScopes: ['books/read'] }, 'ScopeDoesNotExistException'],
    [{ CallbackURLs: ['http://example.com/'] }, 'InvalidParameterException'],
  ] as const)
    await assert.rejects(
      idp.createUserPoolClient({ UserPoolId, ClientName: 'odd', ...(more as object) }),
      refused(name, /./),
    )
})
