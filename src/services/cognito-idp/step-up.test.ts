import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { fromBase32 } from '../../../test/authenticator.ts'
import { totp as codeAt, timeStep } from '../../crypto/totp.ts'
import { type Cognito, inbox, installCognito, refused } from './pools.test-support.ts'
import { advance, PASSWORD, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

const loa = (level: number) => `urn:cognito:loa:${level}`

/** A pool where `ada` has a password, an authenticator app and mail. */
async function climbing(pool: object = {}) {
  const { idp, house } = cognito
  const people = await signInPool(
    cognito,
    {
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } },
      ...pool,
    },
    {
      ExplicitAuthFlows: [
        'ALLOW_USER_AUTH',
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
      ],
    },
  )
  const { ClientId, UserPoolId } = people
  await people.confirm()
  const start = (more: Record<string, string>) =>
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'USER_AUTH',
      AuthParameters: { USERNAME: 'ada', ...more },
    })
  const answer = (
    step: { Session?: string | undefined },
    ChallengeName: 'SOFTWARE_TOKEN_MFA' | 'EMAIL_OTP' | 'PASSWORD',
    more: Record<string, string>,
  ) =>
    idp.respondToAuthChallenge({
      ClientId,
      ChallengeName,
      Session: step.Session,
      ChallengeResponses: { USERNAME: 'ada', ...more },
    })
  const enter = async () => (await people.signIn()).AuthenticationResult!
  /** Gives `ada` an app, which signs in from then on only where it is asked for. */
  const withApp = async () => {
    const { AccessToken } = await enter()
    await idp.setUserPoolMfaConfig({
      UserPoolId,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    })
    const { SecretCode } = await idp.associateSoftwareToken({ AccessToken })
    const code = () =>
      codeAt(fromBase32(SecretCode!), timeStep(new Date(house.app.house.clock.now())))
    await idp.verifySoftwareToken({ AccessToken: AccessToken!, UserCode: code() })
    await idp.adminSetUserMFAPreference({
      UserPoolId,
      Username: 'ada',
      SoftwareTokenMfaSettings: { Enabled: true },
    })
    return { code, AccessToken: AccessToken! }
  }
  return { ...people, start, answer, enter, withApp }
}

test('tokens tell how a user has signed in, and go on telling it', async () => {
  const { enter, start, answer, ClientId } = await climbing()
  const first = await enter()
  const claims = decodeJwt(first.IdToken!)
  assert.deepEqual([claims.acr, claims.amr], [loa(1), ['pwd']])
  const refreshed = await cognito.idp.getTokensFromRefreshToken({
    ClientId,
    RefreshToken: first.RefreshToken!,
  })
  assert.equal(decodeJwt(refreshed.AuthenticationResult!.AccessToken!).acr, loa(1))
  const step = await start({ PREFERRED_CHALLENGE: 'EMAIL_OTP' })
  const texts = (await inbox(cognito, 'ada@example.com')).map(({ text }) => text)
  const EMAIL_OTP_CODE = /code is (\d+)\./.exec(texts.at(-1)!)![1]!
  const { AuthenticationResult } = await answer(step, 'EMAIL_OTP', { EMAIL_OTP_CODE })
  const mailed = decodeJwt(AuthenticationResult!.AccessToken!)
  assert.deepEqual([mailed.acr, mailed.amr], [loa(2), ['email_otp']])
})

test('a step up asks only for what the token does not credit', async () => {
  const { start, answer, withApp } = await climbing()
  const { code, AccessToken } = await withApp()
  const up = { TARGET_ACR_VALUES: `unknown ${loa(4)} ${loa(1)}`, ACCESS_TOKEN: AccessToken }
  await advance(cognito, 60)
  const step = await start(up)
  assert.equal(step.ChallengeName, 'SOFTWARE_TOKEN_MFA')
  const { AuthenticationResult } = await answer(step, 'SOFTWARE_TOKEN_MFA', {
    SOFTWARE_TOKEN_MFA_CODE: code(),
  })
  const claims = decodeJwt(AuthenticationResult!.IdToken!)
  assert.deepEqual([claims.acr, claims.amr], [loa(4), ['pwd', 'otp', 'mfa']])
  await assert.rejects(
    start({ ...up, ACCESS_TOKEN: AuthenticationResult!.AccessToken! }),
    refused('InvalidParameterException', 'The access token already meets the requested level.'),
  )
  // A sign-in that is too long ago credits nothing.
  const late = await start({ ...up, MAX_AGE: '30' })
  assert.deepEqual(late.AvailableChallenges, ['PASSWORD', 'PASSWORD_SRP'])
  const second = await answer(late, 'PASSWORD', { PASSWORD })
  assert.equal(second.ChallengeName, 'SOFTWARE_TOKEN_MFA')
})

test('from scratch, a level is reached as a whole or not at all', async () => {
  const { start, answer } = await climbing()
  const none = refused('InvalidParameterException', /no factors/)
  await assert.rejects(start({ TARGET_ACR_VALUES: loa(4) }), none)
  await assert.rejects(start({ TARGET_ACR_VALUES: loa(3) }), none)
  const two = await start({ TARGET_ACR_VALUES: loa(2) })
  assert.deepEqual(two.AvailableChallenges, ['EMAIL_OTP'])
  await assert.rejects(
    answer(two, 'PASSWORD', { PASSWORD }),
    refused('InvalidParameterException', 'Selected challenge is not available.'),
  )
  await assert.rejects(
    start({ TARGET_ACR_VALUES: 'gold' }),
    refused('InvalidParameterException', /None of the TARGET_ACR_VALUES/),
  )
  const { AuthenticationResult } = await answer(
    await start({ TARGET_ACR_VALUES: loa(1) }),
    'PASSWORD',
    { PASSWORD },
  )
  const ACCESS_TOKEN = AuthenticationResult!.AccessToken!
  await assert.rejects(
    start({ ACCESS_TOKEN }),
    refused('InvalidParameterException', /only with TARGET_ACR_VALUES/),
  )
  await assert.rejects(
    start({ TARGET_ACR_VALUES: loa(2), ACCESS_TOKEN: `${ACCESS_TOKEN.slice(0, -6)}AAAAAA` }),
    refused('NotAuthorizedException', 'Invalid Access Token'),
  )
  const other = await climbing()
  await assert.rejects(
    other.start({ TARGET_ACR_VALUES: loa(2), ACCESS_TOKEN }),
    refused('NotAuthorizedException', 'Invalid Access Token'),
  )
})

test('levels have names, which are those of the pool', async () => {
  const { idp } = cognito
  const gold = { Level4: { AcrValue: 'gold' }, Level1: { AcrValue: 'bronze' } }
  const { enter, UserPoolId } = await climbing({ AcrConfiguration: gold })
  const { UserPool } = await idp.describeUserPool({ UserPoolId })
  assert.deepEqual(UserPool!.AcrConfiguration, {
    Level1: { AcrValue: 'bronze' },
    Level2: { AcrValue: loa(2) },
    Level3: { AcrValue: loa(3) },
    Level4: { AcrValue: 'gold' },
  })
  assert.equal(decodeJwt((await enter()).AccessToken!).acr, 'bronze')
  const create = (AcrConfiguration: object, more: object = {}) =>
    idp.createUserPool({ PoolName: 'levels', AcrConfiguration: AcrConfiguration as never, ...more })
  for (const bad of [
    { Level1: { AcrValue: loa(3) } },
    { Level1: { AcrValue: 'with space' } },
    { Level5: { AcrValue: 'five' } },
  ])
    await assert.rejects(
      create(bad),
      refused('InvalidParameterException', /AcrConfiguration|AcrValue/),
    )
  await assert.rejects(
    create(gold, { UserPoolTier: 'LITE' }),
    refused('FeatureUnavailableInTierException', /LITE/),
  )
})
