import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { Amplify } from 'aws-amplify'
import * as auth from 'aws-amplify/auth'
import { timeStep, totp } from '../../src/crypto/totp.ts'
import { fromBase32 } from '../authenticator.ts'
import { type Installation, install } from '../installation.ts'
import { type Functions, functionsFor } from '../trigger-functions.ts'

/** Amplify's auth category from end to end, as an app uses it. */

let house: Installation
let functions: Functions
let idp: CognitoIdentityProvider
before(async () => {
  house = await install()
  functions = await functionsFor(house)
  const { url: endpoint, admin: credentials } = house
  idp = new CognitoIdentityProvider({ endpoint, region: 'us-east-1', credentials })
})
after(async () => {
  idp.destroy()
  await functions.close()
  await house.close()
})

const password = 'Permanent-1'

type CreatePool = Parameters<CognitoIdentityProvider['createUserPool']>[0]

async function appWith(pool: Partial<CreatePool> = {}, client: object = {}) {
  const { UserPool } = await idp.createUserPool({
    PoolName: 'people',
    AutoVerifiedAttributes: ['email'],
    UsernameAttributes: ['email'],
    ...pool,
  })
  const userPoolId = UserPool!.Id!
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId: userPoolId,
    ClientName: 'app',
    ...client,
  })
  const userPoolClientId = UserPoolClient!.ClientId!
  Amplify.configure({
    Auth: { Cognito: { userPoolId, userPoolClientId, userPoolEndpoint: house.url } },
  })
  return userPoolId
}

/** The last code in somebody's mails. */
async function codeFor(address: string): Promise<string> {
  const { json } = await house.ask('GET', `inbox?to=${encodeURIComponent(address)}`)
  return /\d{6,8}/.exec(json.messages.at(-1).text)![0]
}

async function signedUp(username: string) {
  await auth.signUp({ username, password, options: { userAttributes: { email: username } } })
  return auth.confirmSignUp({ username, confirmationCode: await codeFor(username) })
}

test('sign-up, SRP, attributes, a new password, recovery and sign-out', async () => {
  await appWith()
  const username = 'ada@example.com'
  const { isSignUpComplete } = await signedUp(username)
  assert.ok(isSignUpComplete)
  assert.ok((await auth.signIn({ username, password })).isSignedIn)
  const { tokens } = await auth.fetchAuthSession()
  assert.equal(tokens!.idToken!.payload.email, username)
  assert.ok((await auth.fetchAuthSession({ forceRefresh: true })).tokens)
  await auth.updateUserAttributes({ userAttributes: { nickname: 'Ada' } })
  const attributes = await auth.fetchUserAttributes()
  assert.equal(attributes.nickname, 'Ada')
  assert.equal(attributes.email_verified, 'true')
  await auth.updatePassword({ oldPassword: password, newPassword: 'Permanent-2' })
  await auth.signOut({ global: true })
  await assert.rejects(auth.getCurrentUser())
  await auth.resetPassword({ username })
  const confirmationCode = await codeFor(username)
  await auth.confirmResetPassword({ username, confirmationCode, newPassword: 'Permanent-3' })
  await assert.rejects(auth.signIn({ username, password }), { name: 'NotAuthorizedException' })
  assert.ok((await auth.signIn({ username, password: 'Permanent-3' })).isSignedIn)
  await auth.deleteUser()
})

test('a second factor by app is set up and asked for', async () => {
  const userPoolId = await appWith()
  await idp.setUserPoolMfaConfig({
    UserPoolId: userPoolId,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  })
  const username = 'bob@example.com'
  await signedUp(username)
  await auth.signIn({ username, password })
  const { sharedSecret } = await auth.setUpTOTP()
  const key = fromBase32(sharedSecret)
  const code = (ahead = 0) => totp(key, timeStep(new Date()) + ahead)
  await auth.verifyTOTPSetup({ code: code() })
  await auth.updateMFAPreference({ totp: 'PREFERRED' })
  assert.equal((await auth.fetchMFAPreference()).preferred, 'TOTP')
  await auth.signOut()
  const { nextStep } = await auth.signIn({ username, password })
  assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE')
  const { isSignedIn } = await auth.confirmSignIn({ challengeResponse: code(1) })
  assert.ok(isSignedIn)
  await auth.signOut()
})

/** Amplify waits three minutes for a confirmation, and would keep the process as long. */
function unheldTimers(t: TestContext) {
  const { setTimeout: real } = globalThis
  t.mock.method(globalThis, 'setTimeout', (run: () => void, delay?: number) => {
    const timer = real(run, delay)
    if (delay! > 60_000) timer.unref()
    return timer
  })
}

test('a code by mail takes the place of a password', async (t) => {
  unheldTimers(t)
  await appWith(
    { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } } },
    { ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] },
  )
  const username = 'cleo@example.com'
  await auth.signUp({
    username,
    options: {
      userAttributes: { email: username },
      autoSignIn: { authFlowType: 'USER_AUTH' },
    },
  })
  const confirmed = await auth.confirmSignUp({
    username,
    confirmationCode: await codeFor(username),
  })
  assert.equal(confirmed.nextStep.signUpStep, 'COMPLETE_AUTO_SIGN_IN')
  assert.ok((await auth.autoSignIn()).isSignedIn)
  await auth.signOut()
  const { nextStep } = await auth.signIn({
    username,
    options: { authFlowType: 'USER_AUTH', preferredChallenge: 'EMAIL_OTP' },
  })
  assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE')
  const challengeResponse = await codeFor(username)
  assert.ok((await auth.confirmSignIn({ challengeResponse })).isSignedIn)
  await auth.signOut()
})

test('a device is remembered, listed and forgotten', async () => {
  await appWith({
    DeviceConfiguration: {
      ChallengeRequiredOnNewDevice: true,
      DeviceOnlyRememberedOnUserPrompt: true,
    },
  })
  const username = 'dora@example.com'
  await signedUp(username)
  await auth.signIn({ username, password })
  await auth.rememberDevice()
  const devices = await auth.fetchDevices()
  assert.equal(devices.length, 1)
  await auth.forgetDevice()
  assert.deepEqual(await auth.fetchDevices(), [])
  await auth.signOut()
})

test('a temporary password is replaced on the way in', async () => {
  const UserPoolId = await appWith()
  const Username = 'eve@example.com'
  await idp.adminCreateUser({ UserPoolId, Username, TemporaryPassword: 'Temporary-1' })
  const { nextStep } = await auth.signIn({ username: Username, password: 'Temporary-1' })
  assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED')
  assert.ok((await auth.confirmSignIn({ challengeResponse: password })).isSignedIn)
  await auth.signOut()
})

test('functions ask a question of their own, after the password and without', async () => {
  const { arn } = functions
  await appWith({
    LambdaConfig: {
      DefineAuthChallenge: arn,
      CreateAuthChallenge: arn,
      VerifyAuthChallengeResponse: arn,
    },
  })
  functions.answer('DefineAuthChallenge_Authentication', ({ request }) => {
    const last = request.session.at(-1)
    if (last?.challengeName === 'SRP_A') return { challengeName: 'PASSWORD_VERIFIER' }
    return last?.challengeName === 'CUSTOM_CHALLENGE' && last.challengeResult
      ? { issueTokens: true }
      : { challengeName: 'CUSTOM_CHALLENGE' }
  })
  functions.answer('CreateAuthChallenge_Authentication', () => ({
    publicChallengeParameters: { question: 'colour?' },
    privateChallengeParameters: { answer: 'red' },
  }))
  functions.answer('VerifyAuthChallengeResponse_Authentication', ({ request }) => ({
    answerCorrect: request.challengeAnswer === request.privateChallengeParameters.answer,
  }))
  const username = 'fay@example.com'
  await signedUp(username)
  for (const authFlowType of ['CUSTOM_WITHOUT_SRP', 'CUSTOM_WITH_SRP'] as const) {
    const given = authFlowType === 'CUSTOM_WITH_SRP' ? { password } : {}
    const { nextStep } = await auth.signIn({ username, ...given, options: { authFlowType } })
    assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE')
    assert.ok((await auth.confirmSignIn({ challengeResponse: 'red' })).isSignedIn)
    await auth.signOut()
  }
})
