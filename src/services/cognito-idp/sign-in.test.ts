import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { fromBase32 } from '../../../test/authenticator.ts'
import { totp as codeAt, timeStep } from '../../crypto/totp.ts'
import { type Cognito, inbox, installCognito, refused } from './pools.test-support.ts'
import { PASSWORD, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--issuer', 'aws', '--test-clock')
})
after(() => cognito.close())

const people = (pool?: object, client?: object) => signInPool(cognito, pool, client)

const keysOf = async (pool: string) => {
  const answer = await fetch(`${cognito.house.url}/${pool}/.well-known/jwks.json`)
  assert.equal(answer.status, 200)
  return answer.json()
}

test('tokens carry AWS claims, and aws-jwt-verify accepts them', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, confirm, signIn } = await people()
  await confirm()
  const role = 'arn:aws:iam::000000000000:role/reader'
  await idp.createGroup({ UserPoolId, GroupName: 'readers', Precedence: 1, RoleArn: role })
  await idp.adminAddUserToGroup({ UserPoolId, Username: 'ada', GroupName: 'readers' })
  const { AuthenticationResult: result } = await signIn()
  const jwks = (await keysOf(UserPoolId)) as never
  const clientId = ClientId
  const ids = CognitoJwtVerifier.create({ userPoolId: UserPoolId, tokenUse: 'id', clientId })
  ids.cacheJwks(jwks)
  const id = await ids.verify(result!.IdToken!)
  assert.equal(id['cognito:username'], 'ada')
  assert.equal(id.email, 'ada@example.com')
  assert.equal(id.email_verified, true)
  assert.deepEqual(id['cognito:groups'], ['readers'])
  assert.deepEqual(id['cognito:roles'], [role])
  assert.equal(id['cognito:preferred_role'], role)
  assert.equal(id.exp - id.iat, 3_600)
  const accesses = CognitoJwtVerifier.create({
    userPoolId: UserPoolId,
    tokenUse: 'access',
    clientId,
    scope: 'aws.cognito.signin.user.admin',
  })
  accesses.cacheJwks(jwks)
  const access = await accesses.verify(result!.AccessToken!)
  assert.equal(access.username, 'ada')
  assert.equal(access.origin_jti, id.origin_jti)
  const me = await idp.getUser({ AccessToken: result!.AccessToken! })
  assert.equal(me.Username, 'ada')
  const discovery = await fetch(
    `${cognito.house.url}/${UserPoolId}/.well-known/openid-configuration`,
  )
  assert.equal(((await discovery.json()) as { issuer: string }).issuer, access.iss)
  assert.equal(
    (await fetch(`${cognito.house.url}/us-east-1_none/.well-known/jwks.json`)).status,
    404,
  )
})

test('a temporary password must be replaced, in a session that is good once', async () => {
  const { idp } = cognito
  const { ClientId, signIn } = await people()
  const step = await signIn('Temporary-1')
  assert.equal(step.ChallengeName, 'NEW_PASSWORD_REQUIRED')
  const answer = (NEW_PASSWORD: string) =>
    idp.respondToAuthChallenge({
      ClientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: step.Session,
      ChallengeResponses: { USERNAME: 'ada', NEW_PASSWORD },
    })
  await assert.rejects(answer('short'), refused('InvalidPasswordException', /not long enough/))
  assert.ok((await answer(PASSWORD)).AuthenticationResult?.AccessToken)
  await assert.rejects(answer(PASSWORD), refused('NotAuthorizedException', /^Invalid session/))
  assert.ok((await signIn()).AuthenticationResult?.RefreshToken)
})

test('wrong passwords lock; nobody learns who exists where the client hides it', async () => {
  const { confirm, signIn } = await people({}, { PreventUserExistenceErrors: 'ENABLED' })
  await confirm()
  const incorrect = refused('NotAuthorizedException', 'Incorrect username or password.')
  await assert.rejects(signIn(PASSWORD, 'nobody'), incorrect)
  for (let i = 0; i < 5; i++) await assert.rejects(signIn('Wrong-pass-1'), incorrect)
  await assert.rejects(signIn(), refused('NotAuthorizedException', 'Password attempts exceeded'))
  await cognito.house.ask('POST', 'clock', { body: { advanceSeconds: 2 } })
  assert.ok((await signIn()).AuthenticationResult)
  const open = await people()
  await assert.rejects(
    open.signIn(PASSWORD, 'nobody'),
    refused('UserNotFoundException', 'User does not exist.'),
  )
})

test('a client secret must be proven, also by administrators and when refreshing', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, secret, confirm, signIn } = await people(
    {},
    { GenerateSecret: true },
  )
  await confirm()
  await assert.rejects(
    signIn(),
    refused(
      'NotAuthorizedException',
      `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    ),
  )
  const hash = (name: string) =>
    createHmac('sha256', secret!)
      .update(name + ClientId)
      .digest('base64')
  const admin = (SECRET_HASH: string) =>
    idp.adminInitiateAuth({
      UserPoolId,
      ClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ada', PASSWORD, SECRET_HASH },
    })
  await assert.rejects(
    admin(hash('eve')),
    refused('NotAuthorizedException', `Unable to verify secret hash for client ${ClientId}`),
  )
  const { AuthenticationResult } = await admin(hash('ada'))
  const again = await idp.initiateAuth({
    ClientId,
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    AuthParameters: {
      REFRESH_TOKEN: AuthenticationResult!.RefreshToken!,
      SECRET_HASH: hash('ada'),
    },
  })
  assert.ok(again.AuthenticationResult!.IdToken)
  assert.equal(again.AuthenticationResult!.RefreshToken, undefined)
  const RefreshToken = AuthenticationResult!.RefreshToken!
  const told = (ClientSecret?: string) =>
    idp.getTokensFromRefreshToken({ ClientId, RefreshToken, ClientSecret })
  assert.ok((await told(secret)).AuthenticationResult!.AccessToken)
  await assert.rejects(
    told('x'.repeat(51)),
    refused('NotAuthorizedException', `Unable to verify secret for client ${ClientId}`),
  )
})

test('tokens end: by sign-out, revocation, time, and with their user', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, confirm, signIn } = await people()
  await confirm()
  const refresh = (REFRESH_TOKEN: string) =>
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN },
    })
  const revoked = refused('NotAuthorizedException', 'Access Token has been revoked')
  const first = (await signIn()).AuthenticationResult!
  const second = (await signIn()).AuthenticationResult!
  await idp.revokeToken({ ClientId, Token: first.RefreshToken! })
  await assert.rejects(idp.getUser({ AccessToken: first.AccessToken! }), revoked)
  await assert.rejects(
    refresh(first.RefreshToken!),
    refused('NotAuthorizedException', 'Refresh Token has been revoked'),
  )
  assert.ok((await refresh(second.RefreshToken!)).AuthenticationResult)
  await idp.globalSignOut({ AccessToken: second.AccessToken! })
  await assert.rejects(idp.getUser({ AccessToken: second.AccessToken! }), revoked)
  const third = (await signIn()).AuthenticationResult!
  await idp.adminUserGlobalSignOut({ UserPoolId, Username: 'ada' })
  await assert.rejects(idp.getUser({ AccessToken: third.AccessToken! }), revoked)
  const forged = `${third.AccessToken!.slice(0, -6)}AAAAAA`
  await assert.rejects(
    idp.getUser({ AccessToken: forged }),
    refused('NotAuthorizedException', 'Invalid Access Token'),
  )
  await assert.rejects(
    idp.getUser({ AccessToken: third.IdToken! }),
    refused('NotAuthorizedException', 'Invalid Access Token'),
  )
  const fourth = (await signIn()).AuthenticationResult!
  await cognito.house.ask('POST', 'clock', { body: { advanceSeconds: 3_601 } })
  await assert.rejects(
    idp.getUser({ AccessToken: fourth.AccessToken! }),
    refused('NotAuthorizedException', 'Access Token has expired'),
  )
  const fifth = (await refresh(fourth.RefreshToken!)).AuthenticationResult!
  await idp.adminDeleteUser({ UserPoolId, Username: 'ada' })
  await assert.rejects(
    idp.getUser({ AccessToken: fifth.AccessToken! }),
    refused('UserNotFoundException', 'User does not exist.'),
  )
})

test('flows that the client does not allow are refused', async () => {
  const { confirm, signIn } = await people({}, { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] })
  await confirm()
  await assert.rejects(
    signIn(),
    refused('InvalidParameterException', 'USER_PASSWORD_AUTH flow not enabled for this client'),
  )
})

const now = async () => {
  const { json } = await cognito.house.ask('GET', 'clock')
  return new Date(json.now ?? json.time)
}

test('a required software token is set up in the sign-in, and asked for from then on', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, confirm, signIn } = await people()
  await confirm()
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'ON',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  })
  const step = await signIn()
  assert.equal(step.ChallengeName, 'MFA_SETUP')
  const associated = await idp.associateSoftwareToken({ Session: step.Session })
  const secret = fromBase32(associated.SecretCode!)
  const code = async (ahead = 0) => codeAt(secret, timeStep(await now()) + ahead)
  await assert.rejects(
    idp.verifySoftwareToken({ Session: associated.Session, UserCode: '000000' }),
    refused('EnableSoftwareTokenMFAException', 'Code mismatch'),
  )
  const shown = await idp.verifySoftwareToken({
    Session: associated.Session,
    UserCode: await code(),
  })
  assert.equal(shown.Status, 'SUCCESS')
  const { AuthenticationResult } = await idp.respondToAuthChallenge({
    ClientId,
    ChallengeName: 'MFA_SETUP',
    Session: shown.Session,
    ChallengeResponses: { USERNAME: 'ada' },
  })
  const me = await idp.getUser({ AccessToken: AuthenticationResult!.AccessToken! })
  assert.equal(me.PreferredMfaSetting, 'SOFTWARE_TOKEN_MFA')

  const next = await signIn()
  assert.equal(next.ChallengeName, 'SOFTWARE_TOKEN_MFA')
  const answer = (SOFTWARE_TOKEN_MFA_CODE: string) =>
    idp.respondToAuthChallenge({
      ClientId,
      ChallengeName: 'SOFTWARE_TOKEN_MFA',
      Session: next.Session,
      ChallengeResponses: { USERNAME: 'ada', SOFTWARE_TOKEN_MFA_CODE },
    })
  await assert.rejects(
    answer(await code()),
    refused('ExpiredCodeException', 'Your software token has already been used once.'),
  )
  await assert.rejects(answer('000000'), refused('CodeMismatchException', /./))
  assert.ok((await answer(await code(1))).AuthenticationResult)
})

test('a code by mail is a second factor', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, confirm, signIn } = await people()
  await confirm()
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'OPTIONAL',
    EmailMfaConfiguration: { Message: 'Use {####} now', Subject: 'Code' },
  })
  assert.ok((await signIn()).AuthenticationResult)
  await idp.adminSetUserMFAPreference({
    UserPoolId,
    Username: 'ada',
    EmailMfaSettings: { Enabled: true, PreferredMfa: true },
  })
  const step = await signIn()
  assert.equal(step.ChallengeName, 'EMAIL_OTP')
  assert.equal(step.ChallengeParameters!.CODE_DELIVERY_DESTINATION, 'a***@e***')
  const texts = (await inbox(cognito, 'ada@example.com')).map(({ text }) => text)
  const code = texts.map((text) => /^Use (\d{8}) now$/.exec(text)?.[1]).find(Boolean)
  const { AuthenticationResult } = await idp.respondToAuthChallenge({
    ClientId,
    ChallengeName: 'EMAIL_OTP',
    Session: step.Session,
    ChallengeResponses: { USERNAME: 'ada', EMAIL_OTP_CODE: code! },
  })
  assert.ok(AuthenticationResult)
})
