import type { Making, World } from './authorization-rows.ts'

/** A pool with a client, a user and a group, made for one row. */
export async function pool(w: World, more: object = {}) {
  const { UserPool } = await w.people('CreateUserPool', { PoolName: 'people', ...more })
  const UserPoolId: string = UserPool.Id
  const arn: string = UserPool.Arn
  return {
    id: { UserPoolId },
    arn,
    user: { UserPoolId, Username: 'ada' },
    async withUser(more: object = {}) {
      await w.people('AdminCreateUser', {
        UserPoolId,
        Username: 'ada',
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: 'ada@example.com' },
          { Name: 'email_verified', Value: 'true' },
        ],
        ...more,
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

export type Pool = Awaited<ReturnType<typeof pool>>

/** A row of an operation that is decided on its pool. */
export const onPool =
  (name: string, input: (p: Pool, w: World) => object | Promise<object>): Making =>
  async (w) => {
    const p = await pool(w)
    return {
      input: (await input(p, w)) as Record<string, unknown>,
      decides: [[`cognito-idp:${name}`, p.arn]],
    }
  }

export const onUser = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, async (p) => {
    await p.withUser()
    return { ...p.user, ...more }
  }),
]

export const onClient = (name: string, more: object = {}, made: object = {}): [string, Making] => [
  name,
  onPool(name, async (p) => ({ ...(await p.withClient(made)), ...more })),
]

export const onGroup = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, async (p) => {
    await p.withGroup()
    return { ...p.id, GroupName: 'readers', ...more }
  }),
]

export const plain = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, (p) => ({ ...p.id, ...more })),
]

export const everywhere = (name: string, input: Record<string, unknown>): [string, Making] => [
  name,
  () => ({ input, decides: [[`cognito-idp:${name}`, '*']] }),
]

export const onTags = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, (p) => ({ ResourceArn: p.arn, ...more })),
]
