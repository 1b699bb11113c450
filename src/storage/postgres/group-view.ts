import type { Batch, Change, Entry, Range, Read, Row, Shelf } from '../driver.ts'
import { sameEntry } from '../overlay.ts'

interface Merged {
  readonly shelf: Change['shelf']
  readonly key: Uint8Array
  row: Row | undefined
  added: Entry[]
  removed: Entry[]
}

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** What the later callbacks of a group see: the database, and what the earlier ones wrote. */
export class GroupView implements Read {
  private readonly base: Read
  private readonly shelves = new Map<string, Map<string, Merged>>()
  private readonly metas = new Map<string, Uint8Array>()
  private readonly epochs = new Map<string, readonly [string, string]>()
  private readonly batches: Batch[] = []

  constructor(base: Read) {
    this.base = base
  }

  async get(shelf: Shelf, key: Uint8Array): Promise<Row | undefined> {
    const merged = this.shelves.get(placeOf(shelf))?.get(text(key))
    return merged ? merged.row : this.base.get(shelf, key)
  }

  async range(shelf: Shelf, range: Range): Promise<readonly Row[]> {
    const merged = this.shelves.get(placeOf(shelf))
    if (!merged) return this.base.range(shelf, range)
    const stored = await this.base.range(shelf, { ...range, limit: range.limit + merged.size })
    const rows = stored.filter(({ key }) => !merged.has(text(key)))
    for (const { row } of merged.values()) if (row && within(row.key, range)) rows.push(row)
    return inOrder(rows, range.limit)
  }

  async find(shelf: Shelf, entry: Entry, range: Range): Promise<readonly Row[]> {
    const merged = this.shelves.get(placeOf(shelf))
    if (!merged) return this.base.find(shelf, entry, range)
    const stored = await this.base.find(shelf, entry, {
      ...range,
      limit: range.limit + merged.size,
    })
    const rows: Row[] = []
    for (const row of stored) {
      const change = merged.get(text(row.key))
      if (!change) rows.push(row)
      else if (change.row && !change.removed.some((gone) => sameEntry(gone, entry))) {
        rows.push(change.row)
      }
    }
    for (const { row, added } of merged.values()) {
      if (!row || !within(row.key, range)) continue
      if (added.some((other) => sameEntry(other, entry))) rows.push(row)
    }
    return inOrder(rows, range.limit)
  }

  async meta(name: string): Promise<Uint8Array | undefined> {
    return this.metas.get(name) ?? this.base.meta(name)
  }

  sequence(): ReturnType<Read['sequence']> {
    return this.base.sequence()
  }

  /** Takes what a callback wrote. */
  take(batch: Batch): void {
    this.batches.push(batch)
    for (const change of batch.changes) this.takeChange(change)
    for (const [name, value] of batch.meta ?? []) this.metas.set(name, value)
    for (const moved of batch.epochs ?? []) this.epochs.set(moved.join('/'), moved)
  }

  /** Everything that was taken, as one batch. */
  get batch(): Batch | undefined {
    if (this.batches.length === 0) return undefined
    return {
      changes: [...this.shelves.values()].flatMap((merged) => [...merged.values()]),
      epochs: [...this.epochs.values()],
      meta: this.metas,
      segments: this.batches.flatMap(({ segments }) => segments ?? []),
      segmentsReplaced: this.batches.flatMap(({ segmentsReplaced }) => segmentsReplaced ?? []),
      segmentsGone: this.batches.flatMap(({ segmentsGone }) => segmentsGone ?? []),
    }
  }

  private takeChange({ shelf, key, row, added, removed }: Change): void {
    const place = placeOf(shelf)
    const known = this.shelves.get(place) ?? new Map<string, Merged>()
    this.shelves.set(place, known)
    const before = known.get(text(key))
    if (!before) {
      known.set(text(key), { shelf, key, row, added: [...added], removed: [...removed] })
      return
    }
    before.row = row
    // What was added and is removed again never was, and the other way round.
    const [gone, undone] = split(removed, before.added)
    const [fresh, restored] = split(added, before.removed)
    before.added = [...without(before.added, undone), ...fresh]
    before.removed = [...without(before.removed, restored), ...gone]
  }
}

const placeOf = ({ owner, collection }: Pick<Shelf, 'owner' | 'collection'>): string =>
  `${collection}/${text(owner)}`

const within = (key: Uint8Array, { from, to }: Range): boolean =>
  Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0

const inOrder = (rows: Row[], limit: number): Row[] =>
  rows.sort((a, b) => Buffer.compare(a.key, b.key)).slice(0, limit)

const without = (entries: readonly Entry[], gone: readonly Entry[]): Entry[] =>
  entries.filter((entry) => !gone.some((other) => sameEntry(entry, other)))

/** Those that `others` does not have, and those that it has. */
const split = (entries: readonly Entry[], others: readonly Entry[]): [Entry[], Entry[]] => {
  const known = entries.filter((entry) => others.some((other) => sameEntry(entry, other)))
  return [without(entries, known), known]
}
