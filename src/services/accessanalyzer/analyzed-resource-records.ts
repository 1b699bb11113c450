import type { ResourceType } from '@aws-sdk/client-accessanalyzer'
import { collection } from '../../kernel/store.ts'

/** A resource as an analyzer of external access last saw it. */
export interface AnalyzedResourceRecord {
  readonly analyzerId: string
  readonly id: string
  readonly arn: string
  readonly type: ResourceType
  readonly account: string
  /** Of everything that the result depends on: while it stays, nothing is looked at again. */
  readonly digest: string
  readonly createdAt: Date
  readonly analyzedAt: Date
  readonly updatedAt: Date
}

export const analyzedResources = collection<AnalyzedResourceRecord>(
  'accessanalyzer.analyzed-resources',
)({
  scope: 'region',
  version: 1,
  key: ({ analyzerId, id }) => [analyzerId, id],
  indexes: {
    arn: {
      kind: 'blind',
      unique: true,
      of: ({ analyzerId, arn }: AnalyzedResourceRecord) => `${analyzerId} ${arn}`,
    },
  },
})
