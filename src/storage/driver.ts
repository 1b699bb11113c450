/**
 * The driver port: opaque, sealed, ordered rows. A driver sees numbers and bytes only; what they
 * mean is known above the barrier.
 */

/** One owner's part of one collection: what a key is unique in. */
export interface Shelf {
  /** Identifies the shelf in process memory. */
  readonly id: string
  /** First part of every stored key; a database may be partitioned by its hash. */
  readonly owner: Uint8Array
  readonly collection: number
}

export interface Row {
  readonly key: Uint8Array
  readonly revision: number
  /** The keyring term that sealed the body. */
  readonly term: number
  readonly body: Uint8Array
}

/** A row with its place: what a sweep over everything sees. */
export interface PlacedRow extends Row {
  readonly owner: Uint8Array
  readonly collection: number
}

/** An index entry: rows of a shelf can be found by it. */
export interface Entry {
  /** Unique number of the index, over all collections. */
  readonly index: number
  readonly value: Uint8Array
}

/** Keys from `from` (inclusive) to `to` (exclusive), in byte order. */
export interface Range {
  readonly from: Uint8Array
  readonly to: Uint8Array
  readonly limit: number
}

/** A sealed piece of the event log. `id` orders by time and is unique. */
export interface Segment {
  readonly id: number
  readonly from: number
  readonly count: number
  readonly term: number
  readonly directory: Uint8Array
  readonly body: Uint8Array
}

export interface SegmentQuery {
  /** Newest id to return. */
  readonly newest: number
  /** Oldest id to return. */
  readonly oldest: number
  /** Only segments that begin at or before this time. */
  readonly beginsBy: number
  readonly limit: number
}

type Awaitable<T> = T | Promise<T>

/** Reads. Outside a transaction they see what is durable, and nothing that is not. */
export interface Read {
  get(shelf: Shelf, key: Uint8Array): Awaitable<Row | undefined>
  range(shelf: Shelf, range: Range): Awaitable<readonly Row[]>
  /** Rows that have the entry, in key order. */
  find(shelf: Shelf, entry: Entry, range: Range): Awaitable<readonly Row[]>
  meta(name: string): Awaitable<Uint8Array | undefined>
  /** Numbers that only grow, over restarts and nodes while rows that carry them are pending. */
  sequence(): Awaitable<number>
}

/** Reads that look at everything, for rotation, recovery and the event log. */
export interface WideRead extends Read {
  /** Rows of all shelves in storage order, after the given one. */
  sweep(after: PlacedRow | undefined, limit: number): Awaitable<readonly PlacedRow[]>
  /** Newest first, bodies left out. */
  segments(query: SegmentQuery): Awaitable<readonly Omit<Segment, 'body'>[]>
  segmentBody(id: number): Awaitable<Uint8Array | undefined>
}

export interface Change {
  readonly shelf: Pick<Shelf, 'id' | 'owner' | 'collection'>
  readonly key: Uint8Array
  /** Undefined deletes. */
  readonly row: Row | undefined
  readonly added: readonly Entry[]
  readonly removed: readonly Entry[]
}

/** Everything that a transaction writes; applied as a whole or not at all. */
export interface Batch {
  readonly changes: readonly Change[]
  /** Epochs to move, as [account, kind]. */
  readonly epochs?: readonly (readonly [string, string])[]
  readonly meta?: ReadonlyMap<string, Uint8Array>
  /** New ones; `IdTaken` when one is there. */
  readonly segments?: readonly Segment[]
  /** New versions of those that are there. */
  readonly segmentsReplaced?: readonly Segment[]
  readonly segmentsGone?: readonly number[]
}

/** A new segment's id is in use; the batch was not applied. */
export class IdTaken extends Error {
  override readonly name = 'IdTaken'
}

export interface Outcome<T> {
  readonly result: T
  readonly batch: Batch | undefined
}

export interface DriverStats {
  /** Transactions that wrote and were acknowledged. */
  commits: number
  /** Durable commits that carried them. */
  groups: number
  /** Largest group so far. */
  largestGroup: number
  /** Transactions that ran again. */
  retries: number
  /** Bytes of bodies written. */
  bytesWritten: number
}

/** Table and fields of a dumped row; fields are numbers, texts or bytes. */
export interface DumpRow {
  readonly table: 'meta' | 'records' | 'entries' | 'segments'
  readonly fields: readonly (number | string | Uint8Array)[]
}

export interface Epochs {
  /**
   * The epoch of a kind in an account ('' for the installation). Undefined when this node could
   * not confirm within the last second that it knows all moves: read through then.
   */
  current(account: string, kind: string): number | undefined
}

export interface Driver {
  /** Several processes may have this database open. */
  readonly shared: boolean
  readonly read: WideRead
  readonly epochs: Epochs
  readonly stats: DriverStats
  /**
   * Serializable, phantoms included; `run` may run again. Resolves, or rejects with what `run`
   * threw, once everything that it read and wrote is durable.
   * @param lane transactions of one lane are likely to touch the same rows
   */
  transaction<T>(run: (read: Read) => Promise<Outcome<T>>, lane?: string): Promise<T>
  /** Applies a batch that depends on nothing that was read. */
  write(batch: Batch): Promise<void>
  /** Bytes that the database occupies. */
  size(): Awaitable<number>
  /** A consistent copy of all rows, still sealed. */
  dump(): AsyncIterable<DumpRow>
  /** Fills an empty database; one durable commit at the end. */
  load(rows: AsyncIterable<DumpRow>): Promise<void>
  close(): Promise<void>
}
