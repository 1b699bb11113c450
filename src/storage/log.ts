import { openRow } from './barrier/open-row.ts'
import { Documents } from './documents.ts'
import { type Change, IdTaken, type Segment } from './driver.ts'
import type { Engine } from './engine.ts'
import { intentKey, intents } from './journal.ts'
import { type Leases, LOG_MAINTENANCE } from './leases.ts'
import { numberOf } from './shelf.ts'
import { encodeKey } from './tuple.ts'

/** Records of a stretch of time, as the audit encodes them. */
export interface LogSegment {
  /** Time of the earliest record, in milliseconds. */
  readonly from: number
  /** Time of the latest. */
  readonly to: number
  readonly count: number
  /** What a search needs to know without the body. */
  readonly directory: Uint8Array
  readonly body: Uint8Array
}

export interface ScannedSegment extends Omit<LogSegment, 'body'> {
  /** Place in the log; pass the last one as `before` for the next page. */
  readonly id: number
  body(): Promise<Uint8Array>
}

export interface LogScan {
  /** Only segments with records at or after this time. */
  readonly from?: number | undefined
  /** Only segments with records at or before this time. */
  readonly to?: number | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export interface Compaction {
  /** Leave what is older as it is: it has been merged before. */
  readonly from?: number
  readonly olderThan: number
  /** Bytes of the bodies that one segment may join. */
  readonly largest: number
  merge(parts: readonly LogSegment[]): Pick<LogSegment, 'directory' | 'body'>
}

/** Segments that span more leave a note, so that a scan knows where to begin. */
const USUAL_SPAN = 24 * 3600 * 1000
const SPAN = 'log-span'
/** Ids of one millisecond. */
const PER_MS = 4096
const RUN_OVER_MS = 1000

const place = { owner: Buffer.alloc(0), collection: numberOf('sallyport.log') }

/** The event log: sealed segments, each with a sealed directory, in the order of their end. */
export class EventLog {
  readonly documents: Documents
  private readonly engine: Engine
  private readonly leases: Leases
  private readonly alive: () => Promise<ReadonlySet<string>>
  private last = 0

  /** @param alive the nodes that live, this one among them */
  constructor(engine: Engine, leases: Leases, alive: () => Promise<ReadonlySet<string>>) {
    this.engine = engine
    this.leases = leases
    this.alive = alive
    this.documents = new Documents(engine)
  }

  /**
   * Appends a segment, ends the intents of its calls and writes the documents that were put, in
   * one durable commit.
   */
  async append(segment: LogSegment, finishedIntents: readonly string[]): Promise<void> {
    const { documents } = this
    const waiting = documents.take()
    const changes: Change[] = waiting.map((document) => documents.changeOf(document))
    for (const id of finishedIntents) changes.push(this.endOf(this.engine.node, id))
    try {
      await this.write(segment, changes)
    } catch (cause) {
      documents.putBack(waiting)
      throw cause
    }
  }

  /** Segments from the newest to the oldest. */
  async scan({ from = 0, to, before, limit }: LogScan): Promise<ScannedSegment[]> {
    const after = RUN_OVER_MS + 1 + (to === undefined ? 0 : await this.longestSpan())
    const latest = to === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(to + after) * PER_MS
    const found = await this.engine.driver.read.segments({
      newest: Math.min(latest, before === undefined ? latest : before - 1),
      oldest: Math.floor(from) * PER_MS,
      beginsBy: to ?? Number.MAX_SAFE_INTEGER,
      limit,
    })
    return Promise.all(found.map((segment) => this.scanned(segment)))
  }

  /** Forgets segments whose last record is older, and documents that none of the rest names. */
  prune(olderThan: number): Promise<number> {
    return this.leases.during(LOG_MAINTENANCE, () => this.pruneNow(olderThan))
  }

  private async pruneNow(olderThan: number): Promise<number> {
    let gone = 0
    for (;;) {
      const newest = Math.floor(olderThan) * PER_MS - 1
      const query = { newest, oldest: 0, beginsBy: Number.MAX_SAFE_INTEGER, limit: 500 }
      const found = await this.engine.driver.read.segments(query)
      if (found.length === 0) break
      const segmentsGone = found.map(({ id }) => id)
      await this.engine.driver.write({ changes: [], segmentsGone })
      gone += found.length
    }
    await this.documents.prune(olderThan)
    return gone
  }

  /**
   * Merges neighbouring small segments that ended before `olderThan`.
   * @param merge joins directories and bodies, oldest first
   */
  compact(options: Compaction): Promise<number> {
    return this.leases.during(LOG_MAINTENANCE, () => this.compactNow(options))
  }

  private async compactNow(options: Compaction): Promise<number> {
    let merged = 0
    let before: number | undefined
    let run: { segments: ScannedSegment[]; bytes: number } = { segments: [], bytes: 0 }
    for (;;) {
      const page = await this.scan({
        from: options.from,
        to: options.olderThan,
        before,
        limit: 200,
      })
      for (const segment of page) {
        const body = await segment.body()
        const fits =
          run.bytes + body.length <= options.largest &&
          (run.segments[0]?.to ?? segment.to) - segment.from <= USUAL_SPAN
        if (!fits) {
          merged += await this.mergeRun(run.segments, options.merge)
          run = { segments: [], bytes: 0 }
        }
        run.segments.push(segment)
        run.bytes += body.length
      }
      if (page.length < 200) break
      before = page.at(-1)!.id
    }
    return merged + (await this.mergeRun(run.segments, options.merge))
  }

  /** Intents whose process ended before it wrote their records, oldest node first. */
  async orphans(): Promise<Orphan[]> {
    const alive = await this.alive()
    return (await this.waitingIntents()).filter(({ node }) => !alive.has(node))
  }

  /** Every intent that waits for the record of its call, also those of calls that go on. */
  async waitingIntents(): Promise<Orphan[]> {
    const found: Orphan[] = []
    const to = Buffer.of(0xff)
    let from: Uint8Array = Buffer.alloc(0)
    for (;;) {
      const rows = await this.engine.driver.read.range(intents, { from, to, limit: 500 })
      for (const row of rows) {
        const [node, id] = partsOf(row.key)
        const { plain } = await openRow(this.engine, intents, row)
        const complete = (segment: LogSegment): Promise<void> =>
          this.write(segment, [this.endOf(node, id)])
        found.push({ id, node, body: plain, complete })
      }
      if (rows.length < 500) return found
      from = Buffer.concat([rows.at(-1)!.key, Buffer.of(0)])
    }
  }

  private async mergeRun(
    newestFirst: readonly ScannedSegment[],
    merge: (parts: readonly LogSegment[]) => Pick<LogSegment, 'directory' | 'body'>,
  ): Promise<number> {
    if (newestFirst.length < 2) return 0
    const parts: LogSegment[] = []
    for (const segment of newestFirst.toReversed()) {
      parts.push({ ...segment, body: await segment.body() })
    }
    const from = Math.min(...parts.map((part) => part.from))
    const count = parts.reduce((sum, part) => sum + part.count, 0)
    const { id, to } = newestFirst[0]!
    const segment = this.seal(id, { from, to, count, ...merge(parts) })
    const segmentsGone = newestFirst.slice(1).map((part) => part.id)
    await this.engine.driver.write({ changes: [], segmentsReplaced: [segment], segmentsGone })
    return newestFirst.length
  }

  /** Writes a new segment; when its id is taken, under another one. */
  private async write(segment: LogSegment, changes: readonly Change[]): Promise<void> {
    const meta = await this.longerSpan(segment)
    for (let attempt = 1; ; attempt++) {
      const segments = [this.seal(this.nextId(segment), segment)]
      try {
        await this.engine.driver.write({ changes, segments, ...(meta && { meta }) })
        return
      } catch (cause) {
        if (!(cause instanceof IdTaken) || attempt === 100) throw cause
        this.last += Math.floor(Math.random() * PER_MS)
      }
    }
  }

  private nextId({ to }: LogSegment): number {
    const first = Math.floor(to) * PER_MS
    // Nodes that append in the same millisecond begin at different places.
    const start = this.engine.driver.shared ? Math.floor(Math.random() * PER_MS) : 0
    // More segments than a millisecond has ids for run over into the next ones.
    const follows = this.last >= first && this.last < first + RUN_OVER_MS * PER_MS
    this.last = follows ? this.last + 1 : first + start
    return this.last
  }

  /** Milliseconds that segments span at most. */
  private async longestSpan(): Promise<number> {
    const stored = await this.engine.driver.read.meta(SPAN)
    return stored ? Number(Buffer.from(stored).toString()) : USUAL_SPAN
  }

  /** A clock that is moved makes segments that span more than any before. */
  private async longerSpan({ from, to }: LogSegment): Promise<Map<string, Buffer> | undefined> {
    if (to - from <= USUAL_SPAN || to - from <= (await this.longestSpan())) return undefined
    return new Map([[SPAN, Buffer.from(String(Math.ceil(to - from)))]])
  }

  /** Seals a segment anew under the active term; undefined when it has gone. */
  async reseal(segment: Omit<Segment, 'body'>): Promise<Segment | undefined> {
    const sealed = await this.engine.driver.read.segmentBody(segment.id)
    if (!sealed) return undefined
    const { id, from, count } = segment
    const directory = await this.openPart(segment, 'directory', segment.directory)
    const body = await this.openPart(segment, 'body', sealed)
    return this.seal(id, { from, to: from, count, directory, body })
  }

  private seal(id: number, { from, count, directory, body }: LogSegment): Segment {
    const { barrier } = this.engine
    const part = (name: string, plain: Uint8Array): Uint8Array =>
      barrier.seal(place, partKey(id, from, name), 1, count, plain).body
    return {
      id,
      from: Math.floor(from),
      count,
      term: barrier.term,
      directory: part('directory', directory),
      body: part('body', body),
    }
  }

  private async scanned(segment: Omit<Segment, 'body'>): Promise<ScannedSegment> {
    const { id, from, count } = segment
    const directory = await this.openPart(segment, 'directory', segment.directory)
    const body = async (): Promise<Uint8Array> => {
      const sealed = await this.engine.driver.read.segmentBody(id)
      if (!sealed) throw new Error('the segment has been pruned')
      return this.openPart(segment, 'body', sealed)
    }
    return { id, from, to: Math.floor(id / PER_MS), count, directory, body }
  }

  private async openPart(
    { id, from, count, term }: Omit<Segment, 'body'>,
    name: string,
    body: Uint8Array,
  ): Promise<Uint8Array> {
    const key = partKey(id, from, name)
    const row = { key, revision: count, term, body: Buffer.from(body) }
    return (await openRow(this.engine, place, row)).plain
  }

  private endOf(node: string, id: string): Change {
    const key = intentKey(node, id)
    return { shelf: intents, key, row: undefined, added: [], removed: [] }
  }
}

/** A part of a segment opens only as this part of this segment. */
const partKey = (id: number, from: number, name: string): Buffer =>
  encodeKey([id, Math.floor(from), name])

/** An intent whose record must be completed. */
export interface Orphan {
  readonly id: string
  readonly node: string
  readonly body: Uint8Array
  /** Writes the completed record and ends the intent, in one commit. */
  complete(segment: LogSegment): Promise<void>
}

/** The two texts of an intent's key. */
function partsOf(key: Uint8Array): [string, string] {
  const parts = Buffer.from(key).toString('utf8').split('\0')
  return [parts[0]!.slice(1), parts[1]!.slice(1)]
}
