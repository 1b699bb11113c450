import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { InitiateAuthCommandOutput } from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { type Cognito, inbox, installCognito, refused } from './pools.test-support.ts'
import { advance, PASSWORD, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

const Policies = {
  SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP'] as const },
}

/** A pool where `ada` may choose how to sign in, with what an app does there. */
async function choosing(pool: object = {}, client: object = {}) {
  const { idp } = cognito
  const people = await signInPool(
    cognito,
    {
      Policies: {
        SignInPolicy: {
          AllowedFirstAuthFactors: [...Policies.SignInPolicy.AllowedFirstAuthFactors],
        },
      },
      ...pool,
    },
    { ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'], ...client },
  )
  await people.confirm()
  const { ClientId } = people
  return {
    ...people,
    start: (more: Record<string, string> = {}, USERNAME = 'ada') =>
      idp.initiateAuth({
        ClientId,
        AuthFlow: 'USER_AUTH',
        AuthParameters: { USERNAME, ...more },
      }),
    answer: (
      step: InitiateAuthCommandOutput,
      ChallengeName: Parameters<typeof idp.respondToAuthChallenge>[0]['ChallengeName'],
      more: Record<string, string>,
      USERNAME = 'ada',
    ) =>
      idp.respondToAuthChallenge({
        ClientId,
        ChallengeName,
        Session: step.Session,
        ChallengeResponses: { USERNAME, ...more },
      }),
  }
}

const codeFor = async (to: string) => {
  const texts = (await inbox(cognito, to)).map(({ text }) => /code is (\d+)\./.exec(text)?.[1])
  return texts.findLast((code) => code !== undefined)!
}

const incorrect = refused('NotAuthorizedException', 'Incorrect username or password.')

test('a choice is offered, and a password, SRP or a code by mail taken for it', async () => {
  const { start, answer } = await choosing()
  const step = await start()
  assert.equal(step.ChallengeName, 'SELECT_CHALLENGE')
  assert.deepEqual(step.AvailableChallenges, ['EMAIL_OTP', 'PASSWORD', 'PASSWORD_SRP'])
  const chosen = await answer(step, 'SELECT_CHALLENGE', { ANSWER: 'PASSWORD', PASSWORD })
  assert.ok(chosen.AuthenticationResult)
  assert.ok((await answer(await start(), 'PASSWORD', { PASSWORD })).AuthenticationResult)
  await assert.rejects(answer(await start(), 'PASSWORD', { PASSWORD: 'Wrong-pass-1' }), incorrect)
  await assert.rejects(
    answer(await start(), 'SELECT_CHALLENGE', { ANSWER: 'SMS_OTP' }),
    refused('InvalidParameterException', 'Selected challenge is not available.'),
  )
  const srp = await answer(await start(), 'PASSWORD_SRP', { SRP_A: 'abcdef0123' })
  assert.equal(srp.ChallengeName, 'PASSWORD_VERIFIER')
  assert.ok(srp.Session)
  const asked = await answer(await start(), 'SELECT_CHALLENGE', { ANSWER: 'EMAIL_OTP' })
  assert.equal(asked.ChallengeName, 'EMAIL_OTP')
  assert.equal(asked.ChallengeParameters!.CODE_DELIVERY_DESTINATION, 'a***@e***')
  const EMAIL_OTP_CODE = await codeFor('ada@example.com')
  assert.match(EMAIL_OTP_CODE, /^\d{8}$/)
  await assert.rejects(
    answer(asked, 'EMAIL_OTP', { EMAIL_OTP_CODE: '00000000' }),
    refused('CodeMismatchException', 'Invalid code or auth state for the user.'),
  )
  assert.ok((await answer(asked, 'EMAIL_OTP', { EMAIL_OTP_CODE })).AuthenticationResult)
  await assert.rejects(
    answer(asked, 'EMAIL_OTP', { EMAIL_OTP_CODE }),
    refused('NotAuthorizedException', /^Invalid session/),
  )
})

test('the preferred challenge comes at once where the user has it, else the choice', async () => {
  const { start, answer, UserPoolId } = await choosing()
  const { idp } = cognito
  assert.ok((await start({ PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD })).AuthenticationResult)
  await assert.rejects(
    start({ PREFERRED_CHALLENGE: 'PASSWORD_SRP' }),
    refused('InvalidParameterException', 'Missing required parameter SRP_A'),
  )
  assert.equal((await start({ PREFERRED_CHALLENGE: 'SMS_OTP' })).ChallengeName, 'SELECT_CHALLENGE')
  const phone = [{ Name: 'phone_number', Value: '+15550100042' }]
  await idp.adminUpdateUserAttributes({ UserPoolId, Username: 'ada', UserAttributes: phone })
  const step = await start({ PREFERRED_CHALLENGE: 'SMS_OTP' })
  assert.equal(step.ChallengeName, 'SMS_OTP')
  assert.equal(step.ChallengeParameters!.CODE_DELIVERY_DELIVERY_MEDIUM, 'SMS')
  const SMS_OTP_CODE = await codeFor('+15550100042')
  const { AuthenticationResult } = await answer(step, 'SMS_OTP', { SMS_OTP_CODE })
  const AccessToken = AuthenticationResult!.AccessToken!
  // The code that arrived has verified the number.
  const verified = decodeJwt(AuthenticationResult!.IdToken!).phone_number_verified
  assert.equal(verified, true)
  const factors = await idp.getUserAuthFactors({ AccessToken })
  assert.equal(factors.Username, 'ada')
  assert.deepEqual(factors.ConfiguredUserAuthFactors, ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP'])
  const told = await idp.adminGetUserAuthFactors({ UserPoolId, Username: 'ada' })
  assert.deepEqual(told.ConfiguredUserAuthFactors, factors.ConfiguredUserAuthFactors)
})

test('a code says nothing about an address that has taken the place of the old one', async () => {
  const { start, answer, UserPoolId } = await choosing()
  const step = await start({ PREFERRED_CHALLENGE: 'EMAIL_OTP' })
  const EMAIL_OTP_CODE = await codeFor('ada@example.com')
  const UserAttributes = [{ Name: 'email', Value: 'other@example.com' }]
  await cognito.idp.adminUpdateUserAttributes({ UserPoolId, Username: 'ada', UserAttributes })
  await assert.rejects(
    answer(step, 'EMAIL_OTP', { EMAIL_OTP_CODE }),
    refused('CodeMismatchException', /./),
  )
})

test('who has a second factor begins with the password', async () => {
  const { start, answer, UserPoolId } = await choosing()
  const { idp } = cognito
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'OPTIONAL',
    EmailMfaConfiguration: { Message: 'Your code is {####}.', Subject: 'Code' },
  })
  const before = await start({ PREFERRED_CHALLENGE: 'EMAIL_OTP' })
  const EMAIL_OTP_CODE = await codeFor('ada@example.com')
  await idp.adminSetUserMFAPreference({
    UserPoolId,
    Username: 'ada',
    EmailMfaSettings: { Enabled: true, PreferredMfa: true },
  })
  await assert.rejects(answer(before, 'EMAIL_OTP', { EMAIL_OTP_CODE }), incorrect)
  const step = await start()
  assert.deepEqual(step.AvailableChallenges, ['PASSWORD', 'PASSWORD_SRP'])
  const second = await answer(step, 'PASSWORD', { PASSWORD })
  assert.equal(second.ChallengeName, 'EMAIL_OTP')
  const code = await codeFor('ada@example.com')
  assert.ok((await answer(second, 'EMAIL_OTP', { EMAIL_OTP_CODE: code })).AuthenticationResult)
  await assert.rejects(
    idp.setUserPoolMfaConfig({
      UserPoolId,
      MfaConfiguration: 'ON',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
    refused('InvalidParameterException', /MFA is required/),
  )
})

test('strangers look like users where the client hides who exists', async () => {
  const { start, answer } = await choosing({}, { PreventUserExistenceErrors: 'ENABLED' })
  const names = Array.from({ length: 12 }, (_, i) => `nobody${i}`)
  const offers = await Promise.all(names.map((name) => start({}, name)))
  const seen = new Set(offers.map(({ AvailableChallenges }) => AvailableChallenges!.join()))
  assert.ok(seen.size > 1 && seen.has('EMAIL_OTP,PASSWORD,PASSWORD_SRP'), [...seen].join(' '))
  const again = await start({}, names[0])
  assert.deepEqual(again.AvailableChallenges, offers[0]!.AvailableChallenges)
  const at = offers.findIndex(({ AvailableChallenges: offered }) => offered!.includes('EMAIL_OTP'))
  const name = names[at]!
  await assert.rejects(answer(offers[at]!, 'PASSWORD', { PASSWORD }, name), incorrect)
  const step = await start({ PREFERRED_CHALLENGE: 'EMAIL_OTP' }, name)
  assert.match(step.ChallengeParameters!.CODE_DELIVERY_DESTINATION!, /^[a-z]\*{3}@[a-z]\*{3}$/)
  await assert.rejects(
    answer(step, 'EMAIL_OTP', { EMAIL_OTP_CODE: '12345678' }, name),
    refused('CodeMismatchException', 'Invalid code or auth state for the user.'),
  )
  const srp = await start({ PREFERRED_CHALLENGE: 'PASSWORD_SRP', SRP_A: 'abcdef' }, name)
  assert.equal(srp.ChallengeParameters!.USER_ID_FOR_SRP, name)
  // The session of one name is of no use with another.
  await assert.rejects(
    answer(offers[at]!, 'PASSWORD_SRP', { SRP_A: 'abcdef' }, 'ada'),
    refused('NotAuthorizedException', /^Invalid session/),
  )
  const open = await choosing()
  await assert.rejects(
    open.start({}, 'nobody'),
    refused('UserNotFoundException', 'User does not exist.'),
  )
})

test('who signs up without a password signs in by the code that confirmed it', async () => {
  const { idp } = cognito
  const { ClientId, UserPoolId, start, answer } = await choosing({
    AutoVerifiedAttributes: ['email'],
  })
  const UserAttributes = [{ Name: 'email', Value: 'eve@example.com' }]
  const who = { ClientId, Username: 'eve' }
  await assert.rejects(idp.signUp(who), refused('InvalidParameterException', /without a password/))
  const signedUp = await idp.signUp({ ...who, UserAttributes })
  const code = { ...who, ConfirmationCode: await codeFor('eve@example.com') }
  const { Session } = await idp.confirmSignUp({ ...code, Session: signedUp.Session })
  const first = { ClientId, AuthFlow: 'USER_AUTH', Session } as const
  const { AuthenticationResult } = await idp.initiateAuth(first)
  assert.ok(AuthenticationResult!.RefreshToken)
  await assert.rejects(
    idp.initiateAuth(first),
    refused('NotAuthorizedException', /^Invalid session/),
  )
  const step = await start({}, 'eve')
  assert.deepEqual(step.AvailableChallenges, ['EMAIL_OTP'])
  const AccessToken = AuthenticationResult!.AccessToken!
  await idp.changePassword({ AccessToken, ProposedPassword: PASSWORD })
  await assert.rejects(
    idp.changePassword({ AccessToken, ProposedPassword: 'Permanent-2' }),
    refused('InvalidParameterException', 'Missing required parameter PreviousPassword'),
  )
  assert.ok(
    (await answer(await start({}, 'eve'), 'PASSWORD', { PASSWORD }, 'eve')).Session === undefined,
  )
  const made = await idp.adminCreateUser({
    UserPoolId,
    Username: 'max',
    UserAttributes: [{ Name: 'email', Value: 'max@example.com' }],
  })
  assert.equal(made.User!.UserStatus, 'CONFIRMED')
  assert.deepEqual((await start({}, 'max')).AvailableChallenges, ['EMAIL_OTP'])
})

test('codes confirm who has not confirmed, and are sent twenty times an hour at most', async () => {
  const { idp } = cognito
  const { ClientId, UserPoolId, start, answer } = await choosing()
  const Username = 'una'
  const UserAttributes = [{ Name: 'email', Value: 'una@example.com' }]
  await idp.signUp({ ClientId, Username, UserAttributes })
  const preferred = () => start({ PREFERRED_CHALLENGE: 'EMAIL_OTP' }, Username)
  const step = await preferred()
  const EMAIL_OTP_CODE = await codeFor('una@example.com')
  assert.ok((await answer(step, 'EMAIL_OTP', { EMAIL_OTP_CODE }, Username)).AuthenticationResult)
  const una = await idp.adminGetUser({ UserPoolId, Username })
  assert.equal(una.UserStatus, 'CONFIRMED')
  for (let i = 1; i < 20; i++) await preferred()
  await assert.rejects(
    preferred(),
    refused('LimitExceededException', 'Attempt limit exceeded, please try after some time.'),
  )
  await advance(cognito, 3_600)
  assert.ok((await preferred()).Session)
})

test('clients and pools that do not allow a choice refuse it', async () => {
  const { start } = await choosing({}, { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] })
  await assert.rejects(
    start(),
    refused('InvalidParameterException', 'USER_AUTH is not enabled for the client.'),
  )
  const { idp } = cognito
  const policies = (factors: 'PASSWORD' | 'SOFTWARE_TOKEN' | 'EMAIL_OTP') => ({
    PoolName: 'refused',
    UserPoolTier: factors === 'EMAIL_OTP' ? ('LITE' as const) : undefined,
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD' as const, factors] } },
  })
  await assert.rejects(
    idp.createUserPool(policies('SOFTWARE_TOKEN')),
    refused('InvalidParameterException', /SOFTWARE_TOKEN/),
  )
  await assert.rejects(
    idp.createUserPool(policies('EMAIL_OTP')),
    refused('FeatureUnavailableInTierException', /LITE/),
  )
})
