import type { Change, Read } from '../driver.ts'
import { shelfOf } from '../shelf.ts'
import { encodeKey } from '../tuple.ts'
import type { Barrier } from './barrier.ts'

const shelf = shelfOf('sallyport.canaries', 'installation', { account: '', region: '' })
/** Canaries stay under their own term. */
export const canaryCollection = shelf.collection

const SONG = 'sallyport canary'

/** A record of known text, sealed by a term: it shows that the term's key is the right one. */
export function canaryRow(barrier: Barrier, term: number, gone = false): Change {
  const key = encodeKey([term])
  const row = gone ? undefined : barrier.seal(shelf, key, 1, 1, Buffer.from(SONG), term)
  return { shelf, key, row, added: [], removed: [] }
}

/** Throws when a term's canary is missing or silent. */
export async function checkCanaries(read: Read, barrier: Barrier): Promise<void> {
  for (const { id } of barrier.keyring.terms) {
    const row = await read.get(shelf, encodeKey([id]))
    const song = row && barrier.open(shelf, row).plain.toString('utf8')
    if (song !== SONG)
      throw new Error(`the keyring does not fit the data: term ${id} opens nothing`)
  }
}
