import type { Making, World } from './authorization-rows.ts'

const Password = 'Permanent-1'

/** A pool with a client, a user and a group, made for one row. */
async function pool(w: World) {
  const { UserPool } = await w.people('CreateUserPool', { PoolName: 'people' })
  const UserPoolId: string = UserPool.Id
  const arn: string = UserPool.Arn
  return {
    id: { UserPoolId },
    arn,
    user: { UserPoolId, Username: 'ada' },
    async withUser() {
      await w.people('AdminCreateUser', {
        UserPoolId,
        Username: 'ada',
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: 'ada@example.com' },
          { Name: 'email_verified', Value: 'true' },
        ],
      })
    },
    withGroup: () => w.people('CreateGroup', { UserPoolId, GroupName: 'readers' }),
    async withClient(more: object = {}) {
      const input = { UserPoolId, ClientName: 'web', ...more }
      const { UserPoolClient } = await w.people('CreateUserPoolClient', input)
      return { UserPoolId, ClientId: UserPoolClient.ClientId as string }
    },
  }
}

type Pool = Awaited<ReturnType<typeof pool>>

/** A row of an operation that is decided on its pool. */
const onPool =
  (name: string, input: (p: Pool, w: World) => object | Promise<object>): Making =>
  async (w) => {
    const p = await pool(w)
    return {
      input: (await input(p, w)) as Record<string, unknown>,
      decides: [[`cognito-idp:${name}`, p.arn]],
    }
  }

const onUser = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, async (p) => {
    await p.withUser()
    return { ...p.user, ...more }
  }),
]

const onClient = (name: string, more: object = {}, made: object = {}): [string, Making] => [
  name,
  onPool(name, async (p) => ({ ...(await p.withClient(made)), ...more })),
]

const onGroup = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, async (p) => {
    await p.withGroup()
    return { ...p.id, GroupName: 'readers', ...more }
  }),
]

const plain = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, (p) => ({ ...p.id, ...more })),
]

const everywhere = (name: string, input: Record<string, unknown>): [string, Making] => [
  name,
  () => ({ input, decides: [[`cognito-idp:${name}`, '*']] }),
]

const onTags = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, (p) => ({ ResourceArn: p.arn, ...more })),
]

/** What administrators of user pools may. */
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
])
