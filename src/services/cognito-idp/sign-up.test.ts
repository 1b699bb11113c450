import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import {
  AuthenticationDetails,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
  type NodeCallback,
} from 'amazon-cognito-identity-js'
import { type Cognito, inbox, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

async function app(more: object = {}) {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, {
    AutoVerifiedAttributes: ['email'],
    AliasAttributes: ['email'],
  })
  const made = await idp.createUserPoolClient({ UserPoolId, ClientName: 'app', ...more })
  return { UserPoolId, ClientId: made.UserPoolClient!.ClientId! }
}

const codeFor = async (to: string): Promise<string> => {
  const messages = await inbox(cognito, to)
  const codes = messages.map(({ text }) => /is (\d{6})\.$/.exec(text)?.[1])
  return codes.findLast((code) => code !== undefined)!
}

/** A promise of what a callback is told. */
const told = <T>(run: (callback: NodeCallback<Error, T>) => void) =>
  new Promise<T>((resolve, reject) =>
    run((error, value) => (error ? reject(error) : resolve(value as T))),
  )

test('amazon-cognito-identity-js signs up, confirms, signs in by SRP, refreshes, changes', async () => {
  const { UserPoolId, ClientId } = await app()
  const pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint: `${cognito.house.url}/` })
  const Email = new CognitoUserAttribute({ Name: 'email', Value: 'lin@example.com' })
  const signedUp = await told((done) => pool.signUp('lin', 'Permanent-1', [Email], [], done))
  assert.equal((signedUp as { userConfirmed: boolean }).userConfirmed, false)
  const user = new CognitoUser({ Username: 'lin', Pool: pool })
  const signIn = (Username: string, Password: string) =>
    new Promise<CognitoUserSession>((onSuccess, onFailure) => {
      const somebody = Username === 'lin' ? user : new CognitoUser({ Username, Pool: pool })
      somebody.authenticateUser(new AuthenticationDetails({ Username, Password }), {
        onSuccess,
        onFailure,
      })
    })
  await assert.rejects(signIn('lin', 'Permanent-1'), { code: 'UserNotConfirmedException' })
  const code = await codeFor('lin@example.com')
  await told((done) => user.confirmRegistration(code, false, done))
  await assert.rejects(signIn('lin', 'Wrong-pass-1'), { code: 'NotAuthorizedException' })
  const session = await signIn('lin', 'Permanent-1')
  assert.equal(session.getIdToken().payload['cognito:username'], 'lin')
  assert.ok((await signIn('lin@example.com', 'Permanent-1')).isValid())
  const RefreshToken = session.getRefreshToken().getToken()
  const refreshed = await told<CognitoUserSession>((done) =>
    user.refreshSession(new CognitoRefreshToken({ RefreshToken }), done),
  )
  assert.ok(refreshed.isValid())
  await told((done) => user.changePassword('Permanent-1', 'Permanent-2', done))
  await assert.rejects(signIn('lin', 'Permanent-1'), { code: 'NotAuthorizedException' })
  assert.ok((await signIn('lin', 'Permanent-2')).isValid())
})

test('codes are good once, bounded in number, and a forgotten password is replaced by one', async () => {
  const { idp } = cognito
  const { ClientId, UserPoolId } = await app({ ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })
  const who = { ClientId, Username: 'max' }
  await idp.signUp({
    ...who,
    Password: 'Permanent-1',
    UserAttributes: [{ Name: 'email', Value: 'max@example.com' }],
  })
  await assert.rejects(
    idp.signUp({ ...who, Password: 'Permanent-1' }),
    refused('UsernameExistsException', 'User already exists'),
  )
  await assert.rejects(
    idp.confirmSignUp({ ...who, ConfirmationCode: '000000x' }),
    refused('CodeMismatchException', 'Invalid verification code provided, please try again.'),
  )
  const resent = await idp.resendConfirmationCode(who)
  assert.equal(resent.CodeDeliveryDetails!.Destination, 'm***@e***')
  await idp.confirmSignUp({ ...who, ConfirmationCode: await codeFor('max@example.com') })
  await assert.rejects(
    idp.confirmSignUp({ ...who, ConfirmationCode: await codeFor('max@example.com') }),
    refused('NotAuthorizedException', 'User cannot be confirmed. Current status is CONFIRMED'),
  )
  await idp.forgotPassword(who)
  const ConfirmationCode = await codeFor('max@example.com')
  await idp.confirmForgotPassword({ ...who, ConfirmationCode, Password: 'Permanent-2' })
  await assert.rejects(
    idp.confirmForgotPassword({ ...who, ConfirmationCode, Password: 'Permanent-3' }),
    refused('ExpiredCodeException', 'Invalid code provided, please request a code again.'),
  )
  const { AuthenticationResult } = await idp.initiateAuth({
    ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'max', PASSWORD: 'Permanent-2' },
  })
  for (let i = 1; i < 20; i++) await idp.forgotPassword(who)
  await assert.rejects(
    idp.forgotPassword(who),
    refused('LimitExceededException', 'Attempt limit exceeded, please try after some time.'),
  )

  const AccessToken = AuthenticationResult!.AccessToken!
  const { CodeDeliveryDetailsList } = await idp.updateUserAttributes({
    AccessToken,
    UserAttributes: [{ Name: 'email', Value: 'new@example.com' }],
  })
  assert.equal(CodeDeliveryDetailsList![0]!.AttributeName, 'email')
  await idp.verifyUserAttribute({
    AccessToken,
    AttributeName: 'email',
    Code: await codeFor('new@example.com'),
  })
  const me = await idp.getUser({ AccessToken })
  assert.ok(
    me.UserAttributes!.some(({ Name, Value }) => Name === 'email_verified' && Value === 'true'),
  )
  await assert.rejects(
    idp.updateUserAttributes({
      AccessToken,
      UserAttributes: [{ Name: 'email_verified', Value: 'true' }],
    }),
    refused('NotAuthorizedException', 'A client attempted to write unauthorized attribute'),
  )
  await idp.deleteUser({ AccessToken })
  assert.deepEqual((await idp.listUsers({ UserPoolId })).Users, [])
})

test('nobody learns who has an account, where the client hides it', async () => {
  const { idp } = cognito
  const { ClientId } = await app({ PreventUserExistenceErrors: 'ENABLED' })
  const who = { ClientId, Username: 'nobody' }
  const first = await idp.forgotPassword(who)
  assert.match(first.CodeDeliveryDetails!.Destination!, /^[a-z]\*\*\*@[a-z]\*\*\*$/)
  assert.deepEqual((await idp.forgotPassword(who)).CodeDeliveryDetails, first.CodeDeliveryDetails)
  const guess = { ...who, ConfirmationCode: '123456', Password: 'Permanent-1' }
  await assert.rejects(idp.confirmForgotPassword(guess), refused('CodeMismatchException', /./))
  const srp = () =>
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: 'nobody', SRP_A: 'abcdef1234567890' },
    })
  const [a, b] = [await srp(), await srp()]
  assert.equal(a.ChallengeName, 'PASSWORD_VERIFIER')
  assert.equal(a.ChallengeParameters!.SALT, b.ChallengeParameters!.SALT)
  await assert.rejects(
    idp.respondToAuthChallenge({
      ClientId,
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeResponses: {
        USERNAME: 'nobody',
        PASSWORD_CLAIM_SECRET_BLOCK: a.ChallengeParameters!.SECRET_BLOCK!,
        PASSWORD_CLAIM_SIGNATURE: 'AAAA',
        TIMESTAMP: 'Tue Sep 5 04:05:06 UTC 2026',
      },
    }),
    refused('NotAuthorizedException', 'Incorrect username or password.'),
  )
})

test('where the client hides who exists, codes are sent after the answer', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId } = await app({ PreventUserExistenceErrors: 'ENABLED' })
  const Username = 'rae'
  await idp.adminCreateUser({
    UserPoolId,
    Username,
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: 'rae@example.com' },
      { Name: 'email_verified', Value: 'true' },
    ],
  })
  await idp.adminSetUserPassword({ UserPoolId, Username, Password: 'Permanent-1', Permanent: true })
  const Password = 'Permanent-2'
  const guess = { ClientId, Username, Password, ConfirmationCode: '123456' }
  await assert.rejects(idp.confirmForgotPassword(guess), refused('CodeMismatchException', /./))
  const { CodeDeliveryDetails } = await idp.forgotPassword({ ClientId, Username })
  assert.equal(CodeDeliveryDetails!.Destination, 'r***@e***')
  let ConfirmationCode: string | undefined
  for (let n = 0; n < 100 && ConfirmationCode === undefined; n++) {
    await pause(50)
    ConfirmationCode = await codeFor('rae@example.com')
  }
  await idp.confirmForgotPassword({ ...guess, ConfirmationCode })
})
