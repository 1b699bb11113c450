import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, refused } from './pools.test-support.ts'
import { advance, PASSWORD, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

/** A pool that lists sign-ins, and `ada` who may have so many. */
async function tracked(MaxPerUser = 20) {
  const { idp } = cognito
  const people = await signInPool(cognito)
  const { UserPoolId } = people
  await people.confirm()
  const set = (UserSessionTracking: 'ENABLED' | 'DISABLED') =>
    idp.setUserPoolSessionConfiguration({
      UserPoolId,
      UserSessionTracking,
      TokenSession: { MaxPerUser },
    })
  await set('ENABLED')
  const visit = async () => {
    await advance(cognito, 10)
    return (await people.signIn()).AuthenticationResult!
  }
  return { ...people, set, visit, named: { UserPoolId, Username: 'ada' } }
}

const notEnabled = refused('OperationNotEnabledException', /Session tracking is not enabled/)

test('sign-ins are listed, noted when they go on, and revoked one by one', async () => {
  const { idp } = cognito
  const { visit, ClientId, named } = await tracked()
  const first = await visit()
  const second = await visit()
  const AccessToken = second.AccessToken!
  const { Sessions } = await idp.listUserSessions({ AccessToken })
  assert.deepEqual(
    Sessions!.map(({ IsCurrentSession }) => IsCurrentSession),
    [true, false],
  )
  const [mine, other] = Sessions!
  assert.match(mine!.SessionId!, /^tkn[a-z0-9]{25}$/)
  assert.equal(mine!.SessionType, 'TOKEN')
  assert.equal(mine!.ClientId, ClientId)
  assert.equal(mine!.LastIPAddress, '127.0.0.1')
  assert.match(mine!.DeviceType!, /AWS SDK/)
  await advance(cognito, 60)
  await idp.getTokensFromRefreshToken({ ClientId, RefreshToken: first.RefreshToken! })
  const asAdmin = (await idp.adminListUserSessions(named)).Sessions!
  assert.ok(asAdmin.every(({ IsCurrentSession }) => IsCurrentSession === false))
  const noted = asAdmin.find(({ SessionId }) => SessionId === other!.SessionId)!
  assert.equal(noted.LastActiveDate!.getTime() - noted.CreateDate!.getTime() >= 60_000, true)
  await assert.rejects(
    idp.revokeUserSession({ AccessToken, SessionId: mine!.SessionId }),
    refused('InvalidParameterException', 'The current session cannot be revoked.'),
  )
  await assert.rejects(
    idp.revokeUserSession({ AccessToken, SessionId: 'tkn1' }),
    refused('InvalidParameterException', /SessionId/),
  )
  await idp.revokeUserSession({ AccessToken, SessionId: other!.SessionId })
  await assert.rejects(
    idp.getUser({ AccessToken: first.AccessToken! }),
    refused('NotAuthorizedException', 'Access Token has been revoked'),
  )
  await assert.rejects(
    idp.adminRevokeUserSession({ ...named, SessionId: other!.SessionId }),
    refused('ResourceNotFoundException', /./),
  )
  await idp.adminRevokeUserSession({ ...named, SessionId: mine!.SessionId })
  await assert.rejects(
    idp.getTokensFromRefreshToken({ ClientId, RefreshToken: second.RefreshToken! }),
    refused('NotAuthorizedException', 'Refresh Token has been revoked'),
  )
  await visit()
  await idp.adminUserGlobalSignOut(named)
  assert.deepEqual((await idp.adminListUserSessions(named)).Sessions, [])
})

test('whoever has too many sign-ins loses the one that was used least recently', async () => {
  const { idp } = cognito
  const { visit, ClientId, named } = await tracked(2)
  const first = await visit()
  const second = await visit()
  await advance(cognito, 10)
  await idp.getTokensFromRefreshToken({ ClientId, RefreshToken: first.RefreshToken! })
  const third = await visit()
  assert.equal((await idp.adminListUserSessions(named)).Sessions!.length, 2)
  assert.ok(await idp.getUser({ AccessToken: first.AccessToken! }))
  assert.ok(await idp.getUser({ AccessToken: third.AccessToken! }))
  await assert.rejects(
    idp.getUser({ AccessToken: second.AccessToken! }),
    refused('NotAuthorizedException', 'Access Token has been revoked'),
  )
})

test('tracking is a setting of the pool, and single sign-on one of the client', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, set, visit, named } = await tracked(3)
  const fresh = await signInPool(cognito, { UserPoolTier: 'LITE' })
  assert.deepEqual(
    (await idp.getUserPoolSessionConfiguration({ UserPoolId: fresh.UserPoolId })).TokenSession,
    { MaxPerUser: 20 },
  )
  await assert.rejects(
    idp.setUserPoolSessionConfiguration({
      UserPoolId: fresh.UserPoolId,
      UserSessionTracking: 'ENABLED',
      TokenSession: { MaxPerUser: 5 },
    }),
    refused('FeatureUnavailableInTierException', /LITE/),
  )
  for (const MaxPerUser of [0, 101])
    await assert.rejects(
      idp.setUserPoolSessionConfiguration({
        UserPoolId,
        UserSessionTracking: 'ENABLED',
        TokenSession: { MaxPerUser },
      }),
      refused('InvalidParameterException', /MaxPerUser/),
    )
  const client = { UserPoolId, ClientId }
  const sso = (MaxValidityMinutes: number) =>
    idp.setUserPoolClientSessionConfiguration({ ...client, SSOSession: { MaxValidityMinutes } })
  const before = await idp.getUserPoolClientSessionConfiguration(client)
  assert.equal(before.SSOSession!.MaxValidityMinutes, 60)
  assert.equal((await sso(0)).SSOSession!.MaxValidityMinutes, 0)
  await assert.rejects(sso(129_601), refused('InvalidParameterException', /MaxValidityMinutes/))
  const { AccessToken } = await visit()
  await set('DISABLED')
  await assert.rejects(sso(5), notEnabled)
  await assert.rejects(idp.adminListUserSessions(named), notEnabled)
  await assert.rejects(idp.listUserSessions({ AccessToken }), notEnabled)
  const after = await idp.getUserPoolClientSessionConfiguration(client)
  assert.equal(after.SSOSession!.MaxValidityMinutes, 0)
  await set('ENABLED')
  assert.equal((await idp.adminListUserSessions(named)).Sessions!.length, 1)
})

test('codes by text message are switched on and off the old way, and a lost app is struck off', async () => {
  const { idp } = cognito
  const { UserPoolId, confirm } = await signInPool(cognito)
  await confirm()
  const named = { UserPoolId, Username: 'ada' }
  const MFAOptions = [{ DeliveryMedium: 'SMS' as const, AttributeName: 'phone_number' }]
  await assert.rejects(
    idp.adminSetUserSettings({ ...named, MFAOptions }),
    refused('InvalidParameterException', /delivery config/),
  )
  const UserAttributes = [{ Name: 'phone_number', Value: '+15550100077' }]
  await idp.adminUpdateUserAttributes({ ...named, UserAttributes })
  await idp.adminSetUserSettings({ ...named, MFAOptions })
  const factors = async () => (await idp.adminGetUser(named)).UserMFASettingList
  assert.deepEqual(await factors(), ['SMS_MFA'])
  await assert.rejects(
    idp.adminSetUserSettings({ ...named, MFAOptions: [{ DeliveryMedium: 'EMAIL' }] }),
    refused('InvalidParameterException', /phone_number by SMS/),
  )
  const { AuthenticationResult } = await idp.adminInitiateAuth({
    UserPoolId,
    ClientId: (await idp.listUserPoolClients({ UserPoolId })).UserPoolClients![0]!.ClientId,
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ada', PASSWORD },
  })
  await idp.setUserSettings({ AccessToken: AuthenticationResult!.AccessToken!, MFAOptions: [] })
  assert.equal(await factors(), undefined)
  await assert.rejects(
    idp.adminDeleteSoftwareToken(named),
    refused('ResourceNotFoundException', /software token/),
  )
})
