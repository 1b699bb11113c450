import type { Log } from '../kernel/ports.ts'
import type { Fact, Owner } from '../kernel/store.ts'
import type { Change } from './driver.ts'
import { type Engine, installation, recordsOf } from './engine.ts'
import type { Leases } from './leases.ts'
import { type OutboxRecord, outbox } from './outbox-record.ts'
import { ScopedReader } from './scoped/reader.ts'

/** Takes a fact; it comes again when this throws, and perhaps when it does not. */
export type Deliver = (fact: Fact, owner: Owner) => Promise<void>

const PAGE = 100
const LONGEST_PAUSE_MS = 60_000

/** Delivers facts after their commit: at least once, in the order of each owner. */
export class Outbox {
  private readonly engine: Engine
  private readonly deliver: Deliver
  private readonly leases: Leases
  private readonly log: Log
  private readonly running = new Map<string, Promise<void>>()
  private readonly again = new Set<string>()
  private readonly pauses = new Map<string, NodeJS.Timeout>()
  private closed = false

  constructor(engine: Engine, leases: Leases, deliver: Deliver, log: Log) {
    this.engine = engine
    this.leases = leases
    this.deliver = deliver
    this.log = log
  }

  /** Delivers what this owner's facts are, unless that is going on. */
  kick(owner: Owner, failures = 0): void {
    const id = `${owner.account}/${owner.region}`
    if (this.closed || (failures === 0 && this.pauses.has(id))) return
    if (this.running.has(id)) {
      this.again.add(id)
      return
    }
    this.again.delete(id)
    const run = this.run(owner, failures).finally(() => {
      this.running.delete(id)
      if (this.again.has(id)) this.kick(owner)
    })
    this.running.set(id, run)
  }

  /** Looks for facts of any owner: after a start, and for those of nodes that have ended. */
  async kickAll(): Promise<void> {
    const reader = this.reader()
    let after: readonly (string | number)[] | undefined
    for (;;) {
      const { records } = await reader.list({ limit: 1, after })
      const first = records[0]
      if (!first) return
      this.kick(first.owner)
      // On to the next owner: no sequence number is above this.
      after = [first.owner.account, first.owner.region, Number.MAX_VALUE]
    }
  }

  /** Resolves when everything that waits has been delivered, or has failed once. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values())
  }

  async close(): Promise<void> {
    this.closed = true
    for (const pause of this.pauses.values()) clearTimeout(pause)
    await this.settled()
  }

  private async run(owner: Owner, failures: number): Promise<void> {
    const lease = `outbox/${owner.account}/${owner.region}`
    try {
      if (!(await this.leases.take(lease))) return this.pause(owner, 1)
      try {
        await this.deliverAll(owner)
      } finally {
        await this.leases.release(lease)
      }
      // What was committed while another node found the lease taken.
      if (this.engine.driver.shared && (await this.next(owner)).length > 0) this.kickLater(owner)
    } catch (cause) {
      if (this.closed) return
      this.log.error('a fact was not delivered', { error: String(cause), failures })
      this.pause(owner, failures + 1)
    }
  }

  private async deliverAll(owner: Owner): Promise<void> {
    for (;;) {
      const facts = await this.next(owner)
      const delivered: Change[] = []
      try {
        for (const record of facts) {
          if (this.closed) return
          await this.deliver(record.fact, owner)
          delivered.push(this.deletionOf(record))
        }
      } finally {
        if (delivered.length > 0) await this.engine.driver.write({ changes: delivered })
      }
      if (facts.length < PAGE && !this.again.delete(`${owner.account}/${owner.region}`)) return
    }
  }

  private async next(owner: Owner): Promise<readonly OutboxRecord[]> {
    const prefix = [owner.account, owner.region]
    return (await this.reader().list({ prefix, limit: PAGE })).records
  }

  private pause(owner: Owner, failures: number): void {
    if (this.closed) return
    const id = `${owner.account}/${owner.region}`
    const pause = Math.min(LONGEST_PAUSE_MS, 50 * 2 ** failures)
    const timer = setTimeout(() => {
      this.pauses.delete(id)
      this.kick(owner, failures)
    }, pause)
    this.pauses.set(id, timer.unref())
  }

  private kickLater(owner: Owner): void {
    this.again.add(`${owner.account}/${owner.region}`)
  }

  private deletionOf(record: OutboxRecord): Change {
    const records = recordsOf(this.engine, outbox, installation)
    const key = records.keyOf(record)
    return { shelf: records.shelf, key, row: undefined, added: [], removed: [] }
  }

  private reader(): ScopedReader<OutboxRecord> {
    const records = recordsOf(this.engine, outbox, installation)
    return new ScopedReader(this.engine.driver.read, records, () => {})
  }
}
