import { collection } from '../../kernel/store.ts'

export interface PolicyVersionRecord {
  /** `v1`, `v2`, ... never used again. */
  readonly id: string
  readonly document: string
  readonly createdAt: Date
}

export interface ManagedPolicyRecord {
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly path: string
  readonly description?: string | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly tags: Readonly<Record<string, string>>
  readonly defaultVersion: string
  /** Number of the next version. */
  readonly nextVersion: number
  readonly versions: readonly PolicyVersionRecord[]
}

/** Customer managed policies. AWS's own stand in `aws-managed/`. */
export const managedPolicies = collection<ManagedPolicyRecord>('iam.managed-policies')({
  scope: 'account',
  version: 1,
  key: (policy) => [policy.id],
  cached: 'iam',
  indexes: {
    arn: { kind: 'blind', unique: true, of: (policy: ManagedPolicyRecord) => policy.arn },
    name: {
      kind: 'blind',
      unique: true,
      of: (policy: ManagedPolicyRecord) => policy.name.toLowerCase(),
    },
  },
})

/** The document that is in force. */
export const defaultDocument = (policy: ManagedPolicyRecord): string =>
  policy.versions.find((version) => version.id === policy.defaultVersion)!.document
