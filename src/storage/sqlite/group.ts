import type { DatabaseSync } from 'node:sqlite'
import { StoreUnavailable } from '../../kernel/store.ts'
import type { Batch, DriverStats, Outcome, Read } from '../driver.ts'
import { withinTime } from '../within-time.ts'
import type { Statements } from './statements.ts'

/** One waiting transaction. */
interface Work {
  run(read: Read): Promise<Outcome<unknown>>
  done(result: unknown): void
  failed(reason: unknown): void
}

/** What a transaction came to, told to its caller only after the group's commit. */
interface Settled {
  readonly work: Work
  readonly result?: unknown
  readonly reason?: unknown
  readonly rejected: boolean
  readonly epochs: Batch['epochs']
}

/** What the driver does around a group. */
export interface GroupEvents {
  /** Pins what plain reads see to the state before the commit. */
  beforeCommit(): void
  /** Makes the commit durable. */
  sync(): Promise<void>
  /** Lets plain reads see the commit, and moves epochs. */
  visible(moved: readonly (readonly [string, string])[]): void
  /** Housekeeping between groups. */
  betweenGroups(): Promise<void>
}

const LARGEST_GROUP = 256
const LONGEST_RUN_MS = 8

/**
 * Group commit. Callbacks run one after another on the one writing connection, each seeing what
 * the earlier ones wrote; all are answered after the commit that holds them is durable, also those
 * that failed or only read, since what they saw was not durable before.
 */
export class Groups {
  private readonly queue: Work[] = []
  private draining: Promise<void> | undefined
  private broken: unknown
  private readonly database: DatabaseSync
  private readonly statements: Statements
  private readonly stats: DriverStats
  private readonly events: GroupEvents

  constructor(
    database: DatabaseSync,
    statements: Statements,
    stats: DriverStats,
    events: GroupEvents,
  ) {
    this.database = database
    this.statements = statements
    this.stats = stats
    this.events = events
  }

  /** Queues a transaction for the next group. */
  submit<T>(run: (read: Read) => Promise<Outcome<T>>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.queue.push({ run, done: resolve as (result: unknown) => void, failed: reject })
      if (this.draining) return
      // At the end of this turn of the loop, so that its transactions share one commit.
      this.draining = new Promise<void>((ready) => setImmediate(ready)).then(() => this.drain())
    })
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.draining) await this.draining
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      await this.runGroup()
      try {
        await this.events.betweenGroups()
      } catch (cause) {
        this.broken ??= cause
      }
    }
    this.draining = undefined
  }

  private async runGroup(): Promise<void> {
    const group: Settled[] = []
    try {
      if (this.broken) throw this.broken
      this.database.exec('BEGIN IMMEDIATE')
      const until = performance.now() + LONGEST_RUN_MS
      while (this.queue.length > 0 && group.length < LARGEST_GROUP) {
        group.push(await this.runOne(this.queue.shift()!))
        if (!this.database.isTransaction) throw group.at(-1)?.reason
        if (performance.now() > until) break
      }
      const wrote = group.some(({ epochs }) => epochs !== undefined)
      if (wrote) this.events.beforeCommit()
      this.database.exec('COMMIT')
      if (wrote) await this.makeDurable(group)
    } catch (cause) {
      this.abandon(group, cause)
      return
    }
    for (const { work, rejected, reason, result } of group) {
      if (rejected) work.failed(reason)
      else work.done(result)
    }
  }

  private async makeDurable(group: readonly Settled[]): Promise<void> {
    try {
      await this.events.sync()
    } catch (cause) {
      // The kernel may have dropped the pages that it could not write: only a new start, which
      // reads back what is on disk, knows what is true.
      this.broken = cause
      throw cause
    }
    this.stats.groups++
    this.stats.largestGroup = Math.max(this.stats.largestGroup, group.length)
    this.stats.commits += group.filter(({ epochs }) => epochs !== undefined).length
    this.events.visible(group.flatMap(({ epochs }) => epochs ?? []))
  }

  private async runOne(work: Work): Promise<Settled> {
    try {
      const { result, batch } = await withinTime(work.run(this.statements))
      if (batch) this.applyAlone(batch)
      return { work, result, rejected: false, epochs: batch && (batch.epochs ?? []) }
    } catch (reason) {
      if (isFatal(reason)) {
        if (this.database.isTransaction) this.database.exec('ROLLBACK')
        return { work, reason, rejected: true, epochs: undefined }
      }
      return { work, reason, rejected: true, epochs: undefined }
    }
  }

  private applyAlone(batch: Batch): void {
    this.database.exec('SAVEPOINT one')
    try {
      this.statements.apply(batch)
      this.database.exec('RELEASE one')
    } catch (cause) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK TO one; RELEASE one')
      throw cause
    }
    for (const { row } of batch.changes) this.stats.bytesWritten += row?.body.length ?? 0
    for (const segment of batch.segments ?? []) this.stats.bytesWritten += segment.body.length
  }

  private abandon(group: readonly Settled[], cause: unknown): void {
    try {
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
    } catch {
      // Nothing is open: what could be undone has been.
    }
    const reason = unavailable(cause)
    for (const { work } of group) work.failed(reason)
    if (group.length > 0) return
    // BEGIN itself failed: those that wait would fail in the same way.
    for (const work of this.queue.splice(0)) work.failed(reason)
  }
}

/** Errors that concern the database, not the one transaction: full, unreadable, out of memory. */
function isFatal(reason: unknown): boolean {
  const code = (reason as { errcode?: number } | null)?.errcode
  return code !== undefined && [7, 8, 10, 11, 13, 14, 26].includes(code & 0xff)
}

const unavailable = (cause: unknown): StoreUnavailable =>
  new StoreUnavailable(
    `the store cannot write now: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  )
