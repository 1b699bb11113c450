import { collection } from '../../kernel/store.ts'

/** A long-term access key. The secret is kept, sealed, because SigV4 needs it in clear. */
export interface AccessKeyRecord {
  readonly id: string
  readonly secret: string
  readonly account: string
  /** Unique id of the user; the account number for a key of the root user. */
  readonly userId: string
  readonly active: boolean
  readonly createdAt: Date
}

/** Installation-wide, because a request names its key and nothing else. */
export const accessKeys = collection<AccessKeyRecord>('iam.access-keys')({
  scope: 'installation',
  version: 1,
  key: (key) => [key.id],
  cached: 'iam.keys',
  indexes: {
    owner: {
      kind: 'clear',
      why: 'account numbers and unique ids are public identifiers',
      of: (key: AccessKeyRecord) => [key.account, key.userId],
    },
  },
})
