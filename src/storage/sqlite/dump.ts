import type { DatabaseSync } from 'node:sqlite'
import type { DumpRow } from '../driver.ts'

const columns = {
  meta: 'name, value',
  records: 'owner, collection, key, revision, term, body',
  entries: 'owner, idx, value, key',
  segments: 'id, begins, count, term, directory, body',
} as const

const tables = Object.keys(columns) as (keyof typeof columns)[]

/** Every row of one snapshot; the connection is the caller's to close. */
export function* dumpDatabase(database: DatabaseSync): Generator<DumpRow> {
  database.exec('BEGIN')
  for (const table of tables) {
    const select = database.prepare(`SELECT ${columns[table]} FROM ${table}`)
    select.setReturnArrays(true)
    for (const fields of select.iterate()) {
      yield { table, fields: fields as unknown as DumpRow['fields'] }
    }
  }
  database.exec('COMMIT')
}

/** Writes dumped rows in one transaction; nothing stays when the dump breaks off. */
export async function loadDatabase(
  database: DatabaseSync,
  rows: AsyncIterable<DumpRow>,
): Promise<void> {
  const insert = Object.fromEntries(
    tables.map((table) => {
      const values = columns[table].split(',').map(() => '?')
      return [table, database.prepare(`INSERT INTO ${table} VALUES (${values})`)]
    }),
  )
  database.exec('BEGIN IMMEDIATE')
  try {
    for await (const { table, fields } of rows) insert[table]!.run(...fields)
    database.exec('COMMIT')
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw cause
  }
}
