import { AlreadyExists, type Index, type Key, NotFound, type Writer } from '../../kernel/store.ts'
import type { Entry } from '../driver.ts'
import { type Overlay, sameEntry } from '../overlay.ts'
import { uniqueValues } from './index-plan.ts'
import { ScopedReader } from './reader.ts'
import { keyBytes, type Records } from './records.ts'

interface Stored<R> {
  readonly record: R
  readonly revision: number
  readonly entries: readonly Entry[]
}

/** What a writer tells its transaction. */
export interface WriterEvents {
  allowed(): void
  /** A write to this collection takes place. */
  wrote(): void
  /** Runs writes of one transaction one after another, also when they are not awaited in order. */
  inTurn<T>(write: () => Promise<T>): Promise<T>
}

/** Typed reads and writes of one collection of one owner within a transaction. */
export class ScopedWriter<R>
  extends ScopedReader<R>
  implements Writer<R, Record<string, Index<R>>>
{
  private readonly overlay: Overlay
  private readonly events: WriterEvents

  constructor(overlay: Overlay, records: Records<R>, events: WriterEvents) {
    super(overlay, records, () => events.allowed())
    this.overlay = overlay
    this.events = events
  }

  create(record: R): Promise<void> {
    return this.write(async () => {
      const key = this.records.keyOf(record)
      if (await this.overlay.get(this.records.shelf, key)) {
        throw new AlreadyExists(`${this.records.collection.name} has a record with this key`)
      }
      await this.store(key, undefined, record)
    })
  }

  update(key: Key, change: (old: R) => R): Promise<R> {
    return this.write(async () => {
      const bytes = keyBytes(key)
      const stored = await this.stored(bytes)
      if (!stored) throw new NotFound(`${this.records.collection.name} has no such record`)
      const record = change(stored.record)
      if (!this.records.keyOf(record).equals(bytes)) {
        throw new TypeError(`an update of ${this.records.collection.name} changes the key`)
      }
      await this.store(bytes, stored, record)
      return record
    })
  }

  put(record: R): Promise<void> {
    return this.write(async () => {
      const key = this.records.keyOf(record)
      await this.store(key, await this.stored(key), record)
    })
  }

  delete(key: Key): Promise<boolean> {
    return this.write(async () => {
      const bytes = keyBytes(key)
      const stored = await this.stored(bytes)
      if (!stored) return false
      this.overlay.write(this.records.shelf, bytes, stored, undefined, [])
      this.events.wrote()
      return true
    })
  }

  private write<T>(run: () => Promise<T>): Promise<T> {
    this.events.allowed()
    return this.events.inTurn(run)
  }

  private async stored(key: Buffer): Promise<Stored<R> | undefined> {
    const row = await this.overlay.get(this.records.shelf, key)
    if (!row) return undefined
    // The record as it is used; the entries as they were stored, before `change` can touch it.
    const record = await this.records.open(row)
    return { record, revision: row.revision, entries: this.records.entries(record) }
  }

  private async store(key: Buffer, old: Stored<R> | undefined, record: R): Promise<void> {
    await this.checkUnique(key, old, record)
    // A record that is made again after a deletion never has the revision of an older body.
    const revision = old ? old.revision + 1 : Date.now() * 1024
    const row = this.records.seal(key, record, revision)
    this.overlay.write(this.records.shelf, key, old, row, this.records.entries(record))
    this.events.wrote()
  }

  private async checkUnique(key: Buffer, old: Stored<R> | undefined, record: R): Promise<void> {
    for (const plan of this.records.indexes.values()) {
      for (const value of uniqueValues(plan, record)) {
        const found = this.records.lookup(plan, value)!
        // What the record has held all along is its own.
        if (old?.entries.some((entry) => sameEntry(entry, found.entry))) continue
        const range = { from: Buffer.alloc(0), to: Buffer.of(0xff), limit: 10 }
        for (const row of await this.overlay.find(this.records.shelf, found.entry, range)) {
          if (Buffer.compare(row.key, key) === 0) continue
          // An entry that an older version of the index left behind holds nothing.
          if (!found.carries(await this.records.open(row))) continue
          throw new AlreadyExists(
            `${this.records.collection.name} has a record with this ${plan.name}`,
          )
        }
      }
    }
  }
}
