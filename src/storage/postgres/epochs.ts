import pg from 'pg'
import type { Epochs } from '../driver.ts'
import { clientOptions } from './connection.ts'

const POLL_MS = 50
/** Without a poll for this long nothing is certain. */
const CONFIRMED_FOR_MS = 1000
/**
 * How far back a poll looks. A move is stamped just before its commit, and a connection that
 * stalls longer than 8 s within a transaction is ended by the server.
 */
const LOOK_BACK_MS = 15_000
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000
/** Notifications arrive here. */
export const CHANNEL = 'sallyport_epochs'

const poll = {
  name: 'epochs',
  text: `SELECT account, kind, shard, moves, moved_at FROM epochs
         WHERE moved_at > (extract(epoch FROM clock_timestamp()) * 1000)::bigint - ${LOOK_BACK_MS}`,
  rowMode: 'array',
} as const

type EpochFields = [account: string, kind: string, shard: string, moves: number, at: number]

/** What this node knows of all nodes' epochs: polled, with notifications as a hint only. */
export class PostgresEpochs implements Epochs {
  private readonly url: string
  private readonly hints: boolean
  private readonly notify: () => Promise<unknown>
  private readonly seen = new Map<string, string>()
  private readonly moves = new Map<string, number>()
  private clock = 0
  /** Epoch of every kind that has not moved since. */
  private floor = 0
  private confirmed = Number.NEGATIVE_INFINITY
  private client: pg.Client | undefined
  private timer: NodeJS.Timeout | undefined
  private polling: Promise<void> | undefined
  private asked = false
  private closed = false

  /**
   * @param notify tells the other nodes that something has moved
   * @param hints false leaves notifications out, as an engine without them does
   */
  constructor(url: string, hints: boolean, notify: () => Promise<unknown>) {
    this.notify = notify
    this.url = url
    this.hints = hints
  }

  current(account: string, kind: string): number | undefined {
    if (performance.now() - this.confirmed > CONFIRMED_FOR_MS) return undefined
    return this.moves.get(`${account}/${kind}`) ?? this.floor
  }

  /** This node's own moves, before the transaction is acknowledged. */
  move(epochs: readonly (readonly [string, string])[] | undefined): void {
    if (!epochs?.length) return
    for (const [account, kind] of epochs) this.moves.set(`${account}/${kind}`, ++this.clock)
    if (this.hints) void this.notify()
  }

  async start(): Promise<void> {
    await this.poll()
    // Rows of connections that ended long ago: no poll looks back so far.
    const oldest = Date.now() - FORGOTTEN_AFTER_MS
    await this.client?.query('DELETE FROM epochs WHERE moved_at < $1', [oldest]).catch(() => {})
    this.timer = setInterval(() => void this.poll(), POLL_MS).unref()
  }

  async close(): Promise<void> {
    this.closed = true
    clearInterval(this.timer)
    await this.polling
    await this.client?.end().catch(() => undefined)
  }

  private poll(): Promise<void> {
    if (this.polling) {
      this.asked = true
      return this.polling
    }
    this.polling = this.pollOnce()
      .catch(() => {
        this.client?.end().catch(() => undefined)
        this.client = undefined
      })
      .finally(() => {
        this.polling = undefined
        if (!this.asked || this.closed) return
        this.asked = false
        void this.poll()
      })
    return this.polling
  }

  private async pollOnce(): Promise<void> {
    if (this.closed) return
    this.client ??= await this.connect()
    const started = performance.now()
    const { rows } = await this.client.query(poll)
    // After a gap that a poll does not reach back over, everything may have moved.
    if (started - this.confirmed > LOOK_BACK_MS / 2) this.forgetAll()
    for (const [account, kind, shard, moves, at] of rows as EpochFields[]) {
      const id = `${account}/${kind}`
      const state = `${moves}/${at}`
      if (this.seen.get(`${id}/${shard}`) === state) continue
      this.seen.set(`${id}/${shard}`, state)
      this.moves.set(id, ++this.clock)
    }
    this.confirmed = started
  }

  private forgetAll(): void {
    this.floor = ++this.clock
    this.moves.clear()
    this.seen.clear()
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client(clientOptions(this.url))
    client.on('error', () => undefined)
    client.on('notification', () => void this.poll())
    await client.connect()
    await client.query('SET statement_timeout = 2000').catch(() => undefined)
    if (this.hints) await client.query(`LISTEN ${CHANNEL}`).catch(() => undefined)
    return client
  }
}
