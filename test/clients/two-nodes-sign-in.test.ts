import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js'
import { timeStep, totp } from '../../src/crypto/totp.ts'
import { visitor } from '../../src/services/cognito-idp/hosted/hosted.test-support.ts'
import { fromBase32 } from '../authenticator.ts'
import { type PostgresServer, postgresBinaries, startPostgres } from '../storage/postgres-server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type Server, startServer } from './server.ts'

/** A sign-in to a user pool may have each of its calls answered by another node. */

const present = postgresBinaries() !== undefined || process.env.CI === 'true'
const skip = present ? false : 'no PostgreSQL server here'
const PASSWORD = 'Permanent-1'

/** How a promise ended: its value, or the name of the refusal. */
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: Error) => error.name,
  )

describe('a sign-in over two nodes', { skip, timeout: 120_000 }, () => {
  let postgres: PostgresServer
  let nodes: readonly Server[]
  let one: CognitoIdentityProvider
  let two: CognitoIdentityProvider
  let UserPoolId: string
  let ClientId: string

  before(async () => {
    postgres = await startPostgres()
    const store = await postgres.newDatabase()
    const data = temporaryFolder('nodes')
    const start = () => startServer('--store', store, '--data', data)
    nodes = [await start(), await start()]
    const clientOf = ({ url: endpoint, admin: credentials }: Server) =>
      new CognitoIdentityProvider({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    one = clientOf(nodes[0]!)
    two = clientOf(nodes[1]!)
    const { UserPool } = await one.createUserPool({ PoolName: 'people' })
    UserPoolId = UserPool!.Id!
    const { UserPoolClient } = await two.createUserPoolClient({
      UserPoolId,
      ClientName: 'app',
      ExplicitAuthFlows: [
        'ALLOW_USER_SRP_AUTH',
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
      ],
    })
    ClientId = UserPoolClient!.ClientId!
  })
  after(async () => {
    one?.destroy()
    two?.destroy()
    for (const node of nodes ?? []) assert.equal(await node.stop(), 0)
    await postgres.stop()
  })

  async function newUser(Username: string, Permanent = true): Promise<void> {
    await one.adminCreateUser({ UserPoolId, Username, MessageAction: 'SUPPRESS' })
    await one.adminSetUserPassword({ UserPoolId, Username, Password: PASSWORD, Permanent })
  }
  const begin = (on: CognitoIdentityProvider, USERNAME: string) =>
    on.initiateAuth({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD },
    })
  const refresh = (on: CognitoIdentityProvider, REFRESH_TOKEN: string) =>
    on.initiateAuth({
      ClientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN },
    })

  test('SRP begins on one and ends on the other; a global sign-out there is known here', async () => {
    await newUser('ada')
    const asked: string[] = []
    const pool = new CognitoUserPool({ UserPoolId, ClientId })
    // AWS's library proves the password; each of its calls goes to a node of our choice.
    const request = (operation: string, input: never, done: (e: unknown, v?: unknown) => void) => {
      asked.push(operation)
      const sent =
        operation === 'InitiateAuth' ? one.initiateAuth(input) : two.respondToAuthChallenge(input)
      sent.then(
        (value) => done(null, value),
        (error) => done(error),
      )
    }
    Object.assign(pool, { client: { request } })
    const signIn = (Password: string) =>
      new Promise<CognitoUserSession>((onSuccess, onFailure) => {
        const details = new AuthenticationDetails({ Username: 'ada', Password })
        const user = new CognitoUser({ Username: 'ada', Pool: pool })
        Object.assign(user, { client: { request } })
        user.authenticateUser(details, { onSuccess, onFailure })
      })
    assert.equal(await outcome(signIn('Wrong-pass-1')), 'NotAuthorizedException')
    asked.length = 0
    const session = await signIn(PASSWORD)
    assert.deepEqual(asked, ['InitiateAuth', 'RespondToAuthChallenge'])
    const token = session.getRefreshToken().getToken()
    const { AuthenticationResult } = await refresh(one, token)
    const AccessToken = AuthenticationResult!.AccessToken!
    for (const at of [one, two]) assert.equal((await at.getUser({ AccessToken })).Username, 'ada')

    await two.globalSignOut({ AccessToken })
    for (const at of [one, two]) {
      assert.equal(await outcome(at.getUser({ AccessToken })), 'NotAuthorizedException')
      assert.equal(await outcome(refresh(at, token)), 'NotAuthorizedException')
    }
    assert.ok((await begin(one, 'ada')).AuthenticationResult)
  })

  test('a new password and a code of an app are asked on one and answered on the other', async () => {
    await newUser('bob', false)
    const step = await begin(one, 'bob')
    assert.equal(step.ChallengeName, 'NEW_PASSWORD_REQUIRED')
    const { AuthenticationResult } = await two.respondToAuthChallenge({
      ClientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: step.Session,
      ChallengeResponses: { USERNAME: 'bob', NEW_PASSWORD: PASSWORD },
    })
    const AccessToken = AuthenticationResult!.AccessToken!

    await one.setUserPoolMfaConfig({
      UserPoolId,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    })
    const { SecretCode } = await one.associateSoftwareToken({ AccessToken })
    const secret = fromBase32(SecretCode!)
    // A code is good once; that of the step before is taken too, so nobody has to wait for the next.
    const code = (steps: number) => totp(secret, timeStep(new Date()) + steps)
    const { Status } = await two.verifySoftwareToken({ AccessToken, UserCode: code(-1) })
    assert.equal(Status, 'SUCCESS')
    await one.setUserMFAPreference({
      AccessToken,
      SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
    })

    const asked = await begin(two, 'bob')
    assert.equal(asked.ChallengeName, 'SOFTWARE_TOKEN_MFA')
    const SOFTWARE_TOKEN_MFA_CODE = code(0)
    const answer = (on: CognitoIdentityProvider) =>
      on.respondToAuthChallenge({
        ClientId,
        ChallengeName: 'SOFTWARE_TOKEN_MFA',
        Session: asked.Session,
        ChallengeResponses: { USERNAME: 'bob', SOFTWARE_TOKEN_MFA_CODE },
      })
    assert.ok((await answer(one)).AuthenticationResult!.IdToken)
    assert.equal(await outcome(answer(two)), 'ExpiredCodeException')
  })

  test('a session that both are told the answer of at once is good once', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `cyd${round}`
      await newUser(name, false)
      const { Session } = await begin(one, name)
      const answer = (on: CognitoIdentityProvider, at: number) =>
        on.respondToAuthChallenge({
          ClientId,
          ChallengeName: 'NEW_PASSWORD_REQUIRED',
          Session,
          ChallengeResponses: { USERNAME: name, NEW_PASSWORD: `Permanent-${at}` },
        })
      const answers = [one, two, one, two].map((on, at) => outcome(answer(on, at)))
      const ended = (await Promise.all(answers)).sort()
      assert.deepEqual(ended, [...Array(3).fill('NotAuthorizedException'), 'done'])
    }
  })

  test('of fifty sign-ups of one name on both, one wins', async () => {
    const signUps = Array.from({ length: 50 }, (_, at) =>
      outcome((at % 2 === 0 ? one : two).signUp({ ClientId, Username: 'dan', Password: PASSWORD })),
    )
    const ended = (await Promise.all(signUps)).sort()
    assert.deepEqual(ended, [...Array(49).fill('UsernameExistsException'), 'done'])
    const { Users } = await two.listUsers({ UserPoolId, Filter: 'username = "dan"' })
    assert.equal(Users!.length, 1)
  })

  test('a browser signs in at the pages of a domain, each page of another node', async () => {
    const [first, second] = nodes as readonly [Server, Server]
    const Domain = 'nodes'
    await one.createUserPoolDomain({ UserPoolId, Domain, ManagedLoginVersion: 2 })
    await one.setUserPoolMfaConfig({
      UserPoolId,
      MfaConfiguration: 'ON',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    })
    const redirect_uri = 'http://localhost/callback'
    const { UserPoolClient } = await two.createUserPoolClient({
      UserPoolId,
      ClientName: 'pages',
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid'],
      CallbackURLs: [redirect_uri],
    })
    const client = UserPoolClient!.ClientId!
    await one.createManagedLoginBranding({
      UserPoolId,
      ClientId: client,
      UseCognitoProvidedValues: true,
    })
    await newUser('pat')
    let asked = 0
    const query = new URLSearchParams({ client_id: client, response_type: 'code', redirect_uri })
    const browser = visitor(
      (path) => `${(asked++ % 2 === 0 ? first : second).url}/_auth/${Domain}${path}?${query}`,
    )
    await browser.open('/login')
    const { text } = await browser.send('/login', { username: 'pat', password: PASSWORD })
    const session = /name="session" value="([^"]+)"/.exec(text)![1]!
    const secret = /<code>([^<]+)</.exec(text)![1]!.replaceAll(' ', '')
    const code = totp(fromBase32(secret), timeStep(new Date()))
    const answers = { username: 'pat', session, code }
    const done = await browser.send('/challenge', answers)
    assert.equal(done.status, 302)
    assert.match(done.headers.get('location') ?? '', /\?code=/)
    // The other node knows that it has been answered, and the session of the browser.
    assert.equal((await browser.send('/challenge', answers)).status, 400)
    assert.match((await browser.open('/oauth2/authorize')).headers.get('location') ?? '', /\?code=/)
  })
})
