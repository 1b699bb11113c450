import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { type Cognito, inbox, installCognito, newPool, refused } from './pools.test-support.ts'
import { advance, PASSWORD } from './sign-in.test-support.ts'
import { away, home, protectedPool } from './threat-protection.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

test('what a user does is listed, newest first, and its id is in the tokens', async () => {
  const { idp } = cognito
  const { UserPoolId, events, signIn } = await protectedPool(cognito, 'AUDIT')
  await assert.rejects(
    signIn(home, 'wrong-Password-1'),
    refused('NotAuthorizedException', /Incorrect/),
  )
  const { AuthenticationResult } = await signIn(home)
  const { event_id } = decodeJwt(AuthenticationResult!.IdToken!)
  const [passed, failed, ...none] = await events()
  assert.deepEqual(none, [])
  assert.equal(passed!.EventId, event_id)
  assert.equal(passed!.EventType, 'SignIn')
  assert.equal(passed!.EventResponse, 'Pass')
  assert.deepEqual(passed!.EventRisk, {
    RiskDecision: 'NoRisk',
    CompromisedCredentialsDetected: false,
  })
  assert.deepEqual(passed!.ChallengeResponses, [
    { ChallengeName: 'Password', ChallengeResponse: 'Success' },
  ])
  assert.deepEqual(passed!.EventContextData, {
    IpAddress: '198.51.100.7',
    DeviceName: 'Chrome 126, Windows',
    Timezone: '+01:00',
  })
  assert.equal(failed!.EventResponse, 'Fail')
  assert.equal(failed!.ChallengeResponses![0]!.ChallengeResponse, 'Failure')
  const first = await idp.adminListUserAuthEvents({ UserPoolId, Username: 'ada', MaxResults: 1 })
  assert.equal(first.AuthEvents![0]!.EventId, event_id)
  const second = await idp.adminListUserAuthEvents({
    UserPoolId,
    Username: 'ada',
    MaxResults: 1,
    NextToken: first.NextToken!,
  })
  assert.equal(second.AuthEvents![0]!.EventId, failed!.EventId)
  assert.equal(second.NextToken, undefined)
})

test('tokens of a refresh name the event of the sign-in', async () => {
  const { idp } = cognito
  const { ClientId, hash, signIn } = await protectedPool(cognito, 'AUDIT')
  const { AuthenticationResult } = await signIn(home)
  const again = await idp.initiateAuth({
    ClientId,
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    AuthParameters: {
      REFRESH_TOKEN: AuthenticationResult!.RefreshToken!,
      SECRET_HASH: hash('ada'),
    },
  })
  const eventOf = (token: string | undefined) => decodeJwt(token!).event_id
  assert.equal(
    eventOf(again.AuthenticationResult!.AccessToken),
    eventOf(AuthenticationResult!.AccessToken),
  )
})

test('sign-ups, codes and changed passwords are events, too', async () => {
  const { idp } = cognito
  const { ClientId, events, hash } = await protectedPool(cognito, 'AUDIT', {
    AutoVerifiedAttributes: ['email'],
  })
  const Username = 'grace'
  const named = { ClientId, Username, SecretHash: hash(Username) }
  await idp.signUp({
    ...named,
    Password: PASSWORD,
    UserAttributes: [{ Name: 'email', Value: 'grace@example.com' }],
    UserContextData: home,
  })
  await idp.resendConfirmationCode(named)
  const { text } = (await inbox(cognito, 'grace@example.com')).at(-1)!
  await idp.confirmSignUp({ ...named, ConfirmationCode: /\d{6}/.exec(text)![0] })
  await idp.forgotPassword({ ...named, UserContextData: away })
  const reset = /\d{6}/.exec((await inbox(cognito, 'grace@example.com')).at(-1)!.text)![0]
  await idp.confirmForgotPassword({ ...named, ConfirmationCode: reset, Password: 'Another-Way-7' })
  const { AuthenticationResult } = await idp.initiateAuth({
    ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: {
      USERNAME: Username,
      PASSWORD: 'Another-Way-7',
      SECRET_HASH: hash(Username),
    },
  })
  await idp.changePassword({
    AccessToken: AuthenticationResult!.AccessToken!,
    PreviousPassword: 'Another-Way-7',
    ProposedPassword: 'Another-Way-8',
  })
  const told = (await events(Username)).map(({ EventType, EventResponse }) => [
    EventType,
    EventResponse,
  ])
  assert.deepEqual(told, [
    ['PasswordChange', 'Pass'],
    ['SignIn', 'Pass'],
    ['ForgotPassword', 'Pass'],
    ['ForgotPassword', 'InProgress'],
    ['ResendCode', 'Pass'],
    ['SignUp', 'InProgress'],
  ])
  const [, , , asked] = await events(Username)
  assert.equal(asked!.EventContextData!.IpAddress, '203.0.113.9')
})

test('administrators say whether an event was valid', async () => {
  const { idp } = cognito
  const { UserPoolId, events, signIn } = await protectedPool(cognito, 'AUDIT')
  await signIn(home)
  const [event] = await events()
  const named = { UserPoolId, Username: 'ada', EventId: event!.EventId! }
  await idp.adminUpdateAuthEventFeedback({ ...named, FeedbackValue: 'Valid' })
  const { FeedbackValue, Provider } = (await events())[0]!.EventFeedback!
  assert.deepEqual([FeedbackValue, Provider], ['Valid', 'Admin'])
  await assert.rejects(
    idp.adminUpdateAuthEventFeedback({ ...named, EventId: 'nothing', FeedbackValue: 'Valid' }),
    refused('ResourceNotFoundException', /does not exist/),
  )
  await assert.rejects(
    idp.updateAuthEventFeedback({ ...named, FeedbackToken: 'made-up', FeedbackValue: 'Valid' }),
    refused('NotAuthorizedException', 'Invalid feedback token.'),
  )
})

test('pools without threat protection keep no events', async () => {
  const UserPoolId = await newPool(cognito)
  await assert.rejects(
    cognito.idp.adminListUserAuthEvents({ UserPoolId, Username: 'ada' }),
    refused('UserPoolAddOnNotEnabledException', /not enabled/),
  )
})

test('events end after two years, or with their user', async () => {
  const { idp } = cognito
  const { UserPoolId, events, signIn } = await protectedPool(cognito, 'AUDIT')
  await signIn(home)
  await advance(cognito, 365 * 86_400)
  await signIn(home)
  assert.equal((await events()).length, 2)
  await advance(cognito, 366 * 86_400)
  assert.equal((await events()).length, 1)
  await advance(cognito, 31 * 86_400)
  assert.equal((await events()).length, 1)
  await idp.adminDeleteUser({ UserPoolId, Username: 'ada' })
  await idp.adminCreateUser({ UserPoolId, Username: 'ada', MessageAction: 'SUPPRESS' })
  assert.deepEqual(await events(), [])
})
