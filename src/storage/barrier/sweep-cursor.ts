import type { PlacedRow } from '../driver.ts'

interface Cursor {
  readonly term: number
  readonly owner?: string
  readonly collection?: number
  readonly key?: string
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const bytes = (from: string): Buffer => Buffer.from(from, 'base64')

/** The place of a sweep to a term; without a row it begins anew. */
export function cursorOf(term: number, row: PlacedRow | undefined): Buffer {
  const place = row && { owner: text(row.owner), collection: row.collection, key: text(row.key) }
  return Buffer.from(JSON.stringify({ term, ...place } satisfies Cursor))
}

/** Where a sweep to this term goes on; undefined at the beginning. */
export function parseCursor(stored: Uint8Array | undefined, term: number): PlacedRow | undefined {
  if (!stored) return undefined
  const cursor = JSON.parse(Buffer.from(stored).toString('utf8')) as Cursor
  if (cursor.term !== term || cursor.key === undefined) return undefined
  const { owner = '', collection = 0, key } = cursor
  const nothing = Buffer.alloc(0)
  const place = { owner: bytes(owner), collection, key: bytes(key) }
  return { ...place, revision: 0, term: 0, body: nothing }
}
