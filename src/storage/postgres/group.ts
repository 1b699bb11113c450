import type { Batch } from '../driver.ts'
import { withinTime } from '../within-time.ts'
import { arrayed, type Connection, isConflict, isLost, type Query } from './connection.ts'
import { flushQuery } from './flush.ts'
import { GroupView } from './group-view.ts'
import type { Work } from './lanes.ts'
import { PostgresRead } from './statements.ts'

/** What a callback came to; told only after the commit, since it saw what others wrote. */
interface Settled {
  readonly work: Work
  readonly result?: unknown
  readonly reason?: unknown
  readonly rejected: boolean
}

/** How one try of a group ended. */
export type Try =
  /** Committed; tell them. */
  | { readonly settled: readonly Settled[]; readonly batch: Batch | undefined }
  /** Another transaction was in the way: run it again. */
  | { readonly conflict: unknown }
  /** The database refused a statement of this one: the others run without it. */
  | { readonly culprit: Work; readonly reason: unknown }

/** A group whose commit was not answered. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown'
  readonly settled: readonly Settled[]
  readonly batch: Batch

  constructor(settled: readonly Settled[], batch: Batch, cause: unknown) {
    super('the connection was lost during a commit', { cause })
    this.settled = settled
    this.batch = batch
  }
}

/** Tells a group's callers what they came to. */
export function tell(settled: readonly Settled[]): void {
  for (const { work, rejected, reason, result } of settled) {
    if (rejected) work.failed(reason)
    else work.done(result)
  }
}

/** Runs callbacks one after another in one serializable transaction. */
export async function tryGroup(
  { client, shard }: Connection,
  group: readonly Work[],
): Promise<Try> {
  let refused: unknown
  const query = inTurn(async (wanted) => {
    try {
      return (await client.query(arrayed(wanted))).rows
    } catch (cause) {
      // Whatever the callback makes of it, this try is over.
      refused ??= cause
      throw cause
    }
  })
  const view = new GroupView(new PostgresRead(query))
  const settled: Settled[] = []
  let committing = false
  try {
    await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE')
    for (const work of group) {
      settled.push(await runOne(work, view))
      if (refused === undefined) continue
      if (isConflict(refused) || isLost(refused)) throw refused
      await client.query('ROLLBACK')
      return { culprit: work, reason: refused }
    }
    const { batch } = view
    const flush = batch && flushQuery(batch, shard)
    if (flush) await query(flush)
    committing = true
    await client.query('COMMIT')
    return { settled, batch }
  } catch (cause) {
    const conflict = [refused, cause].find(isConflict)
    if (isLost(cause)) {
      if (committing && view.batch) throw new CommitUnknown(settled, view.batch, cause)
      throw cause
    }
    await client.query('ROLLBACK')
    if (conflict) return { conflict }
    throw cause
  }
}

async function runOne(work: Work, view: GroupView): Promise<Settled> {
  try {
    const { result, batch } = await withinTime(work.run(view))
    if (batch) view.take(batch)
    return { work, result, rejected: false }
  } catch (reason) {
    return { work, reason, rejected: true }
  }
}

/** A connection takes one statement at a time, also when a callback asks for two at once. */
function inTurn(
  run: (query: Query) => Promise<unknown[][]>,
): (query: Query) => Promise<unknown[][]> {
  let turn: Promise<unknown> = Promise.resolve()
  return (query) => {
    const mine = turn.then(() => run(query))
    turn = mine.catch(() => undefined)
    return mine
  }
}
