import {
  type Batch,
  type Driver,
  type DriverStats,
  type DumpRow,
  type Entry,
  IdTaken,
  type Outcome,
  type PlacedRow,
  type Range,
  type Read,
  type Row,
  type Segment,
  type SegmentQuery,
  type Shelf,
  type WideRead,
} from '../driver.ts'
import { LocalEpochs } from '../local-epochs.ts'
import { withinTime } from '../within-time.ts'
import { OrderedMap } from './ordered-map.ts'

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

const number = (value: number): string => String.fromCharCode(value >>> 16, value & 0xffff)

/** Where a row stands among all rows: owners never end inside one another's encoding. */
const place = (at: { owner: Uint8Array; collection: number }): string =>
  `${text(at.owner)}\0${number(at.collection)}`

const entryPlace = (owner: Uint8Array, entry: Entry): string =>
  `${text(owner)}\0${number(entry.index)}${text(entry.value)}\0`

/** Everything in this process's memory, for tests. Transactions run one after another. */
export class MemoryDriver implements Driver, WideRead {
  readonly shared = false
  readonly epochs = new LocalEpochs()
  readonly stats: DriverStats = {
    commits: 0,
    groups: 0,
    largestGroup: 0,
    retries: 0,
    bytesWritten: 0,
  }
  private rows = new OrderedMap<PlacedRow>()
  private entries = new OrderedMap<DumpRow['fields']>()
  private metas = new Map<string, Uint8Array>()
  private logged = new OrderedMap<Segment>()
  private turn: Promise<unknown> = Promise.resolve()
  private last = 0

  get read(): WideRead {
    return this
  }

  get(shelf: Shelf, key: Uint8Array): Row | undefined {
    return this.rows.get(place(shelf) + text(key))
  }

  range(shelf: Shelf, range: Range): Row[] {
    const found: Row[] = []
    const end = place(shelf) + text(range.to)
    for (const [key, row] of this.rows.from(place(shelf) + text(range.from))) {
      if (key >= end || found.length >= range.limit) break
      found.push(row)
    }
    return found
  }

  find(shelf: Shelf, entry: Entry, range: Range): Row[] {
    const found: Row[] = []
    const start = entryPlace(shelf.owner, entry)
    const end = start + text(range.to)
    for (const [at] of this.entries.from(start + text(range.from))) {
      if (at >= end || found.length >= range.limit) break
      const row = this.rows.get(place(shelf) + at.slice(start.length))
      if (row) found.push(row)
    }
    return found
  }

  meta(name: string): Uint8Array | undefined {
    return this.metas.get(name)
  }

  sweep(after: PlacedRow | undefined, limit: number): PlacedRow[] {
    const from = after ? `${place(after)}${text(after.key)}\0` : ''
    return this.rows
      .from(from)
      .take(limit)
      .map(([, row]) => row)
      .toArray()
  }

  segments({ newest, oldest, beginsBy, limit }: SegmentQuery): Omit<Segment, 'body'>[] {
    const found: Segment[] = []
    const start = segmentKey(Math.min(newest, Number.MAX_SAFE_INTEGER))
    for (const [, segment] of this.logged.downFrom(start)) {
      if (segment.id < oldest || found.length >= limit) break
      if (segment.from <= beginsBy) found.push(segment)
    }
    return found
  }

  segmentBody(id: number): Uint8Array | undefined {
    return this.logged.get(segmentKey(id))?.body
  }

  transaction<T>(run: (read: Read) => Promise<Outcome<T>>): Promise<T> {
    const mine = this.turn.then(async () => {
      const { result, batch } = await withinTime(run(this))
      if (batch) this.apply(batch)
      return result
    })
    this.turn = mine.catch(() => undefined)
    return mine
  }

  async write(batch: Batch): Promise<void> {
    await this.transaction(async () => ({ result: undefined, batch }))
  }

  sequence(): number {
    this.last = Math.max(this.last + 1, Date.now() * 1000)
    return this.last
  }

  size(): number {
    return this.stats.bytesWritten
  }

  async *dump(): AsyncGenerator<DumpRow> {
    const { rows, entries, metas, logged } = this
    const all: DumpRow[] = []
    for (const [name, value] of metas) all.push({ table: 'meta', fields: [name, value] })
    for (const [, r] of rows.from('')) {
      const fields = [r.owner, r.collection, r.key, r.revision, r.term, r.body]
      all.push({ table: 'records', fields })
    }
    for (const [, fields] of entries.from('')) all.push({ table: 'entries', fields })
    for (const [, s] of logged.from('')) {
      const fields = [s.id, s.from, s.count, s.term, s.directory, s.body]
      all.push({ table: 'segments', fields })
    }
    yield* all
  }

  async load(dump: AsyncIterable<DumpRow>): Promise<void> {
    const into = new MemoryDriver()
    for await (const { table, fields } of dump) into.loadRow(table, fields)
    this.rows = into.rows
    this.entries = into.entries
    this.metas = into.metas
    this.logged = into.logged
  }

  private loadRow(table: DumpRow['table'], fields: DumpRow['fields']): void {
    if (table === 'meta') this.metas.set(...(fields as [string, Uint8Array]))
    else if (table === 'records') {
      type Fields = [Uint8Array, number, Uint8Array, number, number, Uint8Array]
      const [owner, collection, key, revision, term, body] = fields as Fields
      const row = { owner, collection, key, revision, term, body }
      this.rows.set(place(row) + text(key), row)
    } else if (table === 'entries') {
      const [owner, index, value, key] = fields as [Uint8Array, number, Uint8Array, Uint8Array]
      this.entries.set(entryPlace(owner, { index, value }) + text(key), fields)
    } else {
      type Fields = [number, number, number, number, Uint8Array, Uint8Array]
      const [id, from, count, term, directory, body] = fields as Fields
      this.logged.set(segmentKey(id), { id, from, count, term, directory, body })
    }
  }

  async close(): Promise<void> {
    await this.turn
  }

  private apply(batch: Batch): void {
    for (const { id } of batch.segments ?? []) {
      if (this.logged.get(segmentKey(id))) throw new IdTaken('the log has a segment of this id')
    }
    for (const { shelf, key, row, added, removed } of batch.changes) {
      const at = place(shelf) + text(key)
      if (row) {
        const { owner, collection } = shelf
        this.rows.set(at, { ...row, owner, collection })
        this.stats.bytesWritten += row.body.length
      } else this.rows.delete(at)
      for (const entry of removed) {
        this.entries.delete(entryPlace(shelf.owner, entry) + text(key))
      }
      for (const entry of added) {
        const fields = [shelf.owner, entry.index, entry.value, key]
        this.entries.set(entryPlace(shelf.owner, entry) + text(key), fields)
      }
    }
    for (const [name, value] of batch.meta ?? []) this.metas.set(name, value)
    for (const segment of [...(batch.segments ?? []), ...(batch.segmentsReplaced ?? [])]) {
      this.logged.set(segmentKey(segment.id), segment)
      this.stats.bytesWritten += segment.body.length
    }
    for (const id of batch.segmentsGone ?? []) this.logged.delete(segmentKey(id))
    this.stats.commits++
    this.stats.groups++
    this.stats.largestGroup = 1
    this.epochs.move(batch.epochs)
  }
}

const segmentKey = (id: number): string => String(id).padStart(16, '0')
