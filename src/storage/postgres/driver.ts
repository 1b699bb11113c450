import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreUnavailable } from '../../kernel/store.ts'
import type { Batch, Driver, DriverStats, DumpRow, Outcome, Read, WideRead } from '../driver.ts'
import {
  arrayed,
  type Connection,
  Connections,
  isConflict,
  isLost,
  type Query,
} from './connection.ts'
import { dumpDatabase, loadDatabase } from './dump.ts'
import { CHANNEL, PostgresEpochs } from './epochs.ts'
import { flushQuery } from './flush.ts'
import { migrate } from './migrate.ts'
import { PostgresRead } from './statements.ts'

/** A transaction that keeps meeting others is given up after this. */
const LONGEST_RETRY_MS = 15_000

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

  async transaction<T>(run: (read: Read) => Promise<Outcome<T>>): Promise<T> {
    const until = performance.now() + LONGEST_RETRY_MS
    for (let attempt = 1; ; attempt++) {
      const tried = await this.connections.with((connection) => this.attempt(connection, run))
      if ('done' in tried) return tried.done
      if (performance.now() > until) {
        throw new StoreUnavailable('the transaction met others too often', {
          cause: tried.conflict,
        })
      }
      this.stats.retries++
      await sleep(Math.random() * Math.min(50, 2 ** attempt))
    }
  }

  async write(batch: Batch): Promise<void> {
    await this.connections.with(async ({ client, shard }) => {
      const flush = flushQuery(batch, shard)
      if (flush) await client.query(arrayed(flush))
    })
    this.committed(batch)
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

  private async attempt<T>(
    { client, shard }: Connection,
    run: (read: Read) => Promise<Outcome<T>>,
  ): Promise<{ done: T } | { conflict: unknown }> {
    let conflict: unknown
    let turn: Promise<unknown> = Promise.resolve()
    const query = (wanted: Query): Promise<unknown[][]> => {
      // A connection takes one statement at a time, also when a callback asks for two at once.
      const mine = turn.then(() => queryNow(wanted))
      turn = mine.catch(() => undefined)
      return mine
    }
    const queryNow = async (wanted: Query): Promise<unknown[][]> => {
      try {
        return (await client.query(arrayed(wanted))).rows
      } catch (cause) {
        // Whatever the callback makes of it, this run is over.
        if (isConflict(cause)) conflict ??= cause
        throw cause
      }
    }
    let outcome: Outcome<T> | undefined
    try {
      await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE')
      outcome = await run(new PostgresRead(query))
      if (conflict) throw conflict
      const flush = outcome.batch && flushQuery(outcome.batch, shard)
      if (flush) await query(flush)
      await client.query('COMMIT')
    } catch (cause) {
      if (conflict || isConflict(cause)) {
        await client.query('ROLLBACK')
        return { conflict: conflict ?? cause }
      }
      if (!isLost(cause)) await client.query('ROLLBACK')
      else if (outcome?.batch && (await this.arrived(outcome.batch))) {
        this.committed(outcome.batch)
        return { done: outcome.result }
      }
      throw cause
    }
    if (outcome.batch) this.committed(outcome.batch)
    return { done: outcome.result }
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

  private committed(batch: Batch): void {
    this.stats.commits++
    this.stats.groups++
    for (const { row } of batch.changes) this.stats.bytesWritten += row?.body.length ?? 0
    for (const segment of batch.segments ?? []) this.stats.bytesWritten += segment.body.length
    this.epochs.move(batch.epochs)
  }
}
