import type {
  AccessPreviewFinding,
  AccessPreviewStatus,
  AccessPreviewStatusReasonCode,
  Configuration,
} from '@aws-sdk/client-accessanalyzer'
import type { Validated } from '../../kernel/contract.ts'
import { collection } from '../../kernel/store.ts'

export type Proposed = Validated<Configuration>

export interface AccessPreviewRecord {
  readonly analyzerId: string
  readonly id: string
  readonly resource: string
  readonly configuration: Proposed
  readonly createdAt: Date
  readonly status: AccessPreviewStatus
  readonly reason?: AccessPreviewStatusReasonCode | undefined
  readonly findings: readonly AccessPreviewFinding[]
  readonly clientToken?: string | undefined
}

/** Access previews of an analyzer. */
export const accessPreviews = collection<AccessPreviewRecord>('accessanalyzer.access-previews')({
  scope: 'region',
  version: 1,
  key: ({ analyzerId, id }) => [analyzerId, id],
})
