import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { decodeJwt } from 'jose'
import { type Functions, functionsFor } from '../../../test/trigger-functions.ts'
import { type Cognito, inbox, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
let functions: Functions
before(async () => {
  cognito = await installCognito()
  functions = await functionsFor(cognito.house)
})
after(async () => {
  await functions.close()
  await cognito.close()
})
beforeEach(() => {
  functions.events.length = 0
})

const Password = 'Permanent-1'

type LambdaConfig = NonNullable<Parameters<Cognito['idp']['createUserPool']>[0]['LambdaConfig']>

async function poolWith(LambdaConfig: LambdaConfig, more = {}) {
  const UserPoolId = await newPool(cognito, { LambdaConfig, ...more })
  const { UserPoolClient } = await cognito.idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'web',
    ExplicitAuthFlows: [
      'ALLOW_USER_PASSWORD_AUTH',
      'ALLOW_ADMIN_USER_PASSWORD_AUTH',
      'ALLOW_CUSTOM_AUTH',
      'ALLOW_REFRESH_TOKEN_AUTH',
      'ALLOW_USER_SRP_AUTH',
    ],
  })
  return { UserPoolId, ClientId: UserPoolClient!.ClientId! }
}

async function withUser(ids: { UserPoolId: string }, Username = 'ada') {
  const { UserPoolId } = ids
  const { idp } = cognito
  await idp.adminCreateUser({
    UserPoolId,
    Username,
    MessageAction: 'SUPPRESS',
    UserAttributes: [{ Name: 'email', Value: `${Username}@example.com` }],
  })
  await idp.adminSetUserPassword({ UserPoolId, Username, Password, Permanent: true })
}

const signIn = ({ ClientId }: { ClientId: string }, USERNAME = 'ada', more = {}) =>
  cognito.idp.initiateAuth({
    ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD: Password },
    ...more,
  })

const sources = () => functions.events.map(({ triggerSource }) => triggerSource)

test('PreSignUp confirms, verifies and refuses; nothing of a refused sign-up is kept', async () => {
  const { idp } = cognito
  const { arn } = functions
  const ids = await poolWith({ PreSignUp: arn, PostConfirmation: arn })
  const { ClientId, UserPoolId } = ids
  functions.answer('PreSignUp_SignUp', ({ userName }) =>
    userName === 'mallory'
      ? new Error('Not you')
      : { autoConfirmUser: true, autoVerifyEmail: true },
  )
  const { UserConfirmed, UserSub } = await idp.signUp({
    ClientId,
    Username: 'ada',
    Password,
    UserAttributes: [{ Name: 'email', Value: 'ada@example.com' }],
    ValidationData: [{ Name: 'invited', Value: 'yes' }],
    ClientMetadata: { from: 'web' },
  })
  assert.equal(UserConfirmed, true)
  const [asked, confirmed] = functions.events
  assert.deepEqual(asked, {
    version: '1',
    region: 'us-east-1',
    userPoolId: UserPoolId,
    userName: 'ada',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: ClientId },
    triggerSource: 'PreSignUp_SignUp',
    request: {
      userAttributes: { email: 'ada@example.com' },
      validationData: { invited: 'yes' },
      clientMetadata: { from: 'web' },
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  })
  assert.equal(confirmed.triggerSource, 'PostConfirmation_ConfirmSignUp')
  assert.equal(confirmed.request.userAttributes.sub, UserSub)
  assert.equal(confirmed.request.userAttributes['cognito:user_status'], 'CONFIRMED')
  const told = await idp.adminGetUser({ UserPoolId, Username: 'ada' })
  const verified = told.UserAttributes!.find(({ Name }) => Name === 'email_verified')
  assert.equal(verified?.Value, 'true')
  await assert.rejects(
    idp.signUp({ ClientId, Username: 'mallory', Password }),
    refused('UserLambdaValidationException', 'PreSignUp failed with error Not you.'),
  )
  await assert.rejects(
    idp.adminGetUser({ UserPoolId, Username: 'mallory' }),
    refused('UserNotFoundException', 'User does not exist.'),
  )
  functions.answer('PreSignUp_SignUp', () => 'garbage')
  await assert.rejects(
    idp.signUp({ ClientId, Username: 'eve', Password }),
    refused('InvalidLambdaResponseException', 'Unrecognizable lambda output'),
  )
})

test('a function that the pool may not ask fails the call', async () => {
  const { idp } = cognito
  const other = functions.arn.replace(/trigger$/, 'nowhere')
  const { ClientId } = await poolWith({ PreSignUp: other })
  await assert.rejects(
    idp.signUp({ ClientId, Username: 'ada', Password }),
    refused('UnexpectedLambdaException', /^PreSignUp invocation failed due to error \w+\.$/),
  )
})

test('functions before and after a sign-in hear what the app passes on', async () => {
  const { arn } = functions
  const ids = await poolWith({ PreAuthentication: arn, PostAuthentication: arn })
  await withUser(ids)
  await signIn(ids, 'ada', { ClientMetadata: { seen: 'first' } })
  assert.deepEqual(sources(), [
    'PreAuthentication_Authentication',
    'PostAuthentication_Authentication',
  ])
  assert.deepEqual(functions.events[0].request.validationData, { seen: 'first' })
  assert.equal(functions.events[1].request.newDeviceUsed, false)
  assert.equal(functions.events[1].request.clientMetadata, undefined)
  functions.answer('PreAuthentication_Authentication', () => new Error('Closed today'))
  await assert.rejects(
    signIn(ids),
    refused('UserLambdaValidationException', 'PreAuthentication failed with error Closed today.'),
  )
})

test('tokens have the claims that the first version of the event changes', async () => {
  const ids = await poolWith({ PreTokenGeneration: functions.arn })
  await withUser(ids)
  functions.answer('TokenGeneration_Authentication', () => ({
    claimsOverrideDetails: {
      claimsToAddOrOverride: { team: 'red', sub: 'forged', count: 1 },
      claimsToSuppress: ['email'],
      groupOverrideDetails: { groupsToOverride: ['everyone'] },
    },
  }))
  const { AuthenticationResult } = await signIn(ids)
  const id = decodeJwt(AuthenticationResult!.IdToken!)
  const access = decodeJwt(AuthenticationResult!.AccessToken!)
  assert.equal(id.team, 'red')
  assert.notEqual(id.sub, 'forged')
  assert.equal(id.count, undefined)
  assert.equal(id.email, undefined)
  assert.deepEqual(id['cognito:groups'], ['everyone'])
  assert.deepEqual(access['cognito:groups'], ['everyone'])
  assert.equal(access.team, undefined)
  functions.events.length = 0
  await cognito.idp.initiateAuth({
    ClientId: ids.ClientId,
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    AuthParameters: { REFRESH_TOKEN: AuthenticationResult!.RefreshToken! },
  })
  assert.deepEqual(sources(), ['TokenGeneration_RefreshTokens'])
})

test('the second version changes access tokens, scopes, and claims of any shape', async () => {
  const ids = await poolWith({
    PreTokenGenerationConfig: { LambdaArn: functions.arn, LambdaVersion: 'V2_0' },
  })
  await withUser(ids)
  functions.answer('TokenGeneration_Authentication', () => ({
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: { claimsToAddOrOverride: { prefs: { dark: true } } },
      accessTokenGeneration: {
        claimsToAddOrOverride: { level: 3, aud: 'other', client_id: 'forged' },
        scopesToAdd: ['books/read'],
        scopesToSuppress: ['aws.cognito.signin.user.admin'],
      },
    },
  }))
  const { AuthenticationResult } = await signIn(ids)
  const [event] = functions.events
  assert.equal(event.version, '2')
  assert.deepEqual(event.request.scopes, ['aws.cognito.signin.user.admin'])
  const access = decodeJwt(AuthenticationResult!.AccessToken!)
  assert.equal(access.scope, 'books/read')
  assert.equal(access.level, 3)
  assert.equal(access.aud, undefined)
  assert.equal(access.client_id, ids.ClientId)
  assert.deepEqual(decodeJwt(AuthenticationResult!.IdToken!).prefs, { dark: true })
})

test('a custom sign-in goes round until the functions are content', async () => {
  const { arn } = functions
  const { idp } = cognito
  const ids = await poolWith({
    DefineAuthChallenge: arn,
    CreateAuthChallenge: arn,
    VerifyAuthChallengeResponse: arn,
  })
  await withUser(ids)
  functions.answer('DefineAuthChallenge_Authentication', ({ request }) => {
    const { session } = request
    if (session.length >= 3) return { failAuthentication: true }
    const last = session.at(-1)
    if (last?.challengeResult) return { issueTokens: true }
    return { challengeName: 'CUSTOM_CHALLENGE' }
  })
  functions.answer('CreateAuthChallenge_Authentication', () => ({
    publicChallengeParameters: { question: 'one and one?' },
    privateChallengeParameters: { answer: '2' },
    challengeMetadata: 'sums',
  }))
  functions.answer('VerifyAuthChallengeResponse_Authentication', ({ request }) => ({
    answerCorrect: request.challengeAnswer === request.privateChallengeParameters.answer,
  }))
  const { ClientId } = ids
  const begin = () =>
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'CUSTOM_AUTH',
      AuthParameters: { USERNAME: 'ada' },
    })
  const reply = (Session: string | undefined, ANSWER: string) =>
    idp.respondToAuthChallenge({
      ClientId,
      Session,
      ChallengeName: 'CUSTOM_CHALLENGE',
      ChallengeResponses: { USERNAME: 'ada', ANSWER },
    })
  const first = await begin()
  assert.equal(first.ChallengeName, 'CUSTOM_CHALLENGE')
  assert.deepEqual(first.ChallengeParameters, { USERNAME: 'ada', question: 'one and one?' })
  const second = await reply(first.Session, '3')
  assert.equal(second.ChallengeName, 'CUSTOM_CHALLENGE')
  await assert.rejects(
    reply(first.Session, '2'),
    refused('NotAuthorizedException', /only be used once/),
  )
  const done = await reply(second.Session, '2')
  assert.ok(done.AuthenticationResult?.AccessToken)
  const last = functions.events.findLast(
    ({ triggerSource }) => triggerSource === 'DefineAuthChallenge_Authentication',
  )
  assert.deepEqual(last.request.session, [
    { challengeName: 'CUSTOM_CHALLENGE', challengeResult: false, challengeMetadata: 'sums' },
    { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true, challengeMetadata: 'sums' },
  ])
  let { Session } = await begin()
  for (let n = 0; n < 2; n++) ({ Session } = await reply(Session, 'no'))
  await assert.rejects(
    reply(Session, 'no'),
    refused('NotAuthorizedException', 'Incorrect username or password.'),
  )
})

test('users come over from another directory at their first sign-in', async () => {
  const ids = await poolWith({ UserMigration: functions.arn })
  functions.answer('UserMigration_Authentication', ({ userName, request }) =>
    userName === 'bob' && request.password === Password
      ? {
          userAttributes: { email: 'bob@example.com', email_verified: 'true' },
          finalUserStatus: 'CONFIRMED',
          messageAction: 'SUPPRESS',
        }
      : new Error('Bad password'),
  )
  assert.ok((await signIn(ids, 'bob')).AuthenticationResult)
  functions.events.length = 0
  assert.ok((await signIn(ids, 'bob')).AuthenticationResult)
  assert.deepEqual(sources(), [])
  await assert.rejects(
    signIn(ids, 'carol'),
    refused('UserLambdaValidationException', 'UserMigration failed with error Bad password.'),
  )
})

test('messages are worded by a function', async () => {
  const { idp } = cognito
  const ids = await poolWith(
    { CustomMessage: functions.arn },
    { AutoVerifiedAttributes: ['email'] },
  )
  functions.answer('CustomMessage_SignUp', ({ request }) => ({
    emailSubject: 'Hello',
    emailMessage: `Come in with ${request.codeParameter}`,
  }))
  functions.answer('CustomMessage_ResendCode', () => ({ emailMessage: 'no code at all' }))
  const { ClientId } = ids
  const UserAttributes = [{ Name: 'email', Value: 'words@example.com' }]
  await idp.signUp({ ClientId, Username: 'words', Password, UserAttributes })
  await idp.resendConfirmationCode({ ClientId, Username: 'words' })
  const [worded, plain] = await inbox(cognito, 'words@example.com')
  assert.equal(worded!.subject, 'Hello')
  assert.match(worded!.text, /^Come in with \d{6}$/)
  assert.match(plain!.text, /\d{6}/)
})

test('a link in a mail confirms a sign-up', async () => {
  const { idp } = cognito
  const ids = await poolWith(
    {},
    {
      AutoVerifiedAttributes: ['email'],
      VerificationMessageTemplate: {
        DefaultEmailOption: 'CONFIRM_WITH_LINK',
        EmailMessageByLink: 'Please {##click here##}',
      },
    },
  )
  const { ClientId, UserPoolId } = ids
  const UserAttributes = [{ Name: 'email', Value: 'link@example.com' }]
  await idp.signUp({ ClientId, Username: 'link', Password, UserAttributes })
  const [mail] = await inbox(cognito, 'link@example.com')
  const link = /https?:\S+/.exec(mail!.text)![0]
  const wrong = await fetch(link.replace(/\d{6}$/, '000000'))
  assert.equal(wrong.status, 400)
  const answer = await fetch(link)
  assert.equal(answer.status, 200, await answer.text())
  const { UserStatus } = await idp.adminGetUser({ UserPoolId, Username: 'link' })
  assert.equal(UserStatus, 'CONFIRMED')
  assert.equal((await fetch(link)).status, 400)
})
