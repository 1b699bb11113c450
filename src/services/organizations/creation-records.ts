import type { CreateAccountFailureReason, CreateAccountState } from '@aws-sdk/client-organizations'
import { collection } from '../../kernel/store.ts'

/** A request to create an account, and what became of it. */
export interface CreationRecord {
  readonly organizationId: string
  readonly id: string
  readonly accountName: string
  readonly state: CreateAccountState
  readonly requestedAt: Date
  readonly completedAt?: Date | undefined
  /** Undefined when it failed at once. */
  readonly accountId?: string | undefined
  readonly failure?: CreateAccountFailureReason | undefined
}

/** Requests to create accounts. */
export const creations = collection<CreationRecord>('organizations.creations')({
  scope: 'installation',
  version: 1,
  key: (creation) => [creation.organizationId, creation.id],
  indexes: {
    state: {
      kind: 'clear',
      why: 'states say nothing about persons',
      of: (creation: CreationRecord) => [creation.organizationId, creation.state],
    },
  },
})
