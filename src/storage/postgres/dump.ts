import type pg from 'pg'
import type { DumpRow } from '../driver.ts'
import type { Connections } from './connection.ts'

const columns = {
  meta: 'name, value',
  records: 'owner, collection, key, revision, term, body',
  entries: 'owner, idx, value, key',
  segments: 'id, begins, count, term, directory, body',
} as const

const tables = Object.keys(columns) as (keyof typeof columns)[]

/** Every row of one snapshot. */
export async function* dumpDatabase(connections: Connections): AsyncGenerator<DumpRow> {
  const client = await connections.take()
  let broken = true
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await client.query('SET LOCAL idle_in_transaction_session_timeout = 0').catch(() => undefined)
    for (const table of tables) {
      await client.query(`DECLARE d CURSOR FOR SELECT ${columns[table]} FROM ${table}`)
      for (;;) {
        const { rows } = await client.query({ text: 'FETCH 500 FROM d', rowMode: 'array' })
        for (const fields of rows) yield { table, fields: fields as DumpRow['fields'] }
        if (rows.length < 500) break
      }
      await client.query('CLOSE d')
    }
    await client.query('COMMIT')
    broken = false
  } finally {
    client.release(broken)
  }
}

/** Writes dumped rows in one transaction; nothing stays when the dump breaks off. */
export async function loadDatabase(
  client: pg.ClientBase,
  rows: AsyncIterable<DumpRow>,
): Promise<void> {
  await client.query('BEGIN')
  try {
    for await (const { table, fields } of rows) {
      const values = fields.map((_, i) => `$${i + 1}`)
      const text = `INSERT INTO ${table} VALUES (${values})`
      await client.query({ name: `load-${table}`, text, values: [...fields] })
    }
    // Other drivers number facts by the clock; new numbers must be above theirs.
    await client.query(
      "SELECT setval('facts', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)",
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw cause
  }
}
