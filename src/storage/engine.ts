import type { Collection, Index, Owner } from '../kernel/store.ts'
import type { Sealing } from './barrier/open-row.ts'
import type { Driver, Shelf } from './driver.ts'
import { Records } from './scoped/records.ts'
import { shelfOf } from './shelf.ts'

/** What every part above the drivers works with. */
export interface Engine extends Sealing {
  readonly driver: Driver
  /** This process among those that share the database. */
  readonly node: string
  /** Facts of this owner have been committed. */
  factsWritten(owner: Owner): void
}

/** Nobody's account and Region: records that belong to the installation. */
export const installation: Owner = { account: '', region: '' }

/** A collection of an owner. */
export const recordsOf = <R, I extends Record<string, Index<R>>>(
  engine: Sealing,
  collection: Collection<R, I>,
  owner: Owner,
): Records<R> =>
  recordsOn(engine, collection, shelfOf(collection.name, collection.options.scope, owner))

/** A collection on a shelf, whoever its owner is. */
export const recordsOn = <R, I extends Record<string, Index<R>>>(
  engine: Sealing,
  collection: Collection<R, I>,
  shelf: Shelf,
): Records<R> =>
  new Records<R>(engine, collection as unknown as Collection<R, Record<string, Index<R>>>, shelf)
