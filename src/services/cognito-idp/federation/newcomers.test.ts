import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { decodeJwt } from 'jose'
import { type FakeProvider, fakeProvider } from '../../../../test/fake-provider.ts'
import { type Event, type Functions, functionsFor } from '../../../../test/trigger-functions.ts'
import { type Cognito, installCognito, refused } from '../pools.test-support.ts'
import {
  federatedPool,
  oidcDetails,
  refusal,
  throughCode,
  told,
} from './federation.test-support.ts'

let cognito: Cognito
let fake: FakeProvider
let functions: Functions
before(async () => {
  cognito = await installCognito()
  functions = await functionsFor(cognito.house)
  fake = await fakeProvider()
})
beforeEach(() => {
  fake.answers = {}
  fake.claims = { sub: 'u1', email: 'ada@example.com' }
  fake.info = {}
  for (const name of sources) functions.answer(name, () => undefined)
  functions.events.length = 0
})
after(async () => {
  fake.close()
  await functions.close()
  await cognito.close()
})

const sources = [
  'InboundFederation_ExternalProvider',
  'PreSignUp_ExternalProvider',
  'PostConfirmation_ConfirmSignUp',
  'PreAuthentication_Authentication',
  'PostAuthentication_Authentication',
  'TokenGeneration_HostedAuth',
]
const [inbound, preSignUp, postConfirmation, preAuthentication, postAuthentication, tokens] =
  sources as [string, string, string, string, string, string]

const allTriggers = () => ({
  InboundFederation: { LambdaVersion: 'V1_0' as const, LambdaArn: functions.arn },
  PreSignUp: functions.arn,
  PostConfirmation: functions.arn,
  PreAuthentication: functions.arn,
  PostAuthentication: functions.arn,
  PreTokenGeneration: functions.arn,
})

const AttributeMapping = { email: 'email', name: 'name' }

const oidcPool = (
  pool: Parameters<typeof federatedPool>[2] = {},
  provider: Parameters<typeof federatedPool>[1] = {},
  client: Parameters<typeof federatedPool>[3] = {},
) =>
  federatedPool(
    cognito,
    { ProviderDetails: oidcDetails(fake), AttributeMapping, ...provider },
    pool,
    client,
  )

const happened = () => functions.events.map(({ triggerSource }: Event) => triggerSource)
const event = (source: string) =>
  functions.events.find(({ triggerSource }: Event) => triggerSource === source)

async function isEmpty(UserPoolId: string): Promise<void> {
  const { Users } = await cognito.idp.listUsers({ UserPoolId })
  assert.deepEqual(Users, [])
  const { Groups } = await cognito.idp.listGroups({ UserPoolId })
  assert.deepEqual(Groups, [])
}

test('functions hear of the first sign-in and of the next, each in its turn', async () => {
  const pool = await oidcPool({ LambdaConfig: allTriggers() })
  fake.info = { sub: 'u1', roles: ['a b', 'c'], address: { formatted: 'Here 1' } }
  assert.ok(told(await throughCode(fake, pool)).get('id_token'))
  assert.deepEqual(happened(), [inbound, preSignUp, postConfirmation, tokens])
  const first = event(inbound)
  assert.equal(first.version, '1')
  assert.equal(first.userName, 'Acme_u1')
  assert.equal(first.callerContext.clientId, pool.ClientId)
  assert.equal(first.request.providerName, 'Acme')
  assert.equal(first.request.providerType, 'OIDC')
  const { tokenResponse, idToken, userInfo } = first.request.attributes
  assert.equal(tokenResponse.access_token, 'their-token')
  assert.equal(tokenResponse.expires_in, '3600')
  assert.equal(idToken.email, 'ada@example.com')
  assert.deepEqual(userInfo, { sub: 'u1', roles: 'a b,c', address: 'Here 1' })
  const signUp = event(preSignUp)
  assert.equal(signUp.userName, 'Acme_u1')
  assert.deepEqual(signUp.request, {
    userAttributes: {
      'cognito:email_alias': '',
      'cognito:phone_number_alias': '',
      email: 'ada@example.com',
    },
    validationData: {},
  })
  const { userAttributes } = event(postConfirmation).request
  assert.equal(userAttributes['cognito:user_status'], 'EXTERNAL_PROVIDER')
  assert.equal(JSON.parse(userAttributes.identities)[0].primary, true)
  functions.events.length = 0
  fake.claims = { sub: 'u1', email: 'new@example.com' }
  assert.ok(told(await throughCode(fake, pool)).get('id_token'))
  assert.deepEqual(happened(), [inbound, preAuthentication, postAuthentication, tokens])
  assert.equal(event(preAuthentication).request.userAttributes.email, 'ada@example.com')
  assert.equal(event(postAuthentication).request.userAttributes.email, 'new@example.com')
})

test('a function that refuses leaves nothing behind', async () => {
  const { idp } = cognito
  const pool = await oidcPool({ LambdaConfig: allTriggers() })
  const { UserPoolId } = pool
  for (const [source, name] of [
    [inbound, 'InboundFederation'],
    [preSignUp, 'PreSignUp'],
  ] as const) {
    functions.answer(source, () => new Error('Not here'))
    const seen = refusal(await throughCode(fake, pool))
    assert.equal(seen, `invalid_request: ${name} failed with error Not here.`)
    functions.answer(source, () => 'garbage')
    assert.match(refusal(await throughCode(fake, pool)), /Unrecognizable lambda output/)
    functions.answer(source, () => undefined)
    await isEmpty(UserPoolId)
  }
  functions.answer(inbound, () => ({ userAttributesToMap: 'text' }))
  assert.match(refusal(await throughCode(fake, pool)), /Unrecognizable lambda output/)
  functions.answer(inbound, () => undefined)
  await throughCode(fake, pool)
  fake.claims = { sub: 'u1', email: 'changed@example.com' }
  functions.answer(preAuthentication, () => new Error('Not now'))
  const seen = refusal(await throughCode(fake, pool))
  assert.equal(seen, 'invalid_request: PreAuthentication failed with error Not now.')
  const { UserAttributes } = await idp.adminGetUser({ UserPoolId, Username: 'Acme_u1' })
  assert.equal(UserAttributes!.find(({ Name }) => Name === 'email')!.Value, 'ada@example.com')
})

test('a function changes what is mapped', async () => {
  const { idp } = cognito
  const pool = await oidcPool({ LambdaConfig: allTriggers() })
  functions.answer(inbound, () => ({ userAttributesToMap: { name: 'Countess', sub: 'forged' } }))
  functions.answer(preSignUp, () => ({ autoConfirmUser: true }))
  await throughCode(fake, pool)
  const { UserAttributes } = await idp.adminGetUser({
    UserPoolId: pool.UserPoolId,
    Username: 'Acme_u1',
  })
  const names = UserAttributes!.map(({ Name }) => Name)
  assert.deepEqual(names, ['sub', 'name', 'identities'])
})

test('a function verifies the address of a newcomer', async () => {
  const pool = await oidcPool({ LambdaConfig: allTriggers() })
  functions.answer(preSignUp, () => ({ autoVerifyEmail: true }))
  const claims = decodeJwt(told(await throughCode(fake, pool)).get('id_token')!)
  assert.equal(claims.email_verified, true)
})

test('who is linked signs in as that user', async () => {
  const { idp } = cognito
  const pool = await oidcPool()
  const { UserPoolId } = pool
  await idp.adminCreateUser({
    UserPoolId,
    Username: 'ada',
    MessageAction: 'SUPPRESS',
    TemporaryPassword: 'Temporary-1',
  })
  const link = (ProviderAttributeName: string, ProviderAttributeValue: string) =>
    idp.adminLinkProviderForUser({
      UserPoolId,
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'ada' },
      SourceUser: { ProviderName: 'Acme', ProviderAttributeName, ProviderAttributeValue },
    })
  await link('Cognito_Subject', 'u1')
  await link('email', 'by-mail@example.com')
  const username = async () => {
    const claims = decodeJwt(told(await throughCode(fake, pool)).get('id_token')!)
    return claims['cognito:username']
  }
  assert.equal(await username(), 'ada')
  const user = await idp.adminGetUser({ UserPoolId, Username: 'ada' })
  assert.equal(user.UserStatus, 'FORCE_CHANGE_PASSWORD')
  assert.equal(user.UserAttributes!.find(({ Name }) => Name === 'email')!.Value, 'ada@example.com')
  const { Groups } = await idp.adminListGroupsForUser({ UserPoolId, Username: 'ada' })
  assert.deepEqual(Groups, [])
  // An attribute leads to the user once; from then on it is the subject that counts.
  fake.claims = { sub: 'u2', email: 'by-mail@example.com' }
  assert.equal(await username(), 'ada')
  fake.claims = { sub: 'u2', email: 'another@example.com' }
  assert.equal(await username(), 'ada')
  fake.claims = { sub: 'u3', email: 'by-mail@example.com' }
  assert.equal(await username(), 'Acme_u3')
  const { UserAttributes } = await idp.adminGetUser({ UserPoolId, Username: 'ada' })
  const identities = JSON.parse(UserAttributes!.find(({ Name }) => Name === 'identities')!.Value!)
  assert.deepEqual(
    identities.map(({ userId, primary }: Record<string, unknown>) => [userId, primary]),
    [
      ['u1', false],
      ['u2', false],
    ],
  )
  await assert.rejects(
    link('Cognito_Subject', 'u3'),
    refused('InvalidParameterException', /Merging is not currently supported/),
  )
  await idp.adminDisableProviderForUser({
    UserPoolId,
    User: {
      ProviderName: 'Acme',
      ProviderAttributeName: 'Cognito_Subject',
      ProviderAttributeValue: 'u2',
    },
  })
  fake.claims = { sub: 'u2' }
  assert.equal(await username(), 'Acme_u2')
})

test('a linked attribute leads to its user though the client may not write it', async () => {
  const { idp } = cognito
  const pool = await oidcPool({}, {}, { WriteAttributes: ['name'] })
  const { UserPoolId } = pool
  await idp.adminCreateUser({ UserPoolId, Username: 'ada', MessageAction: 'SUPPRESS' })
  await idp.adminLinkProviderForUser({
    UserPoolId,
    DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'ada' },
    SourceUser: {
      ProviderName: 'Acme',
      ProviderAttributeName: 'email',
      ProviderAttributeValue: 'ada@example.com',
    },
  })
  const claims = decodeJwt(told(await throughCode(fake, pool)).get('id_token')!)
  assert.equal(claims['cognito:username'], 'ada')
  assert.equal(claims.email, undefined)
})

test('a function links a newcomer, whose next sign-in is then another', async () => {
  const { idp } = cognito
  const pool = await oidcPool({ LambdaConfig: { PreSignUp: functions.arn } })
  const { UserPoolId } = pool
  functions.answer('PreSignUp_AdminCreateUser', () => ({}))
  await idp.adminCreateUser({ UserPoolId, Username: 'ada', MessageAction: 'SUPPRESS' })
  functions.answer(preSignUp, async () => {
    await idp.adminLinkProviderForUser({
      UserPoolId,
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'ada' },
      SourceUser: {
        ProviderName: 'Acme',
        ProviderAttributeName: 'Cognito_Subject',
        ProviderAttributeValue: 'u1',
      },
    })
    return {}
  })
  const seen = refusal(await throughCode(fake, pool))
  assert.equal(seen, 'invalid_request: Already found an entry for username Acme_u1')
  const claims = decodeJwt(told(await throughCode(fake, pool)).get('id_token')!)
  assert.equal(claims['cognito:username'], 'ada')
})

test('two windows of a newcomer make one user', async () => {
  const pool = await oidcPool()
  const seen = await Promise.all([1, 2, 3].map(() => throughCode(fake, pool)))
  const subs = seen.map((one) => decodeJwt(told(one).get('id_token')!).sub)
  assert.equal(new Set(subs).size, 1)
})

test('a profile of a provider has no password, and can be disabled', async () => {
  const { idp } = cognito
  const pool = await oidcPool(
    {
      AliasAttributes: ['email'],
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } },
    },
    { AttributeMapping: { email: 'email', email_verified: 'email_verified' } },
  )
  const { UserPoolId, ClientId } = pool
  fake.claims = { sub: 'u1', email: 'ada@example.com', email_verified: true }
  const scope = 'openid aws.cognito.signin.user.admin'
  const AccessToken = told(await throughCode(fake, pool, new Map(), { scope })).get('access_token')!
  const Username = 'Acme_u1'
  const user = { UserPoolId, Username }
  const no = (why: string | RegExp) => refused('NotAuthorizedException', why)
  await assert.rejects(idp.adminResetUserPassword(user), no(/cannot be reset/))
  await assert.rejects(idp.forgotPassword({ ClientId, Username }), no(/cannot be reset/))
  await assert.rejects(idp.adminConfirmSignUp(user), no(/Current status is EXTERNAL_PROVIDER/))
  const begin = (AuthFlow: 'USER_PASSWORD_AUTH' | 'USER_AUTH', more: Record<string, string> = {}) =>
    idp.initiateAuth({ ClientId, AuthFlow, AuthParameters: { USERNAME: Username, ...more } })
  await assert.rejects(begin('USER_PASSWORD_AUTH', { PASSWORD: 'Guess-123' }), no(/Incorrect/))
  await assert.rejects(begin('USER_AUTH'), no(/Incorrect/))
  await assert.rejects(begin('USER_AUTH', { PREFERRED_CHALLENGE: 'EMAIL_OTP' }), no(/Incorrect/))
  await assert.rejects(
    idp.changePassword({
      AccessToken,
      PreviousPassword: 'Guess-123',
      ProposedPassword: 'Guess-1234',
    }),
    no(/Incorrect/),
  )
  // Its address is nobody's name.
  await assert.rejects(
    idp.adminGetUser({ UserPoolId, Username: 'ada@example.com' }),
    refused('UserNotFoundException', /does not exist/),
  )
  await idp.adminDisableProviderForUser({
    UserPoolId,
    User: {
      ProviderName: 'Acme',
      ProviderAttributeName: 'Cognito_Subject',
      ProviderAttributeValue: 'u1',
    },
  })
  assert.equal((await idp.adminGetUser(user)).Enabled, false)
  assert.equal(refusal(await throughCode(fake, pool)), 'invalid_request: User is disabled.')
  await idp.adminEnableUser(user)
  assert.ok(told(await throughCode(fake, pool)).get('access_token'))
  await idp.adminSetUserPassword({ ...user, Password: 'Permanent-1', Permanent: true })
  assert.equal((await idp.adminGetUser(user)).UserStatus, 'CONFIRMED')
  const { AuthenticationResult } = await begin('USER_PASSWORD_AUTH', { PASSWORD: 'Permanent-1' })
  assert.ok(AuthenticationResult?.AccessToken)
  assert.ok(told(await throughCode(fake, pool)).get('access_token'))
})

test('names of others are not taken, and what the pool requires must be told', async () => {
  const { idp } = cognito
  const pool = await oidcPool(
    { UsernameConfiguration: { CaseSensitive: false }, Schema: [{ Name: 'name', Required: true }] },
    {},
    { WriteAttributes: ['name'] },
  )
  const { UserPoolId } = pool
  fake.claims = { sub: 'U1', email: 'ada@example.com' }
  assert.equal(
    refusal(await throughCode(fake, pool)),
    'invalid_request: attributes required: [name]',
  )
  await isEmpty(UserPoolId)
  fake.claims = { sub: 'U1', name: 'Ada', email: 'not written' }
  const claims = decodeJwt(told(await throughCode(fake, pool)).get('id_token')!)
  assert.equal(claims['cognito:username'], 'acme_u1')
  assert.equal(claims.email, undefined)
  fake.claims = { sub: 'u1', name: 'Ada' }
  assert.equal(
    refusal(await throughCode(fake, pool)),
    'invalid_request: Already found an entry for username acme_u1',
  )
  const UserAttributes = [{ Name: 'name', Value: 'Eve' }]
  const Username = 'acme_u9'
  await idp.adminCreateUser({ UserPoolId, Username, UserAttributes, MessageAction: 'SUPPRESS' })
  fake.claims = { sub: 'u9', name: 'Ada' }
  assert.match(refusal(await throughCode(fake, pool)), /Already found an entry/)
})

test('where addresses serve as names, local users and those of providers do not meet', async () => {
  const { idp } = cognito
  const pool = await oidcPool({ UsernameAttributes: ['email'] })
  const { UserPoolId } = pool
  const Username = 'ada@example.com'
  await idp.adminCreateUser({ UserPoolId, Username, MessageAction: 'SUPPRESS' })
  const claims = decodeJwt(told(await throughCode(fake, pool)).get('id_token')!)
  assert.equal(claims['cognito:username'], 'Acme_u1')
  assert.notEqual((await idp.adminGetUser({ UserPoolId, Username })).Username, 'Acme_u1')
})

test('tokens, lists and objects are mapped as texts', async () => {
  const { idp } = cognito
  const pool = await oidcPool(
    {
      Schema: [
        { Name: 'list', AttributeDataType: 'String' },
        { Name: 'their', AttributeDataType: 'String' },
      ],
    },
    {
      AttributeMapping: {
        'custom:list': 'groups',
        'custom:their': 'access_token',
        address: 'address',
      },
    },
  )
  fake.claims = { sub: 'u1', groups: ['a b', 'c&d', 'e*'], address: { formatted: 'Here 1' } }
  await throughCode(fake, pool)
  const { UserAttributes } = await idp.adminGetUser({
    UserPoolId: pool.UserPoolId,
    Username: 'Acme_u1',
  })
  const values = Object.fromEntries(UserAttributes!.map(({ Name, Value }) => [Name, Value]))
  assert.equal(values['custom:list'], '[a+b, c%26d, e*]')
  assert.equal(values['custom:their'], 'their-token')
  assert.equal(values.address, 'Here 1')
})
