import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreUnavailable } from '../../kernel/store.ts'
import {
  type Batch,
  type Driver,
  type DriverStats,
  type DumpRow,
  IdTaken,
  type Outcome,
  type Read,
  type WideRead,
} from '../driver.ts'
import { arrayed, Connections } from './connection.ts'
import { dumpDatabase, loadDatabase } from './dump.ts'
import { CHANNEL, PostgresEpochs } from './epochs.ts'
import { flushQuery } from './flush.ts'
import { CommitUnknown, type Try, tell, tryGroup } from './group.ts'
import { Lanes, type Work } from './lanes.ts'
import { migrate } from './migrate.ts'
import { PostgresRead } from './statements.ts'

/** A transaction that keeps meeting others is given up after this. */
const LONGEST_RETRY_MS = 15_000

/** Groups that run at the same time. */
const LANES = 4

export interface PostgresOptions {
  /** Connections for requests; one more is for epochs. */
  readonly connections?: number
  /** False leaves LISTEN and NOTIFY out. */
  readonly hints?: boolean
}

/** One PostgreSQL database, or one that speaks its protocol, for several nodes. */
export class PostgresDriver implements Driver {
  readonly shared = true
  readonly epochs: PostgresEpochs
  readonly stats: DriverStats = {
    commits: 0,
    groups: 0,
    largestGroup: 1,
    retries: 0,
    bytesWritten: 0,
  }
  readonly read: WideRead
  private readonly connections: Connections
  private readonly lanes = new Lanes(LANES, (group) => this.runGroup(group))

  private constructor(url: string, { connections = 10, hints = true }: PostgresOptions) {
    this.connections = new Connections(url, randomUUID(), connections)
    this.epochs = new PostgresEpochs(url, hints, () =>
      this.connections
        .query({ name: 'notify', text: `SELECT pg_notify('${CHANNEL}', '')`, values: [] })
        .catch(() => undefined),
    )
    this.read = new PostgresRead((query) => this.connections.query(query))
  }

  static async open(url: string, options: PostgresOptions = {}): Promise<PostgresDriver> {
    const driver = new PostgresDriver(url, options)
    try {
      await driver.connections.with(({ client }) => migrate(client))
      await driver.epochs.start()
      return driver
    } catch (cause) {
      await driver.close()
      throw cause
    }
  }

  transaction<T>(run: (read: Read) => Promise<Outcome<T>>, lane = ''): Promise<T> {
    return this.lanes.submit(run, lane)
  }

  async write(batch: Batch): Promise<void> {
    await this.connections.with(async ({ client, shard }) => {
      const flush = flushQuery(batch, shard)
      if (!flush) return
      try {
        await client.query(arrayed(flush))
      } catch (cause) {
        if (!batch.segments?.length || (cause as { code?: string }).code !== '23505') throw cause
        throw new IdTaken('the log has a segment of this id', { cause })
      }
    })
    this.committed(batch, 1)
  }

  async size(): Promise<number> {
    const text = 'SELECT pg_database_size(current_database())'
    const rows = await this.connections.query({ name: 'size', text, values: [] }).catch(() => [[0]])
    return Number(rows[0]![0])
  }

  async *dump(): AsyncGenerator<DumpRow> {
    yield* dumpDatabase(this.connections)
  }

  load(rows: AsyncIterable<DumpRow>): Promise<void> {
    return this.connections.with(({ client }) => loadDatabase(client, rows))
  }

  async close(): Promise<void> {
    await this.epochs.close()
    await this.connections.end()
  }

  private async runGroup(group: readonly Work[]): Promise<void> {
    const until = performance.now() + LONGEST_RETRY_MS
    let waiting = group
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const tried = await this.tryOnce(waiting)
      if ('settled' in tried) {
        if (tried.batch) this.committed(tried.batch, waiting.length)
        tell(tried.settled)
        return
      }
      if ('culprit' in tried) {
        tried.culprit.failed(tried.reason)
        waiting = waiting.filter((work) => work !== tried.culprit)
        continue
      }
      if (performance.now() > until) {
        const { conflict: cause } = tried
        throw new StoreUnavailable('the transaction met others too often', { cause })
      }
      this.stats.retries++
      await sleep(Math.random() * Math.min(50, 2 ** attempt))
    }
  }

  private async tryOnce(group: readonly Work[]): Promise<Try> {
    try {
      return await this.connections.with((connection) => tryGroup(connection, group))
    } catch (cause) {
      const unknown = (cause as Error).cause ?? cause
      if (!(unknown instanceof CommitUnknown)) throw cause
      const { batch, settled } = unknown
      if (await this.arrived(batch)) return { batch, settled }
      throw cause
    }
  }

  /**
   * Whether a batch whose commit was not answered has arrived: every body carries a random nonce,
   * so a row that is there with it says so.
   */
  private async arrived(batch: Batch): Promise<boolean> {
    const change = batch.changes.find(({ row }) => row)
    if (!change) return false
    try {
      const shelf = { ...change.shelf, id: '' }
      const row = await this.read.get(shelf, change.key)
      return row !== undefined && Buffer.compare(row.body, change.row!.body) === 0
    } catch {
      return false
    }
  }

  private committed(batch: Batch, transactions: number): void {
    this.stats.commits += transactions
    this.stats.groups++
    this.stats.largestGroup = Math.max(this.stats.largestGroup, transactions)
    for (const { row } of batch.changes) this.stats.bytesWritten += row?.body.length ?? 0
    for (const segment of batch.segments ?? []) this.stats.bytesWritten += segment.body.length
    this.epochs.move(batch.epochs)
  }
}
