import { collection } from '../../kernel/store.ts'

/** When something was last tried; times in milliseconds since 1970. */
export interface LastTry {
  readonly time: number
  readonly region: string
}

/** A user or role as a report knew it. */
export interface ReportedEntity {
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly path: string
  readonly type: 'USER' | 'ROLE'
  /** Last tries by service, and by `service:Action`. */
  readonly services: Readonly<Record<string, LastTry>>
  readonly actions: Readonly<Record<string, LastTry>>
}

/** An account of an organization as a report knew it. */
export interface ReportedAccount {
  /** `o-x/r-x/ou-x/111122223333/`. */
  readonly path: string
  readonly services: Readonly<Record<string, LastTry>>
}

/** A service that could be reached when the report was made. */
export interface ReachableService {
  readonly namespace: string
  readonly title: string
  /** Names of actions, in reports on actions. */
  readonly actions?: readonly string[] | undefined
}

interface JobBase {
  readonly id: string
  /** Unique id of the user or role that asked, the account number for its root: nobody else may read. */
  readonly by: string
  readonly createdAt: Date
  readonly services: readonly ReachableService[]
}

/** A report on last accesses: what it found stays as it was found. */
export type AccessJobRecord =
  | (JobBase & {
      readonly kind: 'entity'
      readonly granularity: 'SERVICE_LEVEL' | 'ACTION_LEVEL'
      readonly entities: readonly ReportedEntity[]
    })
  | (JobBase & {
      readonly kind: 'organization'
      readonly accounts: readonly ReportedAccount[]
      readonly failure?: { readonly Code: string; readonly Message: string } | undefined
    })

export const accessJobs = collection<AccessJobRecord>('iam.access-jobs')({
  scope: 'account',
  version: 1,
  key: (job) => [job.id],
})
