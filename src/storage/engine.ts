import type { Collection, Index, Owner } from '../kernel/store.ts'
import type { Barrier } from './barrier/barrier.ts'
import type { Driver } from './driver.ts'
import { Records } from './scoped/records.ts'

/** What every part above the drivers works with. */
export interface Engine {
  readonly driver: Driver
  readonly barrier: Barrier
  /** This process among those that share the database. */
  readonly node: string
  /** Loads the keyring that another node has changed. */
  reloadKeyring(): Promise<void>
  /** Facts of this owner have been committed. */
  factsWritten(owner: Owner): void
}

/** Nobody's account and Region: records that belong to the installation. */
export const installation: Owner = { account: '', region: '' }

/** A collection of an owner. */
export const recordsOf = <R, I extends Record<string, Index<R>>>(
  engine: Pick<Engine, 'barrier' | 'reloadKeyring'>,
  collection: Collection<R, I>,
  owner: Owner,
): Records<R> =>
  new Records<R>(
    engine.barrier,
    () => engine.reloadKeyring(),
    collection as unknown as Collection<R, Record<string, Index<R>>>,
    owner,
  )
