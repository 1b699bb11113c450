import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Batch, Driver, DriverStats, DumpRow, Outcome, Read, WideRead } from '../driver.ts'
import { LocalEpochs } from '../local-epochs.ts'
import { newestLayout, stepsFrom } from '../migrations/steps.ts'
import { dumpDatabase, loadDatabase } from './dump.ts'
import { Groups } from './group.ts'
import { Lock } from './lock.ts'
import { Statements } from './statements.ts'
import { syncDirectory, Wal } from './wal.ts'

export interface SqliteOptions {
  /** Bytes written after which the write-ahead log is copied into the database file. */
  readonly checkpointAfter?: number
  /** Tests let the disk fail here. */
  readonly beforeSync?: () => Promise<void>
}

const CHECKPOINT_AFTER = 16 * 1024 * 1024
/** Bytes of a log that is copied at once, and of one that is kept when it begins anew. */
const LARGEST_LOG = 128 * 1024 * 1024
const KEPT_LOG = 64 * 1024 * 1024

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** One SQLite database in a directory, for one process. */
export class SqliteDriver implements Driver {
  readonly shared = false
  readonly epochs = new LocalEpochs()
  readonly stats: DriverStats = {
    commits: 0,
    groups: 0,
    largestGroup: 0,
    retries: 0,
    bytesWritten: 0,
  }
  readonly read: WideRead
  private readonly path: string
  private readonly lock: Lock
  private readonly writing: DatabaseSync
  private readonly reading: DatabaseSync
  private readonly groups: Groups
  private readonly wal: Wal
  private readonly checkpointAfter: number
  private snapshot = false
  private checkpointed = 0

  constructor(directory: string, options: SqliteOptions = {}) {
    const { checkpointAfter = CHECKPOINT_AFTER, beforeSync } = options
    this.checkpointAfter = checkpointAfter
    const made = mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (made) syncDirectory(dirname(made))
    this.lock = new Lock(join(directory, 'lock.db'), directory)
    this.path = join(directory, 'sallyport.db')
    try {
      this.writing = connect(this.path)
      migrate(this.writing)
      syncDirectory(directory)
      this.reading = connect(this.path)
      this.reading.exec('PRAGMA query_only=1')
    } catch (cause) {
      this.lock.release()
      throw cause
    }
    this.wal = new Wal(this.path)
    this.read = new Statements(this.reading, () => this.pin())
    this.groups = new Groups(this.writing, new Statements(this.writing), this.stats, {
      beforeCommit: () => this.pin(),
      sync: async () => {
        await beforeSync?.()
        await this.wal.sync()
      },
      visible: (moved) => {
        this.unpin()
        this.epochs.move(moved)
      },
      betweenGroups: () => this.checkpoint(),
    })
  }

  transaction<T>(run: (read: Read) => Promise<Outcome<T>>): Promise<T> {
    return this.groups.submit(run)
  }

  async write(batch: Batch): Promise<void> {
    await this.groups.submit(async () => ({ result: undefined, batch }))
  }

  /** The database takes no more pages than these; tests make the disk full. */
  limitPages(pages: number): void {
    this.writing.exec(`PRAGMA max_page_count=${pages}`)
  }

  size(): number {
    return sizeOf(this.path) + sizeOf(`${this.path}-wal`)
  }

  async *dump(): AsyncGenerator<DumpRow> {
    await this.groups.idle()
    const database = connect(this.path)
    try {
      yield* dumpDatabase(database)
    } finally {
      database.close()
    }
  }

  async load(rows: AsyncIterable<DumpRow>): Promise<void> {
    await this.groups.idle()
    await loadDatabase(this.writing, rows)
    await this.wal.sync()
    this.unpin()
  }

  async close(): Promise<void> {
    await this.groups.idle()
    try {
      this.unpin()
      this.reading.close()
      // Durable either way; this leaves one file behind instead of two.
      this.writing.exec('PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE)')
      this.writing.close()
    } finally {
      this.wal.close()
      this.lock.release()
    }
  }

  /** Holds the state that plain reads see: taken between groups, thus durable. */
  private pin(): void {
    if (this.snapshot) return
    this.reading.exec('BEGIN; SELECT 1 FROM meta LIMIT 1')
    this.snapshot = true
  }

  private unpin(): void {
    if (!this.snapshot) return
    this.reading.exec('COMMIT')
    this.snapshot = false
  }

  private async checkpoint(): Promise<void> {
    const written = this.stats.bytesWritten - this.checkpointed
    // Scattered records touch many pages each: the log may be many times what was written.
    const due = written >= this.checkpointAfter || sizeOf(`${this.path}-wal`) > LARGEST_LOG
    if (!due) return
    this.checkpointed = this.stats.bytesWritten
    this.unpin()
    this.writing.exec('PRAGMA synchronous=OFF')
    this.writing.exec('PRAGMA wal_checkpoint(PASSIVE)')
    this.writing.exec('PRAGMA synchronous=NORMAL')
    // No group runs before this ends, so the log is not started anew over what is not yet synced.
    await this.wal.syncMain()
  }
}

function connect(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5000 })
  database.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;' +
      `PRAGMA journal_size_limit=${KEPT_LOG};` +
      'PRAGMA cache_size=-16000; PRAGMA foreign_keys=0; PRAGMA trusted_schema=0',
  )
  return database
}

/** Brings the layout up to date, each step in a durable transaction of its own. */
function migrate(database: DatabaseSync): void {
  const { user_version: layout } = database.prepare('PRAGMA user_version').get() as {
    user_version: number
  }
  if (layout === newestLayout) return
  database.exec('PRAGMA synchronous=FULL')
  for (const step of stepsFrom(layout)) {
    database.exec('BEGIN IMMEDIATE')
    for (const sql of step.sqlite) database.exec(sql)
    database.exec(`PRAGMA user_version=${step.layout}; COMMIT`)
  }
  database.exec('PRAGMA synchronous=NORMAL')
}
