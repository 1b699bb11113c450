/**
 * The storage port. Services see typed records in named collections; below it everything is
 * sealed, and no driver knows what it holds.
 */

/** Order-preserving tuple. Never personal or secret data: keys are stored in clear. */
export type Key = readonly (string | number)[]

/** Who owns a record: one Region of an account, a whole account, or the installation. */
export type Scope = 'region' | 'account' | 'installation'

export interface Owner {
  readonly account: string
  readonly region: string
}

/**
 * - `blind`: HMAC of the value; equality only. May be unique within the owner.
 * - `blind-prefix`: HMACs of the first 1, 2, 4 and 8 characters; answers are filtered after opening.
 * - `clear`: the value itself, ordered; needs a reason why it is neither personal nor secret.
 */
export type Index<R> =
  | {
      readonly kind: 'blind'
      readonly unique?: boolean
      readonly of: (record: R) => string | readonly string[] | undefined
    }
  | { readonly kind: 'blind-prefix'; readonly of: (record: R) => string | undefined }
  | {
      readonly kind: 'clear'
      readonly why: string
      readonly unique?: boolean
      readonly of: (record: R) => Key | readonly Key[] | undefined
    }

export interface CollectionOptions<R, I extends Record<string, Index<R>>> {
  readonly scope: Scope
  /** Schema version of the record body, from 1. */
  readonly version: number
  readonly key: (record: R) => Key
  readonly indexes?: I
  /** Upgrades a body of an older version; required once `version` is above 1. */
  readonly upgrade?: (old: unknown, from: number) => R
  /** Writes move the epoch of this kind in the record's account, so that caches let go. */
  readonly cached?: string
}

/** A collection's definition: a constant that its noun's file owns. */
export interface Collection<R, I extends Record<string, Index<R>> = Record<string, Index<R>>> {
  readonly name: string
  readonly options: CollectionOptions<R, I>
}

/**
 * Declares a collection. Bodies are JSON values plus Date, Uint8Array and bigint; `undefined`
 * members are dropped. The name is unique in the installation (`iam.users`).
 */
export const collection =
  <R>(name: string) =>
  <const I extends Record<string, Index<R>> = Record<never, never>>(
    options: CollectionOptions<R, I>,
  ): Collection<R, I> => ({ name, options })

export interface Page<R> {
  readonly records: readonly R[]
  /** Key of the last record when there are more; pass it as `after`. */
  readonly after: Key | undefined
}

export interface ListOptions {
  /** Only keys that begin with these parts. */
  readonly prefix?: Key | undefined
  readonly after?: Key | undefined
  /** At most this many, 1 to 1000. */
  readonly limit: number
}

/** Reads of one collection for one owner. */
export interface Reader<R, I> {
  get(key: Key): Promise<R | undefined>
  list(options: ListOptions): Promise<Page<R>>
  /** Records whose index holds the value, in key order. Every hit is checked after opening. */
  find(
    index: keyof I & string,
    value: string | Key,
    options?: Partial<ListOptions>,
  ): Promise<Page<R>>
  /** The one record of a unique index. */
  findOne(index: keyof I & string, value: string | Key): Promise<R | undefined>
}

/** Reads and writes within a transaction. Nothing else may be awaited in it. */
export interface Writer<R, I> extends Reader<R, I> {
  /** Throws `AlreadyExists` when the key or a unique index value is taken. */
  create(record: R): Promise<void>
  /** Replaces what is there by `change(old)`; throws `NotFound` when nothing is. The key stays. */
  update(key: Key, change: (old: R) => R): Promise<R>
  /** Creates or replaces. */
  put(record: R): Promise<void>
  /** True when something was deleted. */
  delete(key: Key): Promise<boolean>
}

/** A fact: something that has happened, delivered after commit, at least once. */
export interface Fact {
  /** `iam.UserDeleted`. */
  readonly type: string
  readonly detail: Readonly<Record<string, unknown>>
  /** Who listens works on this account's store; default: the account of whoever tells it. */
  readonly account?: string | undefined
  /** Who listens works on this Region's store; default: the Region of whoever tells it. */
  readonly region?: string | undefined
}

/** A durable timer. Delivered at least once; a job of the same key replaces the older one. */
export interface Job {
  /** `kms.DeleteKey`: the service's `jobs` table names its handler. */
  readonly type: string
  /** Identifies the job within type and owner. */
  readonly key: string
  /** Service time in milliseconds. */
  readonly dueAt: number
  readonly detail: Readonly<Record<string, unknown>>
}

export interface Transaction {
  of<R, I extends Record<string, Index<R>>>(collection: Collection<R, I>): Writer<R, I>
  /** Writes the fact with the transaction (outbox). */
  emit(fact: Fact): void
  schedule(job: Job): void
  unschedule(type: string, key: string): void
}

/** The reading side that a store and a transaction have in common. */
export interface Readable {
  of<R, I extends Record<string, Index<R>>>(collection: Collection<R, I>): Reader<R, I>
}

/** A view on the store for one owner. */
export interface Store extends Readable {
  readonly owner: Owner
  /**
   * Serializable, phantoms included. The callback may run again, so it has no other effects; only
   * its own `tx` may be awaited in it. What it returns has been committed durably.
   */
  transaction<T>(run: (tx: Transaction) => Promise<T>): Promise<T>
}

/** A key or a unique index value is taken. */
export class AlreadyExists extends Error {
  override readonly name = 'AlreadyExists'
}

/** An update of a record that is not there. */
export class NotFound extends Error {
  override readonly name = 'NotFound'
}

/** The store cannot take writes now (full disk, lost database, sealed). Nothing was changed. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}
