import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AuthenticationDetails,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js'
import { decodeJwt } from 'jose'
import { type Cognito, inbox, installCognito, refused } from './pools.test-support.ts'
import { PASSWORD, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

/** What a browser keeps between visits. */
function storage() {
  const kept = new Map<string, string>()
  return {
    kept,
    setItem: (key: string, value: string) => void kept.set(key, String(value)),
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
  }
}

let numbers = 0

const codeFor = async (to: string) => {
  const texts = (await inbox(cognito, to)).map(({ text }) => /code is (\d+)\./.exec(text)?.[1])
  return texts.findLast((code) => code !== undefined)!
}

/** A pool that knows devices, where `ada` needs a code by text message; and an app of hers. */
async function tracking(onPrompt = false) {
  const { idp } = cognito
  const people = await signInPool(
    cognito,
    {
      DeviceConfiguration: {
        ChallengeRequiredOnNewDevice: true,
        DeviceOnlyRememberedOnUserPrompt: onPrompt,
      },
    },
    {
      ExplicitAuthFlows: [
        'ALLOW_USER_SRP_AUTH',
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
      ],
    },
  )
  const { UserPoolId, ClientId } = people
  const number = `+1555${String(++numbers).padStart(7, '0')}`
  await people.confirm()
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'OPTIONAL',
    SmsMfaConfiguration: {
      SmsAuthenticationMessage: 'Your code is {####}.',
      SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms', ExternalId: 'x' },
    },
  })
  await idp.adminUpdateUserAttributes({
    UserPoolId,
    Username: 'ada',
    UserAttributes: [{ Name: 'phone_number', Value: number }],
  })
  await idp.adminSetUserMFAPreference({
    UserPoolId,
    Username: 'ada',
    SMSMfaSettings: { Enabled: true, PreferredMfa: true },
  })
  const Storage = storage()
  const endpoint = `${cognito.house.url}/`
  const pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint, Storage })
  /**
   * Signs in, and says whether a code was asked for.
   * @param flow SRP costs this client half a second: once to know the device, once to be told it is gone
   */
  const visit = (flow: 'USER_SRP_AUTH' | 'USER_PASSWORD_AUTH' = 'USER_PASSWORD_AUTH') =>
    new Promise<{
      user: CognitoUser
      session: CognitoUserSession
      asked: boolean
      confirm: boolean
    }>((done, onFailure) => {
      const user = new CognitoUser({ Username: 'ada', Pool: pool, Storage })
      let asked = false
      const callbacks = {
        onFailure,
        onSuccess: (session: CognitoUserSession, confirm = false) =>
          done({ user, session, asked, confirm }),
        async mfaRequired() {
          asked = true
          user.sendMFACode(await codeFor(number), callbacks)
        },
        selectMFAType: onFailure,
      }
      user.setAuthenticationFlowType(flow)
      user.authenticateUser(
        new AuthenticationDetails({ Username: 'ada', Password: PASSWORD }),
        callbacks,
      )
    })
  return { ...people, Storage, visit }
}

const attributes = (
  list: readonly { Name?: string | undefined; Value?: string | undefined }[] = [],
) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]))

/** A promise of what a callback is told. */
const told = <T>(
  run: (callbacks: { onSuccess(value: T): void; onFailure(error: Error): void }) => void,
) => new Promise<T>((onSuccess, onFailure) => run({ onSuccess, onFailure }))

test('amazon-cognito-identity-js: a remembered device takes the place of the code', async () => {
  const { idp } = cognito
  const { visit, UserPoolId, Storage } = await tracking()
  const first = await visit()
  assert.equal(first.asked, true)
  assert.equal(first.confirm, false)
  const second = await visit('USER_SRP_AUTH')
  assert.equal(second.asked, false)
  const AccessToken = second.session.getAccessToken().getJwtToken()
  const { device_key: DeviceKey } = decodeJwt(AccessToken) as { device_key: string }
  assert.match(DeviceKey, /^us-east-1_[0-9a-f-]{36}$/)
  assert.equal(decodeJwt(first.session.getAccessToken().getJwtToken()).device_key, DeviceKey)
  const { Device } = await idp.getDevice({ AccessToken, DeviceKey })
  const known = attributes(Device!.DeviceAttributes)
  assert.equal(known['dev:device_remembered_status'], 'remembered')
  assert.equal(known.last_ip_used, '127.0.0.1')
  const RefreshToken = second.session.getRefreshToken().getToken()
  const refreshed = await new Promise<CognitoUserSession>((done, fail) =>
    second.user.refreshSession(new CognitoRefreshToken({ RefreshToken }), (error, session) =>
      error ? fail(error) : done(session),
    ),
  )
  assert.equal(decodeJwt(refreshed.getAccessToken().getJwtToken()).device_key, DeviceKey)
  const named = { UserPoolId, Username: 'ada' }
  await idp.adminUpdateDeviceStatus({
    ...named,
    DeviceKey,
    DeviceRememberedStatus: 'not_remembered',
  })
  assert.equal((await visit()).asked, true)
  await idp.adminUpdateDeviceStatus({ ...named, DeviceKey, DeviceRememberedStatus: 'remembered' })
  assert.equal((await visit()).asked, false)
  // The client learns that its device was forgotten, and goes on without it.
  await idp.adminForgetDevice({ ...named, DeviceKey })
  const after = await visit('USER_SRP_AUTH')
  assert.equal(after.asked, true)
  const { Devices } = await idp.adminListDevices(named)
  assert.equal(Devices!.length, 1)
  assert.notEqual(Devices![0]!.DeviceKey, DeviceKey)
  assert.ok([...Storage.kept.values()].includes(Devices![0]!.DeviceKey!))
})

test('where the user is asked, a device counts once the user has said so', async () => {
  const { visit } = await tracking(true)
  const first = await visit()
  assert.equal(first.confirm, true)
  assert.equal((await visit()).asked, true)
  await told<string>((callbacks) => first.user.setDeviceStatusRemembered(callbacks))
  const next = await visit()
  assert.equal(next.asked, false)
  await told<string>((callbacks) => next.user.forgetDevice(callbacks))
  assert.equal((await visit()).asked, true)
})

test('devices are their users, and nobody talks for them', async () => {
  const { idp } = cognito
  const { visit, ClientId, UserPoolId, signIn } = await tracking()
  const { session } = await visit()
  const AccessToken = session.getAccessToken().getJwtToken()
  const { device_key: DeviceKey } = decodeJwt(AccessToken) as { device_key: string }
  const config = { Salt: 'AAECAw==', PasswordVerifier: Buffer.alloc(384, 7).toString('base64') }
  const confirm = (key: string, DeviceSecretVerifierConfig: object = config) =>
    idp.confirmDevice({ AccessToken, DeviceKey: key, DeviceSecretVerifierConfig })
  const noDevice = refused('ResourceNotFoundException', 'Device does not exist.')
  await assert.rejects(confirm(DeviceKey), refused('DeviceKeyExistsException', /./))
  await assert.rejects(confirm('us-east-1_00000000-0000-4000-8000-000000000000'), noDevice)
  for (const bad of [{}, { ...config, Salt: '' }, { ...config, PasswordVerifier: 'AA==' }])
    await assert.rejects(confirm(DeviceKey, bad), refused('InvalidParameterException', /./))
  const other = `us-east-1_${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`
  await assert.rejects(idp.getDevice({ AccessToken, DeviceKey: other }), noDevice)
  await assert.rejects(idp.forgetDevice({ AccessToken, DeviceKey: other }), noDevice)
  await assert.rejects(
    idp.forgetDevice({ DeviceKey }),
    refused('NotAuthorizedException', 'Invalid Access Token'),
  )
  // A device that knows the name but not the secret does not get in.
  const step = await idp.initiateAuth({
    ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ada', PASSWORD, DEVICE_KEY: DeviceKey },
  })
  assert.equal(step.ChallengeName, 'DEVICE_SRP_AUTH')
  const srp = (key: string) =>
    idp.respondToAuthChallenge({
      ClientId,
      ChallengeName: 'DEVICE_SRP_AUTH',
      Session: step.Session,
      ChallengeResponses: { USERNAME: 'ada', DEVICE_KEY: key, SRP_A: 'abcdef0123' },
    })
  await assert.rejects(srp(other), refused('ResourceNotFoundException', 'Device does not exist.'))
  const asked = await srp(DeviceKey)
  assert.equal(asked.ChallengeName, 'DEVICE_PASSWORD_VERIFIER')
  await assert.rejects(
    idp.respondToAuthChallenge({
      ClientId,
      ChallengeName: 'DEVICE_PASSWORD_VERIFIER',
      Session: asked.Session,
      ChallengeResponses: {
        USERNAME: 'ada',
        DEVICE_KEY: DeviceKey,
        TIMESTAMP: 'Tue Sep 5 04:05:06 UTC 2026',
        PASSWORD_CLAIM_SECRET_BLOCK: asked.ChallengeParameters!.SECRET_BLOCK!,
        PASSWORD_CLAIM_SIGNATURE: Buffer.alloc(32).toString('base64'),
      },
    }),
    refused('NotAuthorizedException', 'Incorrect username or password.'),
  )
  await assert.rejects(
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ada', PASSWORD, DEVICE_KEY: other },
    }),
    noDevice,
  )
  const REFRESH_TOKEN = session.getRefreshToken().getToken()
  await assert.rejects(
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN },
    }),
    refused('NotAuthorizedException', 'Invalid Refresh Token'),
  )
  const { AuthenticationResult } = await idp.getTokensFromRefreshToken({
    ClientId,
    RefreshToken: REFRESH_TOKEN,
    DeviceKey,
  })
  assert.ok(AuthenticationResult)
  // Without tracking there are no devices, and the names of old ones say nothing.
  await idp.updateUserPool({ UserPoolId })
  assert.equal((await signIn()).AuthenticationResult!.NewDeviceMetadata, undefined)
  assert.ok(
    (
      await idp.initiateAuth({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: 'ada', PASSWORD, DEVICE_KEY: other },
      })
    ).AuthenticationResult,
  )
  await assert.rejects(
    confirm(DeviceKey),
    refused('InvalidUserPoolConfigurationException', /Device tracking/),
  )
})

test('devices are listed page by page', async () => {
  const { idp } = cognito
  const { visit, Storage, UserPoolId } = await tracking()
  const { session } = await visit()
  for (let i = 0; i < 2; i++) {
    Storage.clear()
    await visit()
  }
  const AccessToken = session.getAccessToken().getJwtToken()
  const first = await idp.listDevices({ AccessToken, Limit: 2 })
  const { PaginationToken } = first
  const rest = await idp.listDevices({ AccessToken, Limit: 2, PaginationToken })
  const keys = [...first.Devices!, ...rest.Devices!].map(({ DeviceKey }) => DeviceKey)
  assert.equal(new Set(keys).size, 3)
  const named = { UserPoolId, Username: 'ada', DeviceKey: keys[2] }
  const { Device } = await idp.adminGetDevice(named)
  assert.ok(attributes(Device!.DeviceAttributes)['dev:device_arn']!.endsWith(`/device/${keys[2]}`))
  await idp.updateDeviceStatus({
    AccessToken,
    DeviceKey: keys[2],
    DeviceRememberedStatus: 'not_remembered',
  })
  const changed = await idp.adminGetDevice(named)
  const status = attributes(changed.Device!.DeviceAttributes)['dev:device_remembered_status']
  assert.equal(status, 'not_remembered')
})
