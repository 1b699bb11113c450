import { setTimeout as sleep } from 'node:timers/promises'
import type { Change, PlacedRow, Read, Shelf } from '../driver.ts'
import type { Engine } from '../engine.ts'
import { type Leases, LOG_MAINTENANCE } from '../leases.ts'
import type { EventLog } from '../log.ts'
import type { Nodes } from '../nodes.ts'
import { canaryCollection } from './canaries.ts'
import { cursorOf, parseCursor } from './sweep-cursor.ts'
import type { Vault } from './vault.ts'

export interface SweepOptions {
  /** Rest between pages, so that requests go first. */
  readonly restMs?: number
  /**
   * With several nodes: how long after all of them use the new term a record of an old one could
   * still arrive. Longer than any transaction.
   */
  readonly settleMs?: number
  /** Ends the sweep between two pages; another goes on where it was. */
  readonly signal?: AbortSignal
}

export interface SweepResult {
  /** Records and segments that were sealed anew. */
  readonly resealed: number
  /** Terms that sealed nothing any more and are gone. */
  readonly dropped: readonly number[]
}

export interface SweepParts {
  readonly engine: Engine
  readonly vault: Vault
  readonly leases: Leases
  readonly nodes: Nodes
  readonly log: EventLog
  readonly fault?: ((step: string) => void) | undefined
}

const PAGE = 200
const SETTLE_MS = 45_000

/**
 * Moves everything to the active term, then drops the others. It can end anywhere and goes on
 * where it was: its place is written with each page. A term is dropped only after a further pass
 * has found nothing that it seals.
 */
export class Sweep {
  private readonly parts: SweepParts

  constructor(parts: SweepParts) {
    this.parts = parts
  }

  run(options: SweepOptions = {}): Promise<SweepResult> {
    return this.parts.leases.during('sweep', () => this.sweep(options))
  }

  private async sweep({
    restMs = 0,
    settleMs = SETTLE_MS,
    signal,
  }: SweepOptions): Promise<SweepResult> {
    const { engine, vault } = this.parts
    const active = vault.barrier.term
    const old = vault.barrier.keyring.terms.map(({ id }) => id).filter((id) => id !== active)
    if (old.length === 0) return { resealed: 0, dropped: [] }
    // What was sealed before this node changed to the new term is committed after this.
    await engine.driver.transaction(async () => ({ result: undefined, batch: undefined }))
    const pace = async (): Promise<void> => {
      await sleep(restMs)
      signal?.throwIfAborted()
    }
    let resealed = await this.resealRecords(active, pace)
    resealed += await this.resealSegments(active, pace)
    if (engine.driver.shared) {
      await this.allNodesUse(active)
      await sleep(settleMs, undefined, { signal })
      resealed += await this.resealRecords(active, pace)
    }
    if (!(await this.nothingIsOlder(active))) return { resealed, dropped: [] }
    this.parts.fault?.('proven')
    await vault.dropTerms(old, async (read) => this.mustBeActive(read, active))
    return { resealed, dropped: old }
  }

  private async resealRecords(active: number, pace: () => Promise<void>): Promise<number> {
    const { driver } = this.parts.engine
    let resealed = 0
    let after = parseCursor(await driver.read.meta('sweep'), active)
    for (;;) {
      const rows = await driver.read.sweep(after, PAGE)
      const last = rows.length < PAGE ? undefined : rows.at(-1)
      const stale = rows.filter((row) => isStale(row, active))
      if (stale.length > 0) resealed += await this.resealPage(stale, active, last)
      this.parts.fault?.('page')
      if (!last) break
      after = last
      await pace()
    }
    // The next pass begins at the beginning.
    const meta = new Map([['sweep', cursorOf(active, undefined)]])
    await driver.write({ changes: [], meta })
    return resealed
  }

  private resealPage(
    stale: readonly PlacedRow[],
    active: number,
    last: PlacedRow | undefined,
  ): Promise<number> {
    const { driver, barrier } = this.parts.engine
    return driver.transaction(async (read) => {
      const changes: Change[] = []
      for (const seen of stale) {
        const shelf: Shelf = { id: '', owner: seen.owner, collection: seen.collection }
        const row = await read.get(shelf, seen.key)
        if (!row || row.term === active) continue
        const { version, plain } = barrier.open(shelf, row)
        // The same revision: nothing has changed but the key.
        const sealed = barrier.seal(shelf, row.key, version, row.revision, plain, active)
        changes.push({ shelf, key: row.key, row: sealed, added: [], removed: [] })
      }
      const meta = new Map([['sweep', cursorOf(active, last)]])
      return { result: changes.length, batch: { changes, meta } }
    })
  }

  private async resealSegments(active: number, pace: () => Promise<void>): Promise<number> {
    const { engine, leases, log } = this.parts
    let resealed = 0
    let newest = Number.MAX_SAFE_INTEGER
    for (;;) {
      const query = { newest, oldest: 0, beginsBy: Number.MAX_SAFE_INTEGER, limit: PAGE }
      const found = await engine.driver.read.segments(query)
      // One at a time under the lease: appends go on, pruning and merging wait.
      for (const seen of found.filter(({ term }) => term !== active)) {
        await leases.during(LOG_MAINTENANCE, async () => {
          const segment = await log.reseal(seen)
          if (!segment) return
          await engine.driver.write({ changes: [], segmentsReplaced: [segment] })
        })
        resealed++
      }
      this.parts.fault?.('segments')
      if (found.length < PAGE) return resealed
      newest = found.at(-1)!.id - 1
      await pace()
    }
  }

  private async nothingIsOlder(active: number): Promise<boolean> {
    const { read } = this.parts.engine.driver
    for (let after: PlacedRow | undefined; ; ) {
      const rows = await read.sweep(after, PAGE)
      if (rows.some((row) => isStale(row, active))) return false
      after = rows.at(-1)
      if (rows.length < PAGE) break
      await sleep(0)
    }
    for (let newest = Number.MAX_SAFE_INTEGER; ; ) {
      const query = { newest, oldest: 0, beginsBy: Number.MAX_SAFE_INTEGER, limit: PAGE }
      const found = await read.segments(query)
      if (found.some(({ term }) => term !== active)) return false
      if (found.length < PAGE) return true
      newest = found.at(-1)!.id - 1
    }
  }

  private async allNodesUse(active: number): Promise<void> {
    for (;;) {
      const nodes = await this.parts.nodes.alive()
      if (nodes.every(({ term }) => term === active)) return
      await sleep(500)
    }
  }

  private mustBeActive(_read: Read, active: number): void {
    if (this.parts.vault.barrier.term !== active) {
      throw new Error('the term was rotated again meanwhile: sweep again')
    }
  }
}

const isStale = (row: PlacedRow, active: number): boolean =>
  row.term !== active && row.collection !== canaryCollection
