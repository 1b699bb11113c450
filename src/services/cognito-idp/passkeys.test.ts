import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { authenticator } from '../../../test/passkey.ts'
import { type Cognito, installCognito, refused } from './pools.test-support.ts'
import { advance, PASSWORD, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

const ORIGIN = 'https://app.example.com'
const AllowedFirstAuthFactors = ['PASSWORD' as const, 'WEB_AUTHN' as const]

type WebAuthn = NonNullable<
  Parameters<Cognito['idp']['setUserPoolMfaConfig']>[0]['WebAuthnConfiguration']
>

/** A pool with passkeys for example.com, and `ada` signed in by password. */
async function passkeyPool(webAuthn: WebAuthn = {}, client: object = {}, pool: object = {}) {
  const { idp } = cognito
  const people = await signInPool(
    cognito,
    { Policies: { SignInPolicy: { AllowedFirstAuthFactors } }, ...pool },
    { ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_USER_PASSWORD_AUTH'], ...client },
  )
  const { UserPoolId, ClientId } = people
  await people.confirm()
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    WebAuthnConfiguration: { RelyingPartyId: 'example.com', ...webAuthn },
  })
  const { AuthenticationResult } = await people.signIn()
  const AccessToken = AuthenticationResult!.AccessToken!
  const options = async () => {
    const answer = await idp.startWebAuthnRegistration({ AccessToken })
    // The document type of the client is any JSON.
    return answer.CredentialCreationOptions as never as Parameters<
      ReturnType<typeof authenticator>['create']
    >[0] & { readonly excludeCredentials: { id: string }[]; readonly user: { name: string } }
  }
  const complete = (Credential: object) =>
    idp.completeWebAuthnRegistration({ AccessToken, Credential: Credential as never })
  return {
    ...people,
    AccessToken,
    options,
    complete,
    register: async (passkey: ReturnType<typeof authenticator>) =>
      complete(passkey.create(await options())),
    start: (USERNAME = 'ada') =>
      idp.initiateAuth({
        ClientId,
        AuthFlow: 'USER_AUTH',
        AuthParameters: { USERNAME, PREFERRED_CHALLENGE: 'WEB_AUTHN' },
      }),
    answer: (step: { Session?: string | undefined }, credential: object, USERNAME = 'ada') =>
      idp.respondToAuthChallenge({
        ClientId,
        ChallengeName: 'WEB_AUTHN',
        Session: step.Session,
        ChallengeResponses: { USERNAME, CREDENTIAL: JSON.stringify(credential) },
      }),
  }
}

type Step = Awaited<ReturnType<Awaited<ReturnType<typeof passkeyPool>>['start']>>
const request = (step: Step) => JSON.parse(step.ChallengeParameters!.CREDENTIAL_REQUEST_OPTIONS!)

const incorrect = refused('NotAuthorizedException', 'Incorrect username or password.')

test('a passkey is registered, listed, signs in, and is deleted', async () => {
  const { idp } = cognito
  for (const algorithm of ['ES256', 'RS256'] as const) {
    const { AccessToken, options, complete, start, answer, ClientId } = await passkeyPool()
    assert.equal((await start()).ChallengeName, 'SELECT_CHALLENGE')
    const passkey = authenticator(ORIGIN, { algorithm })
    const made = await options()
    assert.deepEqual(made.rp, { id: 'example.com', name: 'example.com' })
    assert.equal(made.user.name, 'ada')
    await complete(passkey.create(made))
    await assert.rejects(
      complete(passkey.create(made)),
      refused('WebAuthnChallengeNotFoundException', /./),
    )
    const { Credentials } = await idp.listWebAuthnCredentials({ AccessToken })
    assert.equal(Credentials!.length, 1)
    assert.equal(Credentials![0]!.RelyingPartyId, 'example.com')
    assert.deepEqual(Credentials![0]!.AuthenticatorTransports, ['internal'])
    assert.equal(Credentials![0]!.AuthenticatorAttachment, 'platform')
    assert.equal((await options()).excludeCredentials[0]!.id, Credentials![0]!.CredentialId)
    const { ConfiguredUserAuthFactors } = await idp.getUserAuthFactors({ AccessToken })
    assert.deepEqual(ConfiguredUserAuthFactors, ['PASSWORD', 'WEB_AUTHN'])
    const step = await start()
    assert.equal(step.ChallengeName, 'WEB_AUTHN')
    assert.equal(request(step).allowCredentials[0].id, Credentials![0]!.CredentialId)
    const signed = passkey.get(request(step))
    assert.ok((await answer(step, signed)).AuthenticationResult!.RefreshToken)
    // The counter has gone on, and the session was good once.
    await assert.rejects(answer(step, signed), incorrect)
    const again = passkey.get(request(step))
    await assert.rejects(answer(step, again), refused('NotAuthorizedException', /^Invalid session/))
    const choice = await idp.initiateAuth({
      ClientId,
      AuthFlow: 'USER_AUTH',
      AuthParameters: { USERNAME: 'ada' },
    })
    assert.ok(choice.AvailableChallenges!.includes('WEB_AUTHN'))
    const { AuthenticationResult } = await idp.respondToAuthChallenge({
      ClientId,
      ChallengeName: 'SELECT_CHALLENGE',
      Session: choice.Session,
      ChallengeResponses: {
        USERNAME: 'ada',
        ANSWER: 'WEB_AUTHN',
        CREDENTIAL: JSON.stringify(passkey.get(request(choice))),
      },
    })
    assert.ok(AuthenticationResult)
    const CredentialId = Credentials![0]!.CredentialId!
    await idp.deleteWebAuthnCredential({ AccessToken, CredentialId })
    await assert.rejects(
      idp.deleteWebAuthnCredential({ AccessToken, CredentialId }),
      refused('ResourceNotFoundException', /./),
    )
    assert.equal((await start()).ChallengeName, 'SELECT_CHALLENGE')
  }
})

test('what a passkey must not be is refused by name', async () => {
  const { idp } = cognito
  const { complete, options, register, UserPoolId, ClientId, confirm } = await passkeyPool()
  const good = () => authenticator(ORIGIN)
  await assert.rejects(
    register(authenticator('https://evil.com')),
    refused('WebAuthnOriginNotAllowedException', /./),
  )
  await assert.rejects(
    register(authenticator(ORIGIN, { algorithm: 'EdDSA' })),
    refused('WebAuthnCredentialNotSupportedException', /./),
  )
  const other = { ...(await options()), rp: { id: 'app.example.com' } }
  await assert.rejects(
    complete(good().create(other)),
    refused('WebAuthnRelyingPartyMismatchException', /./),
  )
  const forged = { ...(await options()), challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }
  await assert.rejects(
    complete(good().create(forged)),
    refused('WebAuthnChallengeNotFoundException', /./),
  )
  const late = await options()
  await advance(cognito, 301)
  await assert.rejects(
    complete(good().create(late)),
    refused('WebAuthnChallengeNotFoundException', /./),
  )
  await assert.rejects(
    complete({ id: 5, response: [] }),
    refused('InvalidParameterException', /JSON form/),
  )
  const second = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'second',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
  })
  await confirm()
  const { AuthenticationResult } = await idp.initiateAuth({
    ClientId: second.UserPoolClient!.ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ada', PASSWORD },
  })
  assert.notEqual(second.UserPoolClient!.ClientId, ClientId)
  await assert.rejects(
    idp.completeWebAuthnRegistration({
      AccessToken: AuthenticationResult!.AccessToken!,
      Credential: good().create(await options()) as never,
    }),
    refused('WebAuthnClientMismatchException', /./),
  )
  const strict = await passkeyPool({ UserVerification: 'required' })
  await assert.rejects(
    strict.register(authenticator(ORIGIN, { verifies: false })),
    refused('WebAuthnCredentialNotSupportedException', /./),
  )
})

test('passkeys need to be enabled, and a relying party', async () => {
  const { idp } = cognito
  const { AccessToken, UserPoolId, options, complete } = await passkeyPool()
  const set = (RelyingPartyId: string) =>
    idp.setUserPoolMfaConfig({ UserPoolId, WebAuthnConfiguration: { RelyingPartyId } })
  for (const bad of ['https://example.com', 'com', '127.0.0.1', 'a..b', 'Example.com:80'])
    await assert.rejects(set(bad), refused('InvalidParameterException', /RelyingPartyId/))
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    WebAuthnConfiguration: { UserVerification: 'preferred' },
  })
  await assert.rejects(
    idp.startWebAuthnRegistration({ AccessToken }),
    refused('WebAuthnConfigurationMissingException', /./),
  )
  await idp.createUserPoolDomain({ UserPoolId, Domain: 'passkeys' })
  const ofDomain = await options()
  assert.equal(ofDomain.rp.id, 'passkeys.auth.us-east-1.localhost')
  await complete(authenticator('http://passkeys.auth.us-east-1.localhost:4566').create(ofDomain))
  await idp.updateUserPool({ UserPoolId })
  await assert.rejects(
    idp.startWebAuthnRegistration({ AccessToken }),
    refused('WebAuthnNotEnabledException', /./),
  )
})

test('only the passkey of the user signs in, and copies of it are found out', async () => {
  const { idp } = cognito
  const { register, start, answer, UserPoolId, ClientId } = await passkeyPool(
    {},
    { PreventUserExistenceErrors: 'ENABLED' },
  )
  const passkey = authenticator(ORIGIN)
  await register(passkey)
  const other = authenticator(ORIGIN)
  const step = await start()
  await assert.rejects(answer(step, other.get(request(step))), incorrect)
  await assert.rejects(
    answer(step, passkey.get({ ...request(step), challenge: 'AAAA' })),
    incorrect,
  )
  await assert.rejects(answer(step, passkey.get({ ...request(step), rpId: 'evil.com' })), incorrect)
  assert.ok((await answer(step, passkey.get(request(step)))).AuthenticationResult)
  const next = await start()
  await assert.rejects(answer(next, passkey.get(request(next), 0)), incorrect)
  await assert.rejects(
    answer(next, { id: 'x' }),
    refused('InvalidParameterException', /JSON form of an assertion/),
  )
  // Nobody can be told from somebody: some of the names have a passkey to offer.
  const names = Array.from({ length: 8 }, (_, i) => `nobody${i}`)
  const steps = await Promise.all(names.map(start))
  const at = steps.findIndex(({ ChallengeName }) => ChallengeName === 'WEB_AUTHN')
  assert.ok(at >= 0)
  assert.equal(request(steps[at]!).allowCredentials[0].id.length, 43)
  await assert.rejects(answer(steps[at]!, other.get(request(steps[at]!)), names[at]), incorrect)
  await idp.adminCreateUser({
    UserPoolId,
    Username: 'eve',
    TemporaryPassword: PASSWORD,
    MessageAction: 'SUPPRESS',
  })
  await idp.adminSetUserPassword({
    UserPoolId,
    Username: 'eve',
    Password: PASSWORD,
    Permanent: true,
  })
  const { AuthenticationResult } = await idp.initiateAuth({
    ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'eve', PASSWORD },
  })
  const AccessToken = AuthenticationResult!.AccessToken!
  const options = await idp.startWebAuthnRegistration({ AccessToken })
  // A passkey belongs to one user, whoever else has a copy of it.
  await assert.rejects(
    idp.completeWebAuthnRegistration({
      AccessToken,
      Credential: passkey.create(options.CredentialCreationOptions as never) as never,
    }),
    refused('WebAuthnCredentialNotSupportedException', /./),
  )
})

test('a passkey that verifies its user does for both factors where the pool has it so', async () => {
  const { idp } = cognito
  const { register, start, answer, signIn, UserPoolId } = await passkeyPool({
    FactorConfiguration: 'MULTI_FACTOR_WITH_USER_VERIFICATION',
  })
  const passkey = authenticator(ORIGIN)
  const weak = authenticator(ORIGIN, { verifies: false })
  await register(passkey)
  await register(weak)
  const configure = (mode: 'ON' | 'OPTIONAL', WebAuthnConfiguration?: WebAuthn) =>
    idp.setUserPoolMfaConfig({
      UserPoolId,
      MfaConfiguration: mode,
      EmailMfaConfiguration: { Message: 'Your code is {####}.', Subject: 'Code' },
      WebAuthnConfiguration,
    })
  await configure('ON')
  assert.equal((await start()).ChallengeName, 'SELECT_CHALLENGE')
  const prefer = (more: object) =>
    idp.adminSetUserMFAPreference({ UserPoolId, Username: 'ada', ...more })
  await assert.rejects(
    prefer({ WebAuthnMfaSettings: { Enabled: true } }),
    refused('InvalidParameterException', /another MFA method/),
  )
  await prefer({ EmailMfaSettings: { Enabled: true }, WebAuthnMfaSettings: { Enabled: true } })
  assert.equal((await signIn()).ChallengeName, 'EMAIL_OTP')
  const step = await start()
  assert.equal(step.ChallengeName, 'WEB_AUTHN')
  await assert.rejects(answer(step, weak.get(request(step))), incorrect)
  assert.ok((await answer(step, passkey.get(request(step)))).AuthenticationResult)
  await assert.rejects(
    configure('ON', { RelyingPartyId: 'example.com', FactorConfiguration: 'SINGLE_FACTOR' }),
    refused('InvalidParameterException', /WEB_AUTHN/),
  )
  await configure('OPTIONAL', { RelyingPartyId: 'example.com' })
  assert.equal((await start()).ChallengeName, 'SELECT_CHALLENGE')
})

test('a user has twenty passkeys at most', async () => {
  const { idp } = cognito
  const { register, options, complete, AccessToken } = await passkeyPool()
  for (let i = 0; i < 19; i++) await register(authenticator(ORIGIN))
  const made = await Promise.all([options(), options()])
  await complete(authenticator(ORIGIN).create(made[0]))
  const full = refused('LimitExceededException', 'A user can have at most 20 passkeys.')
  await assert.rejects(complete(authenticator(ORIGIN).create(made[1])), full)
  await assert.rejects(options(), full)
  const first = await idp.listWebAuthnCredentials({ AccessToken, MaxResults: 15 })
  assert.equal(first.Credentials!.length, 15)
  const { NextToken } = first
  const rest = await idp.listWebAuthnCredentials({ AccessToken, MaxResults: 15, NextToken })
  assert.equal(rest.Credentials!.length, 5)
})
