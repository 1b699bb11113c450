import { createHash } from 'node:crypto'
import type { Readable } from '../../kernel/store.ts'
import { collection } from '../../kernel/store.ts'
import type { PolicyType } from './policy-types.ts'

export interface PolicyRecord {
  readonly organizationId: string
  readonly id: string
  readonly type: PolicyType
  readonly name: string
  readonly description: string
  readonly content: string
  /** Hex SHA-256 of the content. */
  readonly hash: string
  readonly tags: Readonly<Record<string, string>>
  readonly updatedAt: Date
}

export const hashOf = (content: string): string =>
  createHash('sha256').update(content).digest('hex')

/** Policies of organizations; AWS's own are not stored. */
export const policies = collection<PolicyRecord>('organizations.policies')({
  scope: 'installation',
  version: 1,
  key: (policy) => [policy.organizationId, policy.id],
  cached: 'organizations',
  indexes: {
    type: {
      kind: 'clear',
      why: 'types of policies say nothing about persons',
      of: (policy: PolicyRecord) => [policy.organizationId, policy.type],
    },
    name: {
      kind: 'blind',
      unique: true,
      of: (policy: PolicyRecord) => `${policy.organizationId}/${policy.type}/${policy.name}`,
    },
  },
})

const full = (
  id: string,
  name: string,
  type: PolicyType,
  description: string,
  statement: object,
): PolicyRecord => {
  const content = JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2)
  return {
    organizationId: '',
    id,
    type,
    name,
    description,
    content,
    hash: hashOf(content),
    tags: {},
    updatedAt: new Date(0),
  }
}

/** AWS's own policies, the same in every organization. */
export const awsPolicies: ReadonlyMap<string, PolicyRecord> = new Map(
  [
    full(
      'p-FullAWSAccess',
      'FullAWSAccess',
      'SERVICE_CONTROL_POLICY',
      'Allows access to every operation',
      { Effect: 'Allow', Action: '*', Resource: '*' },
    ),
    full(
      'p-RCPFullAWSAccess',
      'RCPFullAWSAccess',
      'RESOURCE_CONTROL_POLICY',
      'Allows access to every resource',
      { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
    ),
  ].map((policy) => [policy.id, policy]),
)

/** A policy of the organization, or one of AWS's. */
export const policyOf = async (
  store: Readable,
  organizationId: string,
  id: string,
): Promise<PolicyRecord | undefined> =>
  awsPolicies.get(id) ?? (await store.of(policies).get([organizationId, id]))
