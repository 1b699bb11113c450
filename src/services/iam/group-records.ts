import { collection } from '../../kernel/store.ts'
import { type HolderKind, holderIndexes, type PolicyHolder } from './holders.ts'

/** A group of users; groups are no principals and hold no groups. */
export type GroupRecord = PolicyHolder

export const groups = collection<GroupRecord>('iam.groups')({
  scope: 'account',
  version: 1,
  key: (group) => [group.id],
  cached: 'iam',
  indexes: holderIndexes,
})

export const groupKind: HolderKind<GroupRecord> = {
  type: 'group',
  collection: groups,
  inlineQuota: 5_120,
  attachedQuota: 10,
}
