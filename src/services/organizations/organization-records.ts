import { collection } from '../../kernel/store.ts'
import { attachedKeys, type NodeFacts } from './node-facts.ts'
import type { PolicyType } from './policy-types.ts'

/** An organization and its root: the tags and attachments are the root's. */
export interface OrganizationRecord extends NodeFacts {
  readonly id: string
  readonly managementAccount: string
  readonly rootId: string
  readonly featureSet: 'ALL' | 'CONSOLIDATED_BILLING'
  readonly createdAt: Date
  /** Members, the management account among them. */
  readonly accounts: number
  readonly units: number
  /** Policy types that are enabled in the root. */
  readonly types: Readonly<Partial<Record<PolicyType, { readonly generation: number }>>>
  /** How often a type has been enabled; names the next generation of attachments. */
  readonly generations: number
  /** Trusted services, with the time when each was enabled. */
  readonly services: Readonly<Record<string, Date>>
  readonly resourcePolicy?: ResourcePolicyRecord | undefined
}

export interface ResourcePolicyRecord {
  readonly id: string
  readonly content: string
  readonly tags: Readonly<Record<string, string>>
}

/** Members, the management account among them: the most that AWS grants. */
export const accountQuota = 50_000

/** Organizations of all accounts of the installation. */
export const organizations = collection<OrganizationRecord>('organizations.organizations')({
  scope: 'installation',
  version: 1,
  key: (org) => [org.id],
  cached: 'organizations',
  indexes: {
    attached: {
      kind: 'clear',
      why: 'ids of policies say nothing about persons',
      of: (org: OrganizationRecord) => attachedKeys(org.id, org),
    },
  },
})
