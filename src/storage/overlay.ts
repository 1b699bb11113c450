import type { Batch, Change, Entry, Range, Read, Row, Shelf } from './driver.ts'

interface Touched {
  readonly shelf: Shelf
  readonly key: Uint8Array
  /** What was there before the transaction. */
  readonly stored: boolean
  readonly storedEntries: readonly Entry[]
  row: Row | undefined
  entries: readonly Entry[]
}

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** Whether two entries are one. */
export const sameEntry = (a: Entry, b: Entry): boolean =>
  a.index === b.index && Buffer.compare(a.value, b.value) === 0

/**
 * What a transaction has written so far, over what it reads: it sees its own writes, and the
 * driver gets them as one batch at the end.
 */
export class Overlay implements Read {
  private readonly base: Read
  private readonly shelves = new Map<string, Map<string, Touched>>()

  constructor(base: Read) {
    this.base = base
  }

  async get(shelf: Shelf, key: Uint8Array): Promise<Row | undefined> {
    const touched = this.shelves.get(shelf.id)?.get(text(key))
    return touched ? touched.row : this.base.get(shelf, key)
  }

  async range(shelf: Shelf, range: Range): Promise<readonly Row[]> {
    const touched = this.shelves.get(shelf.id)
    if (!touched) return this.base.range(shelf, range)
    const limit = range.limit + touched.size
    const stored = await this.base.range(shelf, { ...range, limit })
    return merge(stored, touched, range, () => true)
  }

  async find(shelf: Shelf, entry: Entry, range: Range): Promise<readonly Row[]> {
    const touched = this.shelves.get(shelf.id)
    if (!touched) return this.base.find(shelf, entry, range)
    const limit = range.limit + touched.size
    const stored = await this.base.find(shelf, entry, { ...range, limit })
    return merge(stored, touched, range, ({ entries }) =>
      entries.some((other) => sameEntry(other, entry)),
    )
  }

  meta(name: string): ReturnType<Read['meta']> {
    return this.base.meta(name)
  }

  sequence(): ReturnType<Read['sequence']> {
    return this.base.sequence()
  }

  /**
   * @param old what the transaction last read under the key, with its entries
   * @param row undefined deletes
   */
  write(
    shelf: Shelf,
    key: Uint8Array,
    old: { entries: readonly Entry[] } | undefined,
    row: Row | undefined,
    entries: readonly Entry[],
  ): void {
    let touched = this.shelves.get(shelf.id)
    if (!touched) {
      touched = new Map()
      this.shelves.set(shelf.id, touched)
    }
    const at = text(key)
    const known = touched.get(at)
    if (known) {
      known.row = row
      known.entries = entries
      return
    }
    const storedEntries = old?.entries ?? []
    touched.set(at, { shelf, key, stored: old !== undefined, storedEntries, row, entries })
  }

  /** The writes, or undefined when there are none. */
  changes(): Batch['changes'] {
    const changes: Change[] = []
    for (const shelf of this.shelves.values()) {
      for (const touched of shelf.values()) {
        if (touched.row || touched.stored) changes.push(changeOf(touched))
      }
    }
    return changes
  }
}

function changeOf({ shelf, key, row, entries, storedEntries }: Touched): Change {
  const missingIn = (others: readonly Entry[]) => (entry: Entry) =>
    !others.some((other) => sameEntry(other, entry))
  const removed = storedEntries.filter(missingIn(entries))
  return { shelf, key, row, removed, added: entries.filter(missingIn(storedEntries)) }
}

function merge(
  stored: readonly Row[],
  touched: ReadonlyMap<string, Touched>,
  { from, to, limit }: Range,
  belongs: (touched: Touched) => boolean,
): readonly Row[] {
  const rows = stored.filter(({ key }) => !touched.has(text(key)))
  for (const own of touched.values()) {
    if (!own.row || Buffer.compare(own.key, from) < 0 || Buffer.compare(own.key, to) >= 0) continue
    if (belongs(own)) rows.push(own.row)
  }
  return rows.sort((a, b) => Buffer.compare(a.key, b.key)).slice(0, limit)
}
