import type { Key, Readable } from '../../kernel/store.ts'
import { type ChunkRecord, chunks, type MarkRecord, marks } from './log-records.ts'

/** An event with its place in its stream: by time, then in the order in which it came. */
export interface StoredEvent {
  readonly at: number
  readonly sequence: number
  readonly index: number
  readonly ingestedAt: number
  readonly text: string
}

export type Place = Pick<StoredEvent, 'at' | 'sequence' | 'index'>

const day = 86_400_000
const pageSize = 10

/** Below zero when `a` comes before `b`. */
export const compare = (a: Place, b: Place): number =>
  a.at - b.at || a.sequence - b.sequence || a.index - b.index

const eventsOf = ({ events, sequence, ingestedAt }: ChunkRecord): StoredEvent[] =>
  events.map(({ at, text }, index) => ({ at, text, sequence, index, ingestedAt }))

/**
 * Events of a stream from a time on, in order. Chunks overlap in time, each spans a day at most; only
 * what overlaps is held in memory.
 */
export async function* ascending(
  store: Readable,
  streamId: string,
  from: number,
): AsyncGenerator<StoredEvent> {
  let held: StoredEvent[] = []
  let after: Key | undefined = [streamId, Math.max(0, from - day - 1)]
  do {
    const page = await store.of(chunks).list({ prefix: [streamId], after, limit: pageSize })
    for (const chunk of page.records) {
      // Whatever is before the beginning of this chunk is complete.
      yield* held.filter(({ at }) => at >= from && at < chunk.first)
      held = held.filter(({ at }) => at >= chunk.first)
      held.push(...eventsOf(chunk))
      held.sort(compare)
    }
    after = page.after
  } while (after !== undefined)
  yield* held.filter(({ at }) => at >= from)
}

/** Events of a stream before a place (or from the newest on), backwards. */
export async function* descending(
  store: Readable,
  streamId: string,
  before: number,
): AsyncGenerator<StoredEvent> {
  let held: StoredEvent[] = []
  let after: Key | undefined = Number.isFinite(before) ? [streamId, -(before + day + 1)] : undefined
  do {
    const page: { records: readonly MarkRecord[]; after: Key | undefined } = await store
      .of(marks)
      .list({ prefix: [streamId], after, limit: pageSize })
    for (const { first, last, sequence } of page.records) {
      yield* held.filter(({ at }) => at > last)
      held = held.filter(({ at }) => at <= last)
      const chunk = await store.of(chunks).get([streamId, first, sequence])
      if (chunk !== undefined) held.push(...eventsOf(chunk))
      held.sort((a, b) => compare(b, a))
    }
    after = page.after
  } while (after !== undefined)
  yield* held
}
