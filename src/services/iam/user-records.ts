import { collection } from '../../kernel/store.ts'
import { type HolderKind, holderIndexes, type PolicyHolder } from './holders.ts'

export interface UserRecord extends PolicyHolder {
  readonly tags: Readonly<Record<string, string>>
  /** Unique ids of the groups that the user belongs to. */
  readonly groups: readonly string[]
}

/** Users by unique id: names of users may be e-mail addresses, so they are no clear key. */
export const users = collection<UserRecord>('iam.users')({
  scope: 'account',
  version: 1,
  key: (user) => [user.id],
  cached: 'iam',
  indexes: {
    ...holderIndexes,
    group: {
      kind: 'clear',
      why: 'unique ids of groups say nothing about persons',
      of: (user: UserRecord) => user.groups.map((id) => [id]),
    },
  },
})

export const userKind: HolderKind<UserRecord> = {
  type: 'user',
  collection: users,
  inlineQuota: 2_048,
  attachedQuota: 10,
}
