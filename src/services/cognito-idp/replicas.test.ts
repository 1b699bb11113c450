import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
let west: CognitoIdentityProvider
before(async () => {
  cognito = await installCognito()
  const { url: endpoint, admin: credentials } = cognito.house
  west = new CognitoIdentityProvider({ endpoint, region: 'us-west-2', credentials, maxAttempts: 1 })
})
after(async () => {
  west.destroy()
  await cognito.close()
})

const RegionName = 'us-west-2'
const replicated = {
  KeyConfiguration: {
    KeyType: 'CUSTOMER_MANAGED_KEY',
    KmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/mrk-1234abcd12ab34cd56ef1234567890ab',
  },
  IssuerConfiguration: { Type: 'UPDATED' },
} as const

test('a pool answers in another Region, where nothing of it is changed', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, replicated)
  const of = { UserPoolId, RegionName }
  const made = await idp.createUserPoolReplica({ ...of, UserPoolTags: { env: 'test' } })
  assert.equal(made.UserPoolReplica!.Status, 'CREATING')
  await assert.rejects(
    idp.createUserPoolReplica({ ...of, RegionName: 'eu-west-1' }),
    refused('LimitExceededException', /at most one/),
  )
  const told = await idp.listUserPoolReplicas({ UserPoolId })
  assert.deepEqual(
    told.UserPoolReplicas!.map(({ Role, Status }) => [Role, Status]),
    [
      ['PRIMARY', 'ACTIVE'],
      ['SECONDARY', 'INACTIVE'],
    ],
  )
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'],
  })
  const user = { UserPoolId, Username: 'ada' }
  const Password = 'Permanent-1'
  await idp.adminCreateUser({ ...user, MessageAction: 'SUPPRESS' })
  await idp.adminSetUserPassword({ ...user, Password, Permanent: true })
  const signIn = () =>
    west.adminInitiateAuth({
      UserPoolId,
      ClientId: UserPoolClient!.ClientId!,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ada', PASSWORD: Password },
    })
  assert.equal((await west.adminGetUser(user)).Username, 'ada')
  await assert.rejects(signIn(), refused('OperationNotEnabledException', /not active/))
  await idp.updateUserPoolReplica({ ...of, Status: 'ACTIVE' })
  const { AuthenticationResult } = await signIn()
  assert.ok(decodeJwt(AuthenticationResult!.AccessToken!).iss!.endsWith(UserPoolId))
  for (const change of [
    () => west.adminCreateUser({ UserPoolId, Username: 'bob' }),
    () => west.adminSetUserPassword({ ...user, Password, Permanent: true }),
    () => west.deleteUserPool({ UserPoolId }),
  ])
    await assert.rejects(
      change(),
      refused('OperationNotEnabledException', /not available in a secondary replica/),
    )
  await assert.rejects(
    idp.deleteUserPool({ UserPoolId }),
    refused('InvalidParameterException', /has a replica/),
  )
  await assert.rejects(
    idp.deleteUserPoolReplica(of),
    refused('InvalidParameterException', /must be inactive/),
  )
  await west.updateUserPoolReplica({ ...of, Status: 'INACTIVE' })
  await idp.deleteUserPoolReplica(of)
  await assert.rejects(
    west.adminGetUser(user),
    refused('ResourceNotFoundException', `User pool ${UserPoolId} does not exist.`),
  )
})

test('a pool that cannot have a replica is told why', async () => {
  const { idp } = cognito
  for (const [more, code, message] of [
    [{ UserPoolTier: 'LITE' }, 'FeatureUnavailableInTierException', /LITE/],
    [{}, 'InvalidParameterException', /KeyConfiguration/],
    [
      { KeyConfiguration: replicated.KeyConfiguration },
      'InvalidParameterException',
      /IssuerConfiguration/,
    ],
  ] as const) {
    const UserPoolId = await newPool(cognito, more)
    await assert.rejects(
      idp.createUserPoolReplica({ UserPoolId, RegionName }),
      refused(code, message),
    )
  }
})
