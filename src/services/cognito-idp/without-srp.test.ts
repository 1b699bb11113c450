import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

test('a pool that turns SRP off keeps no verifier, and signs in by password', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, { UserPoolTags: { 'sallyport:srp': 'off' } })
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_USER_AUTH'],
  })
  const ClientId = UserPoolClient!.ClientId!
  const user = { UserPoolId, Username: 'ada' }
  const Password = 'Permanent-1'
  await idp.adminCreateUser({ ...user, MessageAction: 'SUPPRESS' })
  await idp.adminSetUserPassword({ ...user, Password, Permanent: true })
  const signIn = (AuthFlow: 'USER_PASSWORD_AUTH' | 'USER_SRP_AUTH' | 'USER_AUTH', more = {}) =>
    idp.initiateAuth({ ClientId, AuthFlow, AuthParameters: { USERNAME: 'ada', ...more } })
  await assert.rejects(
    signIn('USER_SRP_AUTH', { SRP_A: 'abcdef1234567890' }),
    refused('InvalidParameterException', 'USER_SRP_AUTH is not enabled for the client.'),
  )
  assert.deepEqual((await signIn('USER_AUTH')).AvailableChallenges, ['PASSWORD'])
  assert.ok((await signIn('USER_PASSWORD_AUTH', { PASSWORD: Password })).AuthenticationResult)
  // With SRP on again, there is nothing to prove it by until the password changes.
  await idp.untagResource({
    ResourceArn: (await idp.describeUserPool({ UserPoolId })).UserPool!.Arn!,
    TagKeys: ['sallyport:srp'],
  })
  assert.deepEqual((await signIn('USER_AUTH')).AvailableChallenges, ['PASSWORD'])
  await idp.adminSetUserPassword({ ...user, Password, Permanent: true })
  assert.deepEqual((await signIn('USER_AUTH')).AvailableChallenges, ['PASSWORD', 'PASSWORD_SRP'])
})
