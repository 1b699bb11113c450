import type { AccountState } from '@aws-sdk/client-organizations'
import { collection } from '../../kernel/store.ts'
import { attachedKeys, type NodeFacts } from './node-facts.ts'

/**
 * What organizations know of an account. It stays when the account leaves its organization,
 * because e-mail address and name are the account's own.
 */
export interface AccountRecord extends NodeFacts {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly state: AccountState
  /** When an organization created it; undefined for accounts that were there before. */
  readonly createdAt?: Date | undefined
  /** When closing was asked for. */
  readonly closedAt?: Date | undefined
  readonly organizationId?: string | undefined
  /** Root or unit that the account is in. */
  readonly parentId?: string | undefined
  readonly joinedMethod?: 'CREATED' | 'INVITED' | undefined
  readonly joinedAt?: Date | undefined
  /** Services that the account administers for its organization. */
  readonly delegated: Readonly<Record<string, Date>>
}

/** A member: what it has as long as it belongs to an organization is there. */
export type Member = AccountRecord & {
  readonly organizationId: string
  readonly parentId: string
  readonly joinedMethod: 'CREATED' | 'INVITED'
  readonly joinedAt: Date
}

const inside = <T>(account: AccountRecord, of: (organization: string) => T): T | undefined =>
  account.organizationId === undefined ? undefined : of(account.organizationId)

/** Accounts by their number. */
export const accounts = collection<AccountRecord>('organizations.accounts')({
  scope: 'installation',
  version: 1,
  key: (account) => [account.id],
  cached: 'organizations',
  indexes: {
    email: { kind: 'blind', unique: true, of: (a: AccountRecord) => a.email.toLowerCase() },
    organization: {
      kind: 'clear',
      why: 'account numbers and ids of organizations are keys everywhere',
      of: (a: AccountRecord) => inside(a, (organization) => [organization]),
    },
    parent: {
      kind: 'clear',
      why: 'ids of roots and units say nothing about persons',
      of: (a: AccountRecord) => inside(a, (organization) => [organization, a.parentId ?? '']),
    },
    attached: {
      kind: 'clear',
      why: 'ids of policies say nothing about persons',
      of: (a: AccountRecord) => inside(a, (organization) => attachedKeys(organization, a)),
    },
    delegate: {
      kind: 'clear',
      why: 'names of services say nothing about persons',
      of: (a: AccountRecord) =>
        Object.keys(a.delegated).length === 0 ? undefined : inside(a, (o) => [o]),
    },
  },
})

/** What an account is known by that no organization has created. */
export const unknownAccount = (id: string): AccountRecord => ({
  id,
  email: `root@${id}.invalid`,
  name: id,
  state: 'ACTIVE',
  tags: {},
  attachments: {},
  delegated: {},
})

/** The account outside of any organization: nothing of the old one stays. */
export const outside = (account: AccountRecord): AccountRecord => ({
  ...account,
  organizationId: undefined,
  parentId: undefined,
  joinedMethod: undefined,
  joinedAt: undefined,
  tags: {},
  attachments: {},
  delegated: {},
})
