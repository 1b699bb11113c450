import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { credentials } from './credential-records.ts'
import { type Cognito, inbox, installCognito, newPool, refused } from './pools.test-support.ts'
import { advance, PASSWORD, signInPool } from './sign-in.test-support.ts'
import { signingKeys } from './signing-keys.ts'
import { users } from './user-records.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

const day = 86_400

const codeFor = async (to: string, of: Cognito = cognito) => {
  const texts = (await inbox(of, to)).map(({ text }) => /code is (\d+)\./.exec(text)?.[1])
  return texts.findLast((code) => code !== undefined)!
}

const expired = refused(
  'ExpiredCodeException',
  'Invalid code provided, please request a code again.',
)

test('temporary passwords are good for the days that the pool allows', async () => {
  const { idp } = cognito
  const Policies = { PasswordPolicy: { MinimumLength: 8, TemporaryPasswordValidityDays: 2 } }
  const { signIn, UserPoolId } = await signInPool(cognito, { Policies })
  await advance(cognito, 2 * day - 60)
  assert.equal((await signIn('Temporary-1')).ChallengeName, 'NEW_PASSWORD_REQUIRED')
  await advance(cognito, 60)
  await assert.rejects(
    signIn('Temporary-1'),
    refused(
      'NotAuthorizedException',
      'Temporary password has expired and must be reset by an administrator.',
    ),
  )
  await idp.adminCreateUser({
    UserPoolId,
    Username: 'ada',
    TemporaryPassword: 'Temporary-2',
    MessageAction: 'RESEND',
  })
  assert.equal((await signIn('Temporary-2')).ChallengeName, 'NEW_PASSWORD_REQUIRED')
})

test('codes and sessions run out', async () => {
  const { idp } = cognito
  const { ClientId, signIn, confirm, UserPoolId } = await signInPool(cognito, {
    AutoVerifiedAttributes: ['email'],
  })
  await confirm()
  const who = { ClientId, Username: 'ada' }
  await idp.forgotPassword(who)
  const reset = await codeFor('ada@example.com')
  await advance(cognito, 3_600)
  const choose = (ConfirmationCode: string) =>
    idp.confirmForgotPassword({ ...who, ConfirmationCode, Password: 'Permanent-2' })
  await assert.rejects(choose(reset), expired)
  await idp.forgotPassword(who)
  await advance(cognito, 3_540)
  await choose(await codeFor('ada@example.com'))
  const UserAttributes = [{ Name: 'email', Value: 'zoe@example.com' }]
  await idp.signUp({ ClientId, Username: 'zoe', Password: PASSWORD, UserAttributes })
  const code = await codeFor('zoe@example.com')
  await advance(cognito, day)
  await assert.rejects(
    idp.confirmSignUp({ ClientId, Username: 'zoe', ConfirmationCode: code }),
    expired,
  )
  await idp.adminSetUserPassword({ UserPoolId, Username: 'ada', Password: 'Temporary-1' })
  const { Session } = await signIn('Temporary-1')
  await advance(cognito, 180)
  await assert.rejects(
    idp.respondToAuthChallenge({
      ClientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: { USERNAME: 'ada', NEW_PASSWORD: PASSWORD },
    }),
    refused('NotAuthorizedException', 'Invalid session for the user, session is expired.'),
  )
})

test('the lock doubles with each failure after the fifth, and a quiet quarter of an hour ends it', async () => {
  const { signIn, confirm } = await signInPool(cognito)
  await confirm()
  const wrong = () =>
    assert.rejects(signIn('Wrong-pass-1'), refused('NotAuthorizedException', /^Incorrect/))
  const locked = () =>
    assert.rejects(signIn(), refused('NotAuthorizedException', 'Password attempts exceeded'))
  for (let i = 0; i < 5; i++) await wrong()
  for (const seconds of [1, 2, 4, 8, 16, 32]) {
    await locked()
    await advance(cognito, seconds)
    await wrong()
  }
  await advance(cognito, 60)
  await locked()
  await advance(cognito, 840)
  assert.ok((await signIn()).AuthenticationResult)
})

test('one of several second factors is chosen, and a wrong code is none', async () => {
  const { idp } = cognito
  const { signIn, confirm, UserPoolId, ClientId } = await signInPool(cognito)
  await confirm()
  const named = { UserPoolId, Username: 'ada' }
  const UserAttributes = [{ Name: 'phone_number', Value: '+15550100099' }]
  await idp.adminUpdateUserAttributes({ ...named, UserAttributes })
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'ON',
    SmsMfaConfiguration: {
      SmsAuthenticationMessage: 'Your code is {####}.',
      SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms', ExternalId: 'x' },
    },
    EmailMfaConfiguration: { Message: 'Your code is {####}.', Subject: 'Code' },
  })
  await idp.adminSetUserMFAPreference({
    ...named,
    SMSMfaSettings: { Enabled: true },
    EmailMfaSettings: { Enabled: true },
  })
  const step = await signIn()
  assert.equal(step.ChallengeName, 'SELECT_MFA_TYPE')
  assert.deepEqual(JSON.parse(step.ChallengeParameters!.MFAS_CAN_CHOOSE!), ['SMS_MFA', 'EMAIL_OTP'])
  const answer = (
    ChallengeName: 'SELECT_MFA_TYPE' | 'SMS_MFA',
    Session: string | undefined,
    more: Record<string, string>,
  ) =>
    idp.respondToAuthChallenge({
      ClientId,
      ChallengeName,
      Session,
      ChallengeResponses: { USERNAME: 'ada', ...more },
    })
  await assert.rejects(
    answer('SELECT_MFA_TYPE', step.Session, { ANSWER: 'SOFTWARE_TOKEN_MFA' }),
    refused('InvalidParameterException', /./),
  )
  const asked = await answer('SELECT_MFA_TYPE', step.Session, { ANSWER: 'SMS_MFA' })
  assert.equal(asked.ChallengeParameters!.CODE_DELIVERY_DESTINATION, '+*******0099')
  await assert.rejects(
    answer('SMS_MFA', asked.Session, { SMS_MFA_CODE: '000000' }),
    refused('CodeMismatchException', 'Invalid code or auth state for the user.'),
  )
  const SMS_MFA_CODE = await codeFor('+15550100099')
  assert.ok((await answer('SMS_MFA', asked.Session, { SMS_MFA_CODE })).AuthenticationResult)
})

test('an address that must be verified first keeps its old value until then', async () => {
  const { idp } = cognito
  const { signIn, confirm } = await signInPool(cognito, {
    AutoVerifiedAttributes: ['email'],
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
  })
  await confirm()
  const AccessToken = (await signIn()).AuthenticationResult!.AccessToken!
  const email = async () =>
    (await idp.getUser({ AccessToken })).UserAttributes!.find(({ Name }) => Name === 'email')!.Value
  const UserAttributes = [{ Name: 'email', Value: 'new@example.com' }]
  const { CodeDeliveryDetailsList } = await idp.updateUserAttributes({
    AccessToken,
    UserAttributes,
  })
  assert.equal(CodeDeliveryDetailsList![0]!.Destination, 'n***@e***')
  assert.equal(await email(), 'ada@example.com')
  const Code = await codeFor('new@example.com')
  await idp.verifyUserAttribute({ AccessToken, AttributeName: 'email', Code })
  assert.equal(await email(), 'new@example.com')
})

test('a forgotten password is not replaced by one of the past', async () => {
  const { idp } = cognito
  const { ClientId, confirm, signIn } = await signInPool(cognito, {
    Policies: { PasswordPolicy: { MinimumLength: 8, PasswordHistorySize: 2 } },
  })
  await confirm()
  const who = { ClientId, Username: 'ada' }
  await idp.forgotPassword(who)
  const ConfirmationCode = await codeFor('ada@example.com')
  const choose = (Password: string) =>
    idp.confirmForgotPassword({ ...who, ConfirmationCode, Password })
  for (const old of [PASSWORD, 'Temporary-1'])
    await assert.rejects(choose(old), refused('PasswordHistoryPolicyViolationException', /./))
  // The code is still good: only a password was refused.
  await choose('Permanent-2')
  assert.ok((await signIn('Permanent-2')).AuthenticationResult)
})

for (const flags of [[], ['--store', 'sqlite']])
  test(`fifty who sign up by one name at once: one gets it (${flags[1] ?? 'memory'})`, async () => {
    const own = await installCognito(...flags)
    try {
      const { ClientId, UserPoolId } = await signInPool(own)
      const all = await Promise.allSettled(
        Array.from({ length: 50 }, () =>
          own.idp.signUp({ ClientId, Username: 'bob', Password: PASSWORD }),
        ),
      )
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1)
      for (const one of all)
        if (one.status === 'rejected')
          assert.ok(refused('UsernameExistsException', 'User already exists')(one.reason))
      const { Users } = await own.idp.listUsers({ UserPoolId, Filter: 'username = "bob"' })
      assert.equal(Users!.length, 1)
    } finally {
      await own.close()
    }
  })

test('what was in a deleted pool is deleted after it', async () => {
  const { idp, house } = cognito
  const SignInPolicy = { AllowedFirstAuthFactors: ['PASSWORD' as const, 'EMAIL_OTP' as const] }
  const UserPoolId = await newPool(cognito, { Policies: { SignInPolicy } })
  const owner = { account: '000000000000', region: 'us-east-1' }
  const store = house.app.store.storeFor(owner)
  const left = async () => {
    const kinds = [users, credentials, signingKeys] as const
    const pages = await Promise.all(
      kinds.map((kind) =>
        store.of(kind as typeof users).list({ prefix: [UserPoolId], limit: 1_000 }),
      ),
    )
    return pages.map(({ records }) => records.length)
  }
  // Without passwords, which take their time.
  for (let i = 0; i < 210; i++)
    await idp.adminCreateUser({
      UserPoolId,
      Username: `u${i}`,
      UserAttributes: [{ Name: 'email', Value: `u${i}@example.com` }],
    })
  await fetch(`${house.url}/${UserPoolId}/.well-known/jwks.json`)
  assert.deepEqual(await left(), [210, 210, 2])
  await idp.deleteUserPool({ UserPoolId })
  await advance(cognito, 1)
  await advance(cognito, 1)
  assert.deepEqual(await left(), [0, 0, 0])
})
