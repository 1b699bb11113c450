import { asInside, refuseInside } from '../../kernel/inside.ts'
import type { Collection, Index, Owner, Reader, Store, Transaction } from '../../kernel/store.ts'
import { type Engine, recordsOf } from '../engine.ts'
import { type Journal, markNoted } from '../journal.ts'
import { ScopedReader } from './reader.ts'
import { ScopedTransaction } from './transaction.ts'

/** One owner's view on the store. */
export class ScopedStore implements Store {
  readonly owner: Owner
  private readonly engine: Engine
  private readonly journal: Journal | undefined

  constructor(engine: Engine, owner: Owner, journal?: Journal) {
    this.engine = engine
    this.owner = owner
    this.journal = journal
  }

  of<R, I extends Record<string, Index<R>>>(collection: Collection<R, I>): Reader<R, I> {
    const records = recordsOf(this.engine, collection, this.owner)
    const reader = new ScopedReader<R>(this.engine.driver.read, records)
    return reader as unknown as Reader<R, I>
  }

  async transaction<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
    refuseInside('another transaction')
    const { engine, owner, journal } = this
    const runHere = asInside(run)
    let wroteIntent = false
    let hasFacts = false
    const result = await engine.driver.transaction(async (read) => {
      const tx = new ScopedTransaction(engine, owner, read)
      try {
        const result = await runHere(tx)
        const batch = await tx.finish(journal)
        wroteIntent = batch !== undefined
        hasFacts = tx.hasFacts
        return { result, batch }
      } catch (cause) {
        tx.abandon()
        throw cause
      }
    }, owner.account)
    if (journal && wroteIntent) markNoted(journal)
    if (hasFacts) engine.factsWritten(owner)
    return result
  }
}
