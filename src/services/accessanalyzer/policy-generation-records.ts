import type { CloudTrailProperties, JobError, JobStatus } from '@aws-sdk/client-accessanalyzer'
import { collection } from '../../kernel/store.ts'

/** An action with the resources that it was really used on. */
export interface UsedAction {
  /** `iam:GetUser`. */
  readonly action: string
  readonly resources: readonly string[]
}

export interface PolicyGenerationRecord {
  readonly id: string
  readonly principalArn: string
  /** Unique id of the user or role: what a successor of the name did is not counted. */
  readonly principalId: string
  readonly status: JobStatus
  readonly startedOn: Date
  readonly completedOn?: Date | undefined
  readonly error?: JobError | undefined
  /** Milliseconds since 1970, both inclusive. */
  readonly from: number
  readonly to: number
  readonly trails?: CloudTrailProperties['trailProperties'] | undefined
  readonly accessRole?: string | undefined
  readonly used?: readonly UsedAction[] | undefined
  /** Services that were used in the time, with or without known actions. */
  readonly services?: readonly string[] | undefined
  readonly clientToken?: string | undefined
}

/** Policy generations of an account and Region, by the ids of their jobs. */
export const policyGenerations = collection<PolicyGenerationRecord>(
  'accessanalyzer.policy-generations',
)({
  scope: 'region',
  version: 1,
  key: ({ id }) => [id],
})
