import type { Change, Driver, DumpRow, Shelf } from './driver.ts'
import { numberOf } from './shelf.ts'

/** Collections that say how the database is used, not what it is used for. */
const own = [
  'sallyport.canaries',
  'sallyport.leases',
  'sallyport.nodes',
  'sallyport.seal-keys',
].map(numberOf)

/** A collection that no record is in: a change of it moves index entries alone. */
const nowhere = numberOf('sallyport.nowhere')

const PER_BATCH = 2_000

/**
 * Deletes the records of every owner, the event log, facts and jobs. What opens the database, and
 * the names in `keep`, stay. What is written meanwhile may stay or go.
 * @param cached kinds whose epochs move in every account that had records
 */
export async function emptyStore(
  driver: Driver,
  { keep, cached }: { readonly keep: readonly string[]; readonly cached: readonly string[] },
): Promise<void> {
  const kept = new Set([...own, ...keep.map(numberOf)])
  const accounts = new Set([''])
  let changes: Change[] = []
  let segmentsGone: number[] = []
  const write = async (): Promise<void> => {
    if (changes.length + segmentsGone.length > 0) await driver.write({ changes, segmentsGone })
    changes = []
    segmentsGone = []
  }
  for await (const row of driver.dump()) {
    if (row.table === 'segments') segmentsGone.push(row.fields[0] as number)
    const change = deletionOf(row, kept)
    if (change) {
      changes.push(change)
      accounts.add(accountOf(change.shelf.owner))
    }
    if (changes.length + segmentsGone.length >= PER_BATCH) await write()
  }
  await write()
  const epochs = [...accounts].flatMap((account) => cached.map((kind) => [account, kind] as const))
  await driver.write({ changes: [], epochs })
}

/** What deletes a dumped record or index entry; undefined for what stays. */
function deletionOf({ table, fields }: DumpRow, kept: ReadonlySet<number>): Change | undefined {
  if (table === 'records') {
    const [owner, collection, key] = fields as [Uint8Array, number, Uint8Array]
    if (kept.has(collection)) return undefined
    return { shelf: shelf(owner, collection), key, row: undefined, added: [], removed: [] }
  }
  if (table === 'entries') {
    const [owner, index, value, key] = fields as [Uint8Array, number, Uint8Array, Uint8Array]
    const removed = [{ index, value }]
    return { shelf: shelf(owner, nowhere), key, row: undefined, added: [], removed }
  }
  return undefined
}

const shelf = (owner: Uint8Array, collection: number): Shelf => ({ id: '', owner, collection })

/** The first part of an owner's encoded tuple; empty for the installation. */
const accountOf = (owner: Uint8Array): string =>
  owner.length === 0 ? '' : Buffer.from(owner.subarray(1, owner.indexOf(0))).toString('utf8')
