import pg from 'pg'
import { StoreUnavailable } from '../../kernel/store.ts'

/** Statements are prepared once per connection, under their name. */
export interface Query {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
}

/** A pooled connection with what is known of it. */
export interface Connection {
  readonly client: pg.PoolClient
  /** Tells it from the node's other connections: epochs have a row for each. */
  readonly shard: string
}

const INT8 = 20
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as never,
}

/** Settings of every connection. What an engine does not know it may ignore. */
const settings = [
  'SET statement_timeout = 30000',
  'SET idle_in_transaction_session_timeout = 8000',
  // With little data the planner prefers to read whole tables, and then every writer conflicts.
  'SET enable_seqscan = off',
]

/** The options that every connection is made with. */
export const clientOptions = (url: string): pg.ClientConfig => ({
  connectionString: url,
  types,
  application_name: 'sallyport',
  connectionTimeoutMillis: 5000,
  keepAlive: true,
})

/** Connections to one database. */
export class Connections {
  private readonly pool: pg.Pool
  private readonly shards = new WeakMap<pg.PoolClient, string>()
  private made = 0

  constructor(url: string, node: string, size: number) {
    this.pool = new pg.Pool({
      ...clientOptions(url),
      max: size,
      idleTimeoutMillis: 60_000,
      onConnect: async (client) => {
        for (const setting of settings) await client.query(setting).catch(() => undefined)
      },
    })
    // A connection that breaks while idle is replaced on the next use.
    this.pool.on('error', () => undefined)
    this.pool.on('connect', (client) => {
      this.shards.set(client, `${node}/${++this.made}`)
      client.on('error', () => undefined)
    })
  }

  /** One statement on its own. */
  async query(query: Query): Promise<unknown[][]> {
    try {
      const result = await this.pool.query({ ...arrayed(query) })
      return result.rows
    } catch (cause) {
      throw asUnavailable(cause)
    }
  }

  /** A connection that the caller releases. */
  async take(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect()
    } catch (cause) {
      throw asUnavailable(cause)
    }
  }

  /** Lends a connection; broken ones are thrown away. */
  async with<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await this.take()
    try {
      const result = await use({ client, shard: this.shards.get(client)! })
      client.release()
      return result
    } catch (cause) {
      client.release(isLost(cause))
      throw asUnavailable(cause)
    }
  }

  async end(): Promise<void> {
    await this.pool.end()
  }
}

/** A query whose rows come as arrays. */
export const arrayed = ({ name, text, values }: Query) =>
  ({ name, text, values: values as unknown[], rowMode: 'array' }) as const

const codeOf = (cause: unknown): string => String((cause as { code?: unknown } | null)?.code ?? '')

/** Another transaction was in the way: the same again may succeed. */
export const isConflict = (cause: unknown): boolean =>
  ['40001', '40P01', '23505', '40003'].includes(codeOf(cause))

/** The connection or the server is gone: what was under way is lost or unknown. */
export function isLost(cause: unknown): boolean {
  if (cause instanceof StoreUnavailable) return isLost(cause.cause)
  if (cause instanceof Error && cause.name === 'CommitUnknown') return true
  const code = codeOf(cause)
  if (/^(08|57P|25P0[34])/.test(code) || /^E[A-Z]+$/.test(code)) return true
  return (
    cause instanceof Error && /[Cc]onnection|timeout exceeded|not queryable/.test(cause.message)
  )
}

/** Errors of the database, not of the request, as the kernel names them. */
export function asUnavailable(cause: unknown): unknown {
  if (cause instanceof StoreUnavailable) return cause
  const mine = isLost(cause) || /^(53|58|57014|25006|XX)/.test(codeOf(cause))
  if (!mine) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new StoreUnavailable(`the database cannot be used now: ${why}`, { cause })
}
