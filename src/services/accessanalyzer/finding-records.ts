import type {
  ExternalAccessDetails,
  FindingDetails,
  FindingStatus,
  FindingType,
  InternalAccessDetails,
  ResourceType,
} from '@aws-sdk/client-accessanalyzer'
import { collection } from '../../kernel/store.ts'

/** What was seen when a resource or principal was looked at. */
export interface Observation {
  /** What makes it the same finding when it is seen again. */
  readonly identity: string
  readonly findingType: FindingType
  /** ARN. */
  readonly resource: string
  readonly resourceType: ResourceType
  readonly resourceOwnerAccount: string
  readonly details: readonly FindingDetails[]
  readonly error?: string | undefined
}

export interface FindingRecord extends Observation {
  readonly analyzerId: string
  readonly id: string
  readonly status: FindingStatus
  readonly createdAt: Date
  readonly analyzedAt: Date
  readonly updatedAt: Date
}

/** Findings of an analyzer. */
export const findings = collection<FindingRecord>('accessanalyzer.findings')({
  scope: 'region',
  version: 1,
  key: ({ analyzerId, id }) => [analyzerId, id],
  indexes: {
    identity: {
      kind: 'blind',
      unique: true,
      of: ({ analyzerId, identity }: FindingRecord) => `${analyzerId} ${identity}`,
    },
    resource: {
      kind: 'blind',
      of: ({ analyzerId, resource }: FindingRecord) => `${analyzerId} ${resource}`,
    },
  },
})

/** The details of external access; undefined for findings of other kinds. */
export const externalOf = (finding: Observation): ExternalAccessDetails | undefined =>
  finding.details[0]?.externalAccessDetails

/** The details of internal access; undefined for findings of other kinds. */
export const internalOf = (finding: Observation): InternalAccessDetails | undefined =>
  finding.details[0]?.internalAccessDetails
