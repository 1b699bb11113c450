import { collection } from '../../kernel/store.ts'
import { type HolderKind, holderIndexes, type PolicyHolder } from './holders.ts'

export interface RoleRecord extends PolicyHolder {
  readonly tags: Readonly<Record<string, string>>
  /** The trust policy, with users and roles by their unique ids. */
  readonly trust: string
  /** Accounts of the users and roles whose ids stand in `trust`. */
  readonly trustees?: Readonly<Record<string, string>> | undefined
  /** Service principal that a service-linked role belongs to. */
  readonly linkedTo?: string | undefined
  /** The role template that the role was made from. */
  readonly template?: { readonly arn: string; readonly minor: number } | undefined
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
  isProtected: (role) => role.linkedTo !== undefined,
}
