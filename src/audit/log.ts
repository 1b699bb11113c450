import type { DecisionQuery, EventHistory, EventQuery, PastDecision } from '../kernel/ports.ts'
import { pastDecisions } from './past-decisions.ts'
import {
  decodeBody,
  directoryHas,
  type Entry,
  encodeBody,
  encodeDirectory,
  keyOf,
} from './segment.ts'

/** Where segments are kept; storage provides it, sealed. */
export interface SegmentStore {
  append(
    segment: {
      readonly from: number
      readonly to: number
      readonly count: number
      readonly directory: Uint8Array
      readonly body: Uint8Array
    },
    finishedIntents: readonly string[],
  ): Promise<void>
  /** Newest first. `before` is the id of the last segment seen. */
  scan(query: {
    readonly from?: number
    readonly to?: number
    readonly before?: number
    readonly limit: number
  }): Promise<readonly StoredSegment[]>
}

export interface StoredSegment {
  readonly id: number
  readonly directory: Uint8Array
  body(): Promise<Uint8Array>
}

export interface Recorded extends Entry {
  /** Service time in milliseconds. */
  readonly time: number
  /** The intent that this record completes. */
  readonly intent?: string | undefined
}

const largestSegment = 512
/** Milliseconds that a commit waits for company. */
const patience = 1
const page = 64

/**
 * The event log: every call, allowed or refused. Records that come within one turn of the loop
 * share a segment and one durable commit; `record` resolves when that commit is done.
 */
export class AuditLog implements EventHistory {
  readonly #store: SegmentStore
  #waiting: { entry: Recorded; done: () => void; failed: (error: unknown) => void }[] = []
  #running: Promise<void> | undefined
  #lastBatch = 0
  /** Set while the log cannot be written: then no call is answered but health. */
  failure: unknown

  constructor(store: SegmentStore) {
    this.#store = store
  }

  record(entry: Recorded): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ entry, done, failed })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when everything that was recorded so far is durable. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    // The calls of this turn join before the first commit begins.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      await this.#gather()
      const batch = this.#waiting.splice(0, this.#segmentLength())
      this.#lastBatch = batch.length
      try {
        await this.#commit(batch.map(({ entry }) => entry))
        this.failure = undefined
        for (const { done } of batch) done()
      } catch (error) {
        this.failure = error
        for (const { failed } of batch) failed(error)
      }
    }
    this.#running = undefined
  }

  /**
   * Under load, callers that the last commit has answered come back at once: waiting for them a
   * moment halves the number of commits. A lone caller waits for nobody.
   */
  async #gather(): Promise<void> {
    const until = performance.now() + patience
    while (this.#waiting.length < this.#lastBatch && performance.now() < until)
      await new Promise((resolve) => setImmediate(resolve))
  }

  /** A segment stays within an hour; only a test clock makes neighbours stand further apart. */
  #segmentLength(): number {
    const first = this.#waiting[0]!.entry.time
    const length = this.#waiting.findIndex(
      ({ entry }, i) => i >= largestSegment || Math.abs(entry.time - first) > 3_600_000,
    )
    return length < 0 ? this.#waiting.length : length
  }

  #commit(entries: readonly Recorded[]): Promise<void> {
    let from = Number.POSITIVE_INFINITY
    let to = 0
    const intents: string[] = []
    for (const entry of entries) {
      if (entry.time < from) from = entry.time
      if (entry.time > to) to = entry.time
      if (entry.intent !== undefined) intents.push(entry.intent)
    }
    const directory = encodeDirectory(entries)
    const body = encodeBody(entries)
    const segment = { from, to, count: entries.length, directory, body }
    return this.#store.append(segment, intents)
  }

  /**
   * Newest first. `after` names the last event of the page before and its time; segments may have
   * been merged since.
   */
  async lookup(query: EventQuery): Promise<{ records: string[]; after: string | undefined }> {
    const scope = `${query.account}/${query.region}`
    const key = query.filter
      ? keyOf(scope, query.filter.key, query.filter.value)
      : keyOf(scope, '', '')
    const records: string[] = []
    let lastEvent = query.after
    const to = lastEvent === undefined ? query.to : (timeOfId(lastEvent) ?? query.to) + 1_000
    for await (const segment of this.#scan(query.from, to)) {
      if (!directoryHas(segment.directory, key)) continue
      for (const { record } of decodeBody(await segment.body()).reverse()) {
        if (!answers(record, query)) continue
        if (lastEvent !== undefined) {
          if (eventIdOf(record) === lastEvent) lastEvent = undefined
          continue
        }
        records.push(record)
        if (records.length === query.limit) return { records, after: eventIdOf(record) }
      }
    }
    return { records, after: undefined }
  }

  /** Newest first. */
  async *decisions(query: DecisionQuery): AsyncGenerator<PastDecision> {
    const key = keyOf(query.account, 'Principal', query.principalId)
    for await (const segment of this.#scan(query.from, query.to)) {
      if (!directoryHas(segment.directory, key)) continue
      for (const entry of decodeBody(await segment.body()).reverse())
        yield* pastDecisions(entry, query)
    }
  }

  /** Every record since a moment, newest first. */
  async *since(from: number): AsyncGenerator<{ record: string; decision: string }> {
    for await (const segment of this.#scan(from, Number.MAX_SAFE_INTEGER))
      yield* decodeBody(await segment.body()).reverse()
  }

  /** The record and decision of a request; its id tells the time, so few segments are opened. */
  async find(requestId: string): Promise<{ record: string; decision: string } | undefined> {
    const key = keyOf('', 'RequestId', requestId)
    const time = timeOfId(requestId)
    if (time === undefined) return undefined
    for await (const segment of this.#scan(time - 60_000, time + 600_000)) {
      if (!directoryHas(segment.directory, key)) continue
      for (const entry of decodeBody(await segment.body()))
        if (entry.record.includes(`"requestID":"${requestId}"`)) return entry
    }
    return undefined
  }

  async *#scan(from: number, to: number): AsyncGenerator<StoredSegment> {
    let before: number | undefined
    for (;;) {
      const range = before === undefined ? { from, to } : { from, to, before }
      const segments = await this.#store.scan({ ...range, limit: page })
      yield* segments
      if (segments.length < page) return
      before = segments[segments.length - 1]!.id
    }
  }
}

const eventIdOf = (record: string): string => JSON.parse(record).eventID

function answers(text: string, query: EventQuery): boolean {
  const record = JSON.parse(text)
  if (record.recipientAccountId !== query.account || record.awsRegion !== query.region) return false
  const time = Date.parse(record.eventTime)
  if (time < Math.floor(query.from / 1_000) * 1_000 || time > query.to) return false
  if (query.filter === undefined) return true
  const { key, value } = query.filter
  const resources: { ARN: string; type?: string }[] = record.resources ?? []
  switch (key) {
    case 'EventId':
      return record.eventID === value
    case 'EventName':
      return record.eventName === value
    case 'ReadOnly':
      return String(record.readOnly) === value
    case 'EventSource':
      return record.eventSource === value
    case 'AccessKeyId':
      return record.userIdentity.accessKeyId === value
    case 'Username':
      return userNames(record.userIdentity).includes(value)
    case 'ResourceType':
      return resources.some(({ type }) => type === value)
    case 'ResourceName':
      return resources.some(({ ARN }) => namesOfArn(ARN).includes(value))
  }
}

function userNames(identity: { type: string; userName?: string; principalId?: string }): string[] {
  const session = identity.principalId?.split(':')[1]
  const names = identity.type === 'Root' ? ['root'] : [identity.userName, session]
  return names.filter((name) => name !== undefined)
}

/** A resource is found by its ARN and by its name. */
export const namesOfArn = (arn: string): string[] => [
  arn,
  arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1),
]

/** Service time in the first 48 bits of a request id (UUID version 7). */
export function timeOfId(id: string): number | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
