import { collection, type Job, type Owner } from '../kernel/store.ts'

/** A durable timer and who works on it. */
export interface JobRecord {
  readonly id: string
  readonly owner: Owner
  readonly job: Job
  /** Tells a job from the one that replaced it. */
  readonly edition: string
  /** Real clock: nobody else takes it before. */
  readonly notBefore: number
  readonly attempts: number
}

/** Jobs by identity: a keyed hash of owner, type and key. */
export const jobs = collection<JobRecord>('sallyport.jobs')({
  scope: 'installation',
  version: 1,
  key: ({ id }) => [id],
})

/** The same jobs by when they are due. */
export const jobQueue = collection<{ readonly dueAt: number; readonly id: string }>(
  'sallyport.job-queue',
)({
  scope: 'installation',
  version: 1,
  key: ({ dueAt, id }) => [dueAt, id],
})
