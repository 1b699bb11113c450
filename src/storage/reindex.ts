import type { Collection, Index } from '../kernel/store.ts'
import type { Change, PlacedRow } from './driver.ts'
import { type Engine, recordsOn } from './engine.ts'
import { numberOf } from './shelf.ts'

const PAGE = 200

/**
 * Writes every record of a collection anew, of all owners: upgraded to the newest version, with an
 * entry for each index. A new index finds older records only after this; it may run at any time,
 * beside other work, and again.
 * @returns how many records were written
 */
export async function reindex<R, I extends Record<string, Index<R>>>(
  engine: Engine,
  collection: Collection<R, I>,
): Promise<number> {
  const number = numberOf(collection.name)
  let written = 0
  let after: PlacedRow | undefined
  for (;;) {
    const rows = await engine.driver.read.sweep(after, PAGE)
    const own = rows.filter((row) => row.collection === number)
    if (own.length > 0) written += await rewrite(engine, collection, own)
    after = rows.at(-1)
    if (rows.length < PAGE) return written
    await new Promise((next) => setImmediate(next))
  }
}

function rewrite<R, I extends Record<string, Index<R>>>(
  engine: Engine,
  collection: Collection<R, I>,
  seen: readonly PlacedRow[],
): Promise<number> {
  return engine.driver.transaction(async (read) => {
    const changes: Change[] = []
    for (const { owner, collection: number, key } of seen) {
      const shelf = { id: '', owner, collection: number }
      const records = recordsOn(engine, collection, shelf)
      const row = await read.get(shelf, key)
      if (!row) continue
      const record = await records.open(row)
      const sealed = records.seal(row.key, record, row.revision + 1)
      // Entries that only an older version made stay behind; a hit is proven after opening.
      changes.push({ shelf, key, row: sealed, added: records.entries(record), removed: [] })
    }
    return { result: changes.length, batch: { changes } }
  })
}
