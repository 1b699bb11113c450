import type {
  PasswordHashingAlgorithmType,
  UserImportJobStatusType,
} from '@aws-sdk/client-cognito-identity-provider'
import { collection, type Readable } from '../../kernel/store.ts'
import { fail } from './contract.ts'

/** A file that was uploaded, in parts of whole lines. */
export interface ImportFile {
  readonly id: string
  readonly parts: number
  /** `lines`: a JSON object in each, as `sallyport export` writes them. */
  readonly format: 'csv' | 'lines'
  /** The columns of a CSV file, as its first line has them. */
  readonly columns: readonly string[]
  /** Whether users of the file may say which groups they belong to. */
  readonly grouped: boolean
}

/** Where an import goes on. */
export interface ImportPlace {
  readonly part: number
  /** The next line within the part. */
  readonly row: number
  /** Its number in the file, from one. */
  readonly line: number
}

export interface ImportJobRecord {
  readonly pool: string
  readonly id: string
  /** Falls with time, so that the newest job comes first. */
  readonly order: number
  readonly name: string
  readonly role: string
  readonly algorithm?: PasswordHashingAlgorithmType | undefined
  readonly status: UserImportJobStatusType
  readonly message?: string | undefined
  readonly createdAt: Date
  readonly startedAt?: Date | undefined
  readonly endedAt?: Date | undefined
  readonly imported: number
  readonly skipped: number
  readonly failed: number
  readonly file?: ImportFile | undefined
  readonly next?: ImportPlace | undefined
  /** Lines that are not in the log yet. */
  readonly unlogged: readonly string[]
}

export const importJobs = collection<ImportJobRecord>('cognito.import-jobs')({
  scope: 'region',
  version: 1,
  key: ({ pool, order, id }) => [pool, order, id],
  indexes: {
    id: {
      kind: 'clear',
      why: 'ids of jobs are of chance',
      unique: true,
      of: ({ pool, id }: ImportJobRecord) => [pool, id],
    },
  },
})

export interface ImportPartRecord {
  readonly pool: string
  readonly job: string
  readonly file: string
  readonly number: number
  readonly text: string
}

export const importParts = collection<ImportPartRecord>('cognito.import-parts')({
  scope: 'region',
  version: 1,
  key: ({ pool, job, file, number }) => [pool, job, file, number],
})

/** The job that is under way: there is one at a time in an account's Region. */
export const activeImport = collection<{ readonly pool: string; readonly job: string }>(
  'cognito.active-import',
)({ scope: 'region', version: 1, key: () => ['active'] })

export const isActive = ({ status }: ImportJobRecord): boolean =>
  status === 'Pending' || status === 'InProgress'

/** The job that a call names. */
export async function foundJob(
  store: Readable,
  { UserPoolId: pool, JobId: id }: { readonly UserPoolId: string; readonly JobId: string },
): Promise<ImportJobRecord> {
  const job = await store.of(importJobs).findOne('id', [pool, id])
  if (job === undefined)
    throw fail('ResourceNotFoundException', `User import job ${id} does not exist.`)
  return job
}

/** The job that is under way; undefined when there is none. */
export async function activeJob(store: Readable): Promise<ImportJobRecord | undefined> {
  const active = await store.of(activeImport).get(['active'])
  if (active === undefined) return undefined
  const job = await store.of(importJobs).findOne('id', [active.pool, active.job])
  return job !== undefined && isActive(job) ? job : undefined
}

/** Refuses changes of a pool while users are imported into it. */
export async function checkNoImport(store: Readable, pool: string): Promise<void> {
  if ((await activeJob(store))?.pool === pool)
    throw fail(
      'UserImportInProgressException',
      'The user pool cannot be changed while a user import job is in progress.',
    )
}
