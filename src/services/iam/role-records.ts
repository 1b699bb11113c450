import { collection } from '../../kernel/store.ts'
import { type HolderKind, holderIndexes, type PolicyHolder } from './holders.ts'

export interface RoleRecord extends PolicyHolder {
  readonly tags: Readonly<Record<string, string>>
  readonly trust: string
  readonly description?: string | undefined
  /** Seconds. */
  readonly maxSessionDuration: number
}

export const roles = collection<RoleRecord>('iam.roles')({
  scope: 'account',
  version: 1,
  key: (role) => [role.id],
  cached: 'iam',
  indexes: holderIndexes,
})

export const roleKind: HolderKind<RoleRecord> = {
  type: 'role',
  collection: roles,
  inlineQuota: 10_240,
  attachedQuota: 10,
}
