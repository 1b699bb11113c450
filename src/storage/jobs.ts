import type { Log } from '../kernel/ports.ts'
import type { Job, Owner, Store } from '../kernel/store.ts'
import { type JobRecord, jobQueue, jobs } from './job-record.ts'

/** Works on a due job; it comes again when this throws, and perhaps when it does not. */
export type JobHandler = (job: Job, owner: Owner) => Promise<void>

const PAGE = 100
const LEASE_MS = 30_000
const LONGEST_PAUSE_MS = 15 * 60_000

/** Durable timers. Due by the service's clock; leases and pauses are on the real one. */
export class Jobs {
  private readonly store: Store
  private readonly log: Log

  constructor(store: Store, log: Log) {
    this.store = store
    this.log = log
  }

  /**
   * Runs every job that is due and that nobody works on, also those that the handlers schedule
   * meanwhile. Jobs that fail come again later. Returns how many have run.
   */
  async runDue(now: number, handler: JobHandler): Promise<number> {
    let done = 0
    let after: readonly (string | number)[] | undefined
    let progress = false
    for (;;) {
      const page = await this.store.of(jobQueue).list({ limit: PAGE, after })
      const due = page.records.filter(({ dueAt }) => dueAt <= now)
      for (const { id } of due) {
        const claimed = await this.claim(id, now)
        if (!claimed) continue
        progress = true
        if (await this.work(claimed, handler)) done++
      }
      after = page.after
      if (after && due.length === page.records.length) continue
      if (!progress) return done
      progress = false
      after = undefined
    }
  }

  /** When the earliest job is due, by the service's clock. */
  async nextDue(): Promise<number | undefined> {
    return (await this.store.of(jobQueue).list({ limit: 1 })).records[0]?.dueAt
  }

  private async claim(id: string, now: number): Promise<JobRecord | undefined> {
    const seen = await this.store.of(jobs).get([id])
    if (!seen || seen.notBefore > Date.now() || seen.job.dueAt > now) return undefined
    return this.store.transaction(async (tx) => {
      const record = await tx.of(jobs).get([id])
      if (!record || record.notBefore > Date.now() || record.job.dueAt > now) return undefined
      const attempts = record.attempts + 1
      return tx
        .of(jobs)
        .update([id], (old) => ({ ...old, attempts, notBefore: Date.now() + LEASE_MS }))
    })
  }

  private async work(record: JobRecord, handler: JobHandler): Promise<boolean> {
    const renewal = setInterval(() => {
      void this.pause(record, LEASE_MS).catch(() => undefined)
    }, LEASE_MS / 3)
    try {
      await handler(record.job, record.owner)
    } catch (cause) {
      const { type } = record.job
      this.log.error('a job failed', { type, attempts: record.attempts, error: String(cause) })
      await this.pause(record, Math.min(LONGEST_PAUSE_MS, 200 * 2 ** record.attempts))
      return false
    } finally {
      clearInterval(renewal)
    }
    await this.finish(record)
    return true
  }

  /** The job is done, unless another of its key has replaced it meanwhile. */
  private async finish({ id, edition }: JobRecord): Promise<void> {
    await this.store.transaction(async (tx) => {
      const record = await tx.of(jobs).get([id])
      if (record?.edition !== edition) return
      await tx.of(jobs).delete([id])
      await tx.of(jobQueue).delete([record.job.dueAt, id])
    })
  }

  private async pause({ id, edition }: JobRecord, milliseconds: number): Promise<void> {
    await this.store.transaction(async (tx) => {
      const record = await tx.of(jobs).get([id])
      if (record?.edition !== edition) return
      await tx.of(jobs).update([id], (old) => ({ ...old, notBefore: Date.now() + milliseconds }))
    })
  }
}
