import { collection, type Owner } from '../../kernel/store.ts'

/** The suite's example record. */
export interface User {
  readonly pool: string
  readonly name: string
  readonly mail?: string
  readonly groups?: readonly string[]
  readonly logins?: number
  readonly secret?: Uint8Array
  readonly made?: Date
  readonly serial?: bigint
}

export const users = collection<User>('conformance.users')({
  scope: 'account',
  version: 1,
  key: (user) => [user.pool, user.name],
  indexes: {
    mail: { kind: 'blind', unique: true, of: (user: User) => user.mail },
    group: { kind: 'blind', of: (user: User) => user.groups },
    name: { kind: 'blind-prefix', of: (user: User) => user.name },
    logins: {
      kind: 'clear',
      why: 'a number of sign-ins says nothing about a person',
      of: (user: User) => (user.logins === undefined ? undefined : [user.logins]),
    },
  },
  cached: 'conformance.users',
})

export const ann: Owner = { account: '111111111111', region: 'eu-west-1' }
export const bob: Owner = { account: '222222222222', region: 'eu-west-1' }

/** A user of the pool `p`. */
export const user = (name: string, more: Partial<User> = {}): User => ({ pool: 'p', name, ...more })
