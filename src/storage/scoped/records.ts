import type { Collection, Index, Key } from '../../kernel/store.ts'
import { openRow, type Sealing } from '../barrier/open-row.ts'
import { decodeBody, encodeBody } from '../codec.ts'
import type { Entry, Row, Shelf } from '../driver.ts'
import { encodeKey } from '../tuple.ts'
import {
  type Blind,
  entriesOf,
  type IndexPlan,
  type Lookup,
  lookup,
  planIndexes,
} from './index-plan.ts'

type AnyCollection<R> = Collection<R, Record<string, Index<R>>>

/** One collection of one owner: between typed records and sealed rows. */
export class Records<R> {
  readonly shelf: Shelf
  readonly collection: AnyCollection<R>
  readonly indexes: ReadonlyMap<string, IndexPlan<R>>
  private readonly engine: Sealing
  private readonly blinded = new Map<string, Buffer>()

  constructor(engine: Sealing, collection: AnyCollection<R>, shelf: Shelf) {
    this.engine = engine
    this.collection = collection
    this.shelf = shelf
    this.indexes = planIndexes(collection)
  }

  keyOf(record: R): Buffer {
    return encodeKey(this.collection.options.key(record))
  }

  /** Every index entry of a record. */
  entries(record: R): Entry[] {
    return entriesOf(this.indexes, this.blind, record)
  }

  /** How a value is found; undefined when every record must be looked at. */
  lookup(plan: IndexPlan<R>, value: string | Key): Lookup<R> | undefined {
    return lookup(plan, this.blind, value)
  }

  /** A write asks for the same few hashes more than once. */
  private readonly blind: Blind = (index, value) => {
    const id = `${index}/${value}`
    let hash = this.blinded.get(id)
    if (!hash) {
      hash = this.engine.barrier.blind(this.shelf, index, value)
      if (this.blinded.size >= 64) this.blinded.clear()
      this.blinded.set(id, hash)
    }
    return hash
  }

  seal(key: Uint8Array, record: R, revision: number): Row {
    const { version } = this.collection.options
    return this.engine.barrier.seal(this.shelf, key, version, revision, encodeBody(record))
  }

  async open(row: Row): Promise<R> {
    const { version, plain } = await openRow(this.engine, this.shelf, row)
    const body = decodeBody(plain)
    const { options, name } = this.collection
    if (version === options.version) return body as R
    if (version > options.version || !options.upgrade) {
      throw new Error(`${name} has a record of version ${version}; this is ${options.version}`)
    }
    return options.upgrade(body, version)
  }
}

/** Encodes the key that a caller gave. */
export const keyBytes = (key: Key): Buffer => encodeKey(key)
