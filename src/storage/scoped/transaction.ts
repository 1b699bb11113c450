import { randomBytes } from 'node:crypto'
import type {
  Collection,
  Fact,
  Index,
  Job,
  Owner,
  Transaction,
  Writer,
} from '../../kernel/store.ts'
import type { Batch, Read } from '../driver.ts'
import { type Engine, installation, recordsOf } from '../engine.ts'
import { jobQueue, jobs } from '../job-record.ts'
import { intentChange, type Journal } from '../journal.ts'
import { outbox } from '../outbox-record.ts'
import { Overlay } from '../overlay.ts'
import type { Records } from './records.ts'
import { ScopedWriter } from './writer.ts'

/** One run of a transaction's callback: collects what it writes. */
export class ScopedTransaction implements Transaction {
  private readonly engine: Engine
  private readonly owner: Owner
  private readonly overlay: Overlay
  private readonly epochs = new Map<string, readonly [string, string]>()
  private readonly facts: Fact[] = []
  private readonly timers = new Map<string, { type: string; key: string; job: Job | undefined }>()
  private readonly writers = new Map<object, unknown>()
  private turn: Promise<unknown> = Promise.resolve()
  private over = false

  constructor(engine: Engine, owner: Owner, read: Read) {
    this.engine = engine
    this.owner = owner
    this.overlay = new Overlay(read)
  }

  of<R, I extends Record<string, Index<R>>>(collection: Collection<R, I>): Writer<R, I> {
    const known = this.writers.get(collection)
    if (known) return known as Writer<R, I>
    const writer = this.writerOf(recordsOf(this.engine, collection, this.owner))
    this.writers.set(collection, writer)
    return writer as unknown as Writer<R, I>
  }

  emit(fact: Fact): void {
    this.mustBeOpen()
    this.facts.push(fact)
  }

  schedule(job: Job): void {
    this.mustBeOpen()
    this.timers.set(`${job.type}\0${job.key}`, { type: job.type, key: job.key, job })
  }

  unschedule(type: string, key: string): void {
    this.mustBeOpen()
    this.timers.set(`${type}\0${key}`, { type, key, job: undefined })
  }

  /** True when facts wait for delivery after the commit. */
  get hasFacts(): boolean {
    return this.facts.length > 0
  }

  /** Ends the callback's time: what it left running finds the transaction closed. */
  async finish(journal: Journal | undefined): Promise<Batch | undefined> {
    await this.turn
    await this.writeFacts()
    await this.writeTimers()
    this.over = true
    const changes = [...this.overlay.changes()]
    if (changes.length === 0) return undefined
    const intent = journal && intentChange(this.engine, journal)
    if (intent) changes.push(intent)
    return { changes, epochs: [...this.epochs.values()] }
  }

  /** The callback has failed: nothing that it left running may write. */
  abandon(): void {
    this.over = true
  }

  private writerOf<R>(records: Records<R>): ScopedWriter<R> {
    const { cached, scope } = records.collection.options
    const account = scope === 'installation' ? '' : this.owner.account
    return new ScopedWriter<R>(this.overlay, records, {
      allowed: () => this.mustBeOpen(),
      wrote: () => {
        if (cached !== undefined) this.epochs.set(`${account}/${cached}`, [account, cached])
      },
      inTurn: (write) => {
        const mine = this.turn.then(write)
        this.turn = mine.catch(() => undefined)
        return mine
      },
    })
  }

  private mustBeOpen(): void {
    if (this.over) throw new Error('the transaction is over: await everything within it')
  }

  private async writeFacts(): Promise<void> {
    if (this.facts.length === 0) return
    const writer = this.writerOf(recordsOf(this.engine, outbox, installation))
    for (const fact of this.facts) {
      const sequence = await this.overlay.sequence()
      await writer.create({ owner: this.owner, sequence, fact })
    }
  }

  private async writeTimers(): Promise<void> {
    if (this.timers.size === 0) return
    const { account, region } = this.owner
    const records = this.writerOf(recordsOf(this.engine, jobs, installation))
    const queue = this.writerOf(recordsOf(this.engine, jobQueue, installation))
    for (const { type, key, job } of this.timers.values()) {
      const id = this.engine.barrier.blindName('job', account, region, type, key)
      const old = await records.get([id])
      if (old) await queue.delete([old.job.dueAt, id])
      if (job) {
        const edition = randomBytes(8).toString('hex')
        const { owner } = this
        await records.put({ id, owner, job, edition, notBefore: 0, attempts: 0 })
        await queue.put({ dueAt: job.dueAt, id })
      } else if (old) await records.delete([id])
    }
  }
}
