import { refuseInside } from '../../kernel/inside.ts'
import type { Index, Key, ListOptions, Page, Reader } from '../../kernel/store.ts'
import type { Range, Read, Row } from '../driver.ts'
import { encodeKey, endOfPrefix, successor, UnfitKey } from '../tuple.ts'
import { keyBytes, type Records } from './records.ts'

const LARGEST_PAGE = 1000
const EVERYTHING = Buffer.of(0xff)
const START = Buffer.alloc(0)

/** Keys are what callers ask for: one that no record can have finds nothing. */
function fitting(key: Key): Uint8Array | undefined {
  try {
    return keyBytes(key)
  } catch (error) {
    if (error instanceof UnfitKey) return undefined
    throw error
  }
}

/** Typed reads of one collection of one owner. */
export class ScopedReader<R> implements Reader<R, Record<string, Index<R>>> {
  protected readonly read: Read
  protected readonly records: Records<R>
  /** Called before each use. */
  private readonly allowed: () => void

  constructor(
    read: Read,
    records: Records<R>,
    allowed: () => void = () => refuseInside('the store'),
  ) {
    this.read = read
    this.records = records
    this.allowed = allowed
  }

  async get(key: Key): Promise<R | undefined> {
    this.allowed()
    const bytes = fitting(key)
    if (bytes === undefined) return undefined
    const row = await this.read.get(this.records.shelf, bytes)
    return row && this.records.open(row)
  }

  async list(options: ListOptions): Promise<Page<R>> {
    this.allowed()
    return this.page(options, (range) => this.read.range(this.records.shelf, range))
  }

  async find(
    index: string,
    value: string | Key,
    options: Partial<ListOptions> = {},
  ): Promise<Page<R>> {
    this.allowed()
    const plan = this.planOf(index)
    const { shelf } = this.records
    const page = { limit: 100, ...options }
    const found = this.records.lookup(plan, value)
    if (!found) {
      const { of } = plan.index as { of(record: R): unknown }
      const has = (record: R): boolean => of(record) !== undefined
      return this.page(page, (range) => this.read.range(shelf, range), has)
    }
    const fetch = (range: Range): ReturnType<Read['find']> =>
      this.read.find(shelf, found.entry, range)
    return this.page(page, fetch, found.carries)
  }

  async findOne(index: string, value: string | Key): Promise<R | undefined> {
    this.allowed()
    const plan = this.planOf(index)
    if (!plan.unique) throw new TypeError(`index ${index} is not unique: use find`)
    return (await this.find(index, value, { limit: 1 })).records[0]
  }

  protected planOf(index: string) {
    const plan = this.records.indexes.get(index)
    if (!plan) throw new TypeError(`${this.records.collection.name} has no index ${index}`)
    return plan
  }

  private async page(
    options: ListOptions,
    fetch: (range: Range) => ReturnType<Read['range']>,
    belongs: (record: R) => boolean = () => true,
  ): Promise<Page<R>> {
    const { limit } = options
    if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) {
      throw new RangeError(`a page has 1 to ${LARGEST_PAGE} records, not ${limit}`)
    }
    const prefix = options.prefix && encodeKey(options.prefix)
    const to = prefix ? endOfPrefix(prefix) : EVERYTHING
    const start = prefix ?? START
    const after = options.after && successor(encodeKey(options.after))
    let from: Uint8Array = after && Buffer.compare(after, start) > 0 ? after : start
    const records: R[] = []
    for (;;) {
      const wanted = limit + 1 - records.length
      const rows: readonly Row[] = await fetch({ from, to, limit: wanted })
      for (const row of rows) {
        const record = await this.records.open(row)
        if (belongs(record)) records.push(record)
      }
      if (records.length > limit) return this.cut(records, limit)
      if (rows.length < wanted) return { records, after: undefined }
      from = successor(rows.at(-1)!.key)
    }
  }

  private cut(records: R[], limit: number): Page<R> {
    records.length = limit
    return { records, after: this.records.collection.options.key(records.at(-1)!) }
  }
}
