import { timeStep, totp } from '../../src/crypto/totp.ts'
import { fromBase32 } from '../authenticator.ts'
import { authenticator } from '../passkey.ts'
import {
  everywhere,
  onClient,
  onGroup,
  onPool,
  onTags,
  onUser,
  type Pool,
  plain,
  pool,
} from './authorization-pools.ts'
import type { Making, World } from './authorization-rows.ts'
import { poolSettingsRows } from './authorization-rows-cognito-settings.ts'

const Password = 'Permanent-1'

const named = { USERNAME: 'ada', PASSWORD: Password }
const newPassword = {
  ChallengeName: 'NEW_PASSWORD_REQUIRED',
  ChallengeResponses: { USERNAME: 'ada', NEW_PASSWORD: 'Permanent-2' },
}

/** A sign-in with a temporary password. */
async function halfWay(p: Pool, w: World) {
  const client = await p.withClient({ ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] })
  await p.withUser({ TemporaryPassword: Password })
  const { ClientId } = client
  const start = { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: named }
  const { Session } = await w.people('InitiateAuth', start)
  return { client, ClientId, Session: Session as string, start }
}

/** A user who has signed in, with what the pool offers switched on. */
async function signedIn(w: World) {
  const p = await pool(w)
  await w.people('SetUserPoolMfaConfig', {
    ...p.id,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  })
  const { ClientId, Session } = await halfWay(p, w)
  const answer = { ClientId, Session, ...newPassword }
  const { AuthenticationResult: tokens } = await w.people('RespondToAuthChallenge', answer)
  return { p, ClientId, ...(tokens as { AccessToken: string; RefreshToken: string }) }
}

type SignedIn = Awaited<ReturnType<typeof signedIn>>

/** Operations in which no policy has a say: a token, a code or nothing at all decides. */
const open = (name: string, input: (w: World) => Promise<object>): [string, Making] => [
  name,
  async (w) => ({
    input: (await input(w)) as Record<string, unknown>,
    decides: [],
    everybody: true,
  }),
]

const byToken = (name: string, more: object | ((s: SignedIn) => object) = {}) =>
  open(name, async (w) => {
    const s = await signedIn(w)
    return { AccessToken: s.AccessToken, ...(typeof more === 'function' ? more(s) : more) }
  })

const verifier = {
  Salt: 'AAECAw==',
  PasswordVerifier: Buffer.alloc(384, 7).toString('base64'),
}

/** A user who has signed in on a device, which has been confirmed unless it is not to be. */
async function onDevice(w: World, confirmed = true) {
  const p = await pool(w)
  const DeviceConfiguration = { ChallengeRequiredOnNewDevice: true }
  await w.people('UpdateUserPool', { ...p.id, DeviceConfiguration })
  const { ClientId, Session } = await halfWay(p, w)
  const answer = { ClientId, Session, ...newPassword }
  const { AuthenticationResult: tokens } = await w.people('RespondToAuthChallenge', answer)
  const { DeviceKey } = tokens.NewDeviceMetadata
  const own = { AccessToken: tokens.AccessToken as string, DeviceKey: DeviceKey as string }
  const confirm = { ...own, DeviceSecretVerifierConfig: verifier }
  if (confirmed) await w.people('ConfirmDevice', confirm)
  return { p, own, confirm }
}

const byDevice = (name: string, more: object = {}): [string, Making] =>
  open(name, async (w) => ({ ...(await onDevice(w)).own, ...more }))

/** A row of an administrator's operation on a device. */
const onUsersDevice = (name: string, more: object = {}): [string, Making] => [
  name,
  async (w) => {
    const { p, own } = await onDevice(w)
    const input = { ...p.user, DeviceKey: own.DeviceKey, ...more }
    return { input, decides: [[`cognito-idp:${name}`, p.arn]] }
  },
]

/** A user with two sign-ins in a pool that lists them. */
async function tracked(w: World) {
  const p = await pool(w)
  const TokenSession = { MaxPerUser: 20 }
  const config = { ...p.id, UserSessionTracking: 'ENABLED', TokenSession }
  await w.people('SetUserPoolSessionConfiguration', config)
  const { client, ClientId, Session } = await halfWay(p, w)
  const { AuthenticationResult: tokens } = await w.people('RespondToAuthChallenge', {
    ClientId,
    Session,
    ...newPassword,
  })
  const AuthParameters = { USERNAME: 'ada', PASSWORD: 'Permanent-2' }
  await w.people('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters })
  const AccessToken: string = tokens.AccessToken
  const { Sessions } = await w.people('ListUserSessions', { AccessToken })
  const other = Sessions.find((one: { IsCurrentSession: boolean }) => !one.IsCurrentSession)
  return { p, client, AccessToken, SessionId: other.SessionId as string }
}

type Tracked = Awaited<ReturnType<typeof tracked>>

/** A row of an administrator's operation where sign-ins are listed. */
const onTracked = (
  name: string,
  input: (t: Tracked) => Record<string, unknown>,
): [string, Making] => [
  name,
  async (w) => {
    const t = await tracked(w)
    return { input: input(t), decides: [[`cognito-idp:${name}`, t.p.arn]] }
  },
]

/** A user who may register passkeys, and what the authenticator is asked to make. */
async function registering(w: World) {
  const s = await signedIn(w)
  const AllowedFirstAuthFactors = ['PASSWORD', 'WEB_AUTHN']
  const Policies = { SignInPolicy: { AllowedFirstAuthFactors } }
  await w.people('UpdateUserPool', { ...s.p.id, Policies })
  const WebAuthnConfiguration = { RelyingPartyId: 'example.com' }
  await w.people('SetUserPoolMfaConfig', { ...s.p.id, WebAuthnConfiguration })
  const { AccessToken } = s
  const { CredentialCreationOptions } = await w.people('StartWebAuthnRegistration', { AccessToken })
  const Credential = authenticator('https://example.com').create(CredentialCreationOptions)
  return { AccessToken, Credential }
}

/** A user who has signed up but not confirmed; the code is the one in the mail. */
async function signedUp(w: World, name: string) {
  const p = await pool(w)
  await w.people('UpdateUserPool', { ...p.id, AutoVerifiedAttributes: ['email'] })
  const { ClientId } = await p.withClient()
  const to = `${name}@${w.account}.example.com`
  const UserAttributes = [{ Name: 'email', Value: to }]
  await w.people('SignUp', { ClientId, Username: name, Password, UserAttributes })
  return { p, ClientId, Username: name, to }
}

const codeFor = (w: World, to: string): string => {
  const messages = w.app.house.inbox(to) as readonly { readonly text: string }[]
  const text = messages.at(-1)?.text ?? ''
  return /\d{6}/.exec(text)?.[0] ?? ''
}

const peopleRows: readonly [string, Making][] = [
  open('GetClientToken', async (w) => {
    const p = await pool(w)
    const Scopes = [{ ScopeName: 'read', ScopeDescription: 'reads' }]
    const server = { ...p.id, Identifier: 'books', Name: 'books', Scopes }
    await w.people('CreateResourceServer', server)
    const { UserPoolClient } = await w.people('CreateUserPoolClient', {
      ...p.id,
      ClientName: 'job',
      GenerateSecret: true,
      ExplicitAuthFlows: ['ALLOW_CLIENT_TOKEN_AUTH'],
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: ['books/read'],
    })
    return { ClientId: UserPoolClient.ClientId, Secret: UserPoolClient.ClientSecret }
  }),
  open('SignUp', async (w) => {
    const p = await pool(w)
    const { ClientId } = await p.withClient()
    return { ClientId, Username: 'bob', Password }
  }),
  open('ConfirmSignUp', async (w) => {
    const { ClientId, Username, to } = await signedUp(w, 'bob')
    return { ClientId, Username, ConfirmationCode: codeFor(w, to) }
  }),
  open('ResendConfirmationCode', async (w) => {
    const { ClientId, Username } = await signedUp(w, 'bob')
    return { ClientId, Username }
  }),
  open('ForgotPassword', async (w) => {
    const { ClientId } = await signedIn(w)
    return { ClientId, Username: 'ada' }
  }),
  open('ConfirmForgotPassword', async (w) => {
    const { p, ClientId } = await signedIn(w)
    const to = `ada@${w.account}.example.com`
    const UserAttributes = [
      { Name: 'email', Value: to },
      { Name: 'email_verified', Value: 'true' },
    ]
    await w.people('AdminUpdateUserAttributes', { ...p.user, UserAttributes })
    await w.people('ForgotPassword', { ClientId, Username: 'ada' })
    return { ClientId, Username: 'ada', Password, ConfirmationCode: codeFor(w, to) }
  }),
  open('InitiateAuth', async (w) => (await halfWay(await pool(w), w)).start),
  open('RespondToAuthChallenge', async (w) => {
    const { ClientId, Session } = await halfWay(await pool(w), w)
    return { ClientId, Session, ...newPassword }
  }),
  open('RevokeToken', async (w) => {
    const { ClientId, RefreshToken } = await signedIn(w)
    return { ClientId, Token: RefreshToken }
  }),
  open('GetTokensFromRefreshToken', async (w) => {
    const { ClientId, RefreshToken } = await signedIn(w)
    return { ClientId, RefreshToken }
  }),
  byToken('GetUser'),
  byToken('GetUserAuthFactors'),
  byToken('UpdateUserAttributes', { UserAttributes: [{ Name: 'nickname', Value: 'A' }] }),
  byToken('DeleteUserAttributes', { UserAttributeNames: ['nickname'] }),
  byToken('DeleteUser'),
  byToken('ChangePassword', { PreviousPassword: 'Permanent-2', ProposedPassword: Password }),
  byToken('GetUserAttributeVerificationCode', { AttributeName: 'email' }),
  open('VerifyUserAttribute', async (w) => {
    const { p, AccessToken } = await signedIn(w)
    const to = `ada@${w.account}.example.com`
    const UserAttributes = [{ Name: 'email', Value: to }]
    await w.people('AdminUpdateUserAttributes', { ...p.user, UserAttributes })
    await w.people('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' })
    return { AccessToken, AttributeName: 'email', Code: codeFor(w, to) }
  }),
  open('StartWebAuthnRegistration', async (w) => {
    const { AccessToken } = await registering(w)
    return { AccessToken }
  }),
  open('CompleteWebAuthnRegistration', registering),
  byToken('ListWebAuthnCredentials'),
  open('DeleteWebAuthnCredential', async (w) => {
    const { AccessToken, Credential } = await registering(w)
    await w.people('CompleteWebAuthnRegistration', { AccessToken, Credential })
    return { AccessToken, CredentialId: Credential.id }
  }),
  open('ListUserSessions', async (w) => ({ AccessToken: (await tracked(w)).AccessToken })),
  open('RevokeUserSession', async (w) => {
    const { AccessToken, SessionId } = await tracked(w)
    return { AccessToken, SessionId }
  }),
  byToken('SetUserSettings', { MFAOptions: [] }),
  open('ConfirmDevice', async (w) => (await onDevice(w, false)).confirm),
  byDevice('GetDevice'),
  byToken('ListDevices'),
  byDevice('UpdateDeviceStatus', { DeviceRememberedStatus: 'not_remembered' }),
  byDevice('ForgetDevice'),
  byToken('GlobalSignOut'),
  byToken('SetUserMFAPreference', { EmailMfaSettings: { Enabled: false } }),
  byToken('AssociateSoftwareToken'),
  open('VerifySoftwareToken', async (w) => {
    const { AccessToken } = await signedIn(w)
    return { AccessToken, UserCode: await appCode(w, AccessToken) }
  }),
]

/** The code of an authenticator app that has just been given its secret. */
async function appCode(w: World, AccessToken: string): Promise<string> {
  const { SecretCode } = await w.people('AssociateSoftwareToken', { AccessToken })
  return totp(fromBase32(SecretCode), timeStep(new Date(w.app.house.clock.now())))
}

/** What administrators of user pools may, and what their users may without any policy. */
export const cognitoRows: ReadonlyMap<string, Making> = new Map([
  everywhere('CreateUserPool', { PoolName: 'more' }),
  everywhere('ListUserPools', { MaxResults: 10 }),
  plain('DescribeUserPool'),
  plain('UpdateUserPool', { PoolName: 'other' }),
  plain('DeleteUserPool'),
  plain('GetUserPoolMfaConfig'),
  plain('SetUserPoolMfaConfig', {
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  }),
  plain('AddCustomAttributes', {
    CustomAttributes: [{ Name: 'shoe', AttributeDataType: 'String' }],
  }),
  onTags('TagResource', { Tags: { a: 'b' } }),
  onTags('UntagResource', { TagKeys: ['a'] }),
  onTags('ListTagsForResource'),
  plain('CreateUserPoolClient', { ClientName: 'web' }),
  plain('ListUserPoolClients'),
  onClient('DescribeUserPoolClient'),
  onClient('UpdateUserPoolClient', { ClientName: 'other' }),
  onClient('DeleteUserPoolClient'),
  onClient('AddUserPoolClientSecret', {}, { GenerateSecret: true }),
  onClient('ListUserPoolClientSecrets'),
  [
    'DeleteUserPoolClientSecret',
    onPool('DeleteUserPoolClientSecret', async (p, w) => {
      const client = await p.withClient({ GenerateSecret: true })
      const { ClientSecretDescriptor } = await w.people('AddUserPoolClientSecret', client)
      return { ...client, ClientSecretId: ClientSecretDescriptor.ClientSecretId }
    }),
  ],
  plain('AdminCreateUser', { Username: 'bob' }),
  onUser('AdminGetUser'),
  onUser('AdminGetUserAuthFactors'),
  onUser('AdminDeleteUser'),
  onUser('AdminDisableUser'),
  onUser('AdminEnableUser'),
  onUser('AdminSetUserPassword', { Password, Permanent: true }),
  onUser('AdminUpdateUserAttributes', {
    UserAttributes: [{ Name: 'nickname', Value: 'A' }],
  }),
  onUser('AdminDeleteUserAttributes', { UserAttributeNames: ['nickname'] }),
  onUser('AdminListGroupsForUser'),
  [
    'AdminResetUserPassword',
    onPool('AdminResetUserPassword', async (p, w) => {
      await p.withUser()
      await w.people('AdminSetUserPassword', { ...p.user, Password, Permanent: true })
      return p.user
    }),
  ],
  [
    'AdminConfirmSignUp',
    async (w) => {
      const p = await pool(w)
      await p.withUser()
      const decides = [['cognito-idp:AdminConfirmSignUp', p.arn]] as const
      return { input: p.user, decides, answers: 'NotAuthorizedException' }
    },
  ],
  plain('ListUsers'),
  plain('CreateGroup', { GroupName: 'writers' }),
  plain('ListGroups'),
  onGroup('GetGroup'),
  onGroup('UpdateGroup', { Description: 'who read' }),
  onGroup('DeleteGroup'),
  onGroup('ListUsersInGroup'),
  ...(['AdminAddUserToGroup', 'AdminRemoveUserFromGroup'] as const).map(
    (name): [string, Making] => [
      name,
      onPool(name, async (p) => {
        await p.withUser()
        await p.withGroup()
        return { ...p.user, GroupName: 'readers' }
      }),
    ],
  ),
  plain('GetUserPoolSessionConfiguration'),
  plain('SetUserPoolSessionConfiguration', {
    UserSessionTracking: 'ENABLED',
    TokenSession: { MaxPerUser: 5 },
  }),
  onClient('GetUserPoolClientSessionConfiguration'),
  onTracked('SetUserPoolClientSessionConfiguration', ({ client }) => ({
    ...client,
    SSOSession: { MaxValidityMinutes: 5 },
  })),
  onTracked('AdminListUserSessions', ({ p }) => p.user),
  onTracked('AdminRevokeUserSession', ({ p, SessionId }) => ({ ...p.user, SessionId })),
  onUser('AdminSetUserSettings', { MFAOptions: [] }),
  [
    'AdminDeleteSoftwareToken',
    async (w) => {
      const { p, AccessToken } = await signedIn(w)
      await w.people('VerifySoftwareToken', {
        AccessToken,
        UserCode: await appCode(w, AccessToken),
      })
      const decides = [['cognito-idp:AdminDeleteSoftwareToken', p.arn]] as const
      return { input: p.user, decides }
    },
  ],
  onUsersDevice('AdminGetDevice'),
  onUser('AdminListDevices'),
  onUsersDevice('AdminUpdateDeviceStatus', { DeviceRememberedStatus: 'not_remembered' }),
  onUsersDevice('AdminForgetDevice'),
  onUser('AdminUserGlobalSignOut'),
  onUser('AdminSetUserMFAPreference', { EmailMfaSettings: { Enabled: false } }),
  [
    'AdminInitiateAuth',
    onPool('AdminInitiateAuth', async (p) => {
      const client = await p.withClient({ ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'] })
      await p.withUser({ TemporaryPassword: Password })
      return { ...client, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters: named }
    }),
  ],
  [
    'AdminRespondToAuthChallenge',
    onPool('AdminRespondToAuthChallenge', async (p, w) => {
      const { Session, client } = await halfWay(p, w)
      return { ...client, ...newPassword, Session }
    }),
  ],
  ...peopleRows,
  ...poolSettingsRows,
])
