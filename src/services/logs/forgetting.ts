import type { CallContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import type { Job, Transaction } from '../../kernel/store.ts'
import { chunks, groups, type MarkRecord, marks, streams } from './log-records.ts'

const day = 86_400_000
/** How many chunks a transaction removes. */
const atOnce = 100

/** Has the events of a stream removed that nobody can reach any more. */
export function forgetEvents(tx: Transaction, streamId: string, now: Date): void {
  tx.schedule({ type: 'logs.Forget', key: streamId, dueAt: now.getTime(), detail: { streamId } })
}

/** The job that removes all events of a stream that is gone. */
export async function forget({ detail }: Job, ctx: CallContext): Promise<void> {
  await removeBefore(String(detail.streamId), Number.POSITIVE_INFINITY, ctx)
}

/** Removes the chunks of a stream whose last event is before a time. */
async function removeBefore(streamId: string, time: number, ctx: CallContext): Promise<void> {
  const all = await everything((o) => ctx.store.of(marks).list({ prefix: [streamId], ...o }))
  const old = all.filter(({ last }) => last < time)
  for (let i = 0; i < old.length; i += atOnce)
    await ctx.store.transaction(async (tx) => {
      for (const mark of old.slice(i, i + atOnce)) await remove(tx, mark)
    })
}

async function remove(tx: Transaction, { streamId, first, last, sequence }: MarkRecord) {
  await tx.of(chunks).delete([streamId, first, sequence])
  await tx.of(marks).delete([streamId, -last, -sequence])
}

/** The daily job of a group that keeps its events for a while only. */
export async function expire({ detail }: Job, ctx: CallContext): Promise<void> {
  const name = String(detail.group)
  const group = await ctx.store.of(groups).get([name])
  if (group?.retentionDays === undefined) return
  const before = ctx.now().getTime() - group.retentionDays * day
  const own = await everything((o) => ctx.store.of(streams).list({ prefix: [name], ...o }))
  for (const { id } of own) await removeBefore(id, before, ctx)
  await ctx.store.transaction(async (tx) => scheduleExpiry(tx, name, ctx.now().getTime() + day))
}

export function scheduleExpiry(tx: Transaction, group: string, dueAt: number): void {
  tx.schedule({ type: 'logs.Expire', key: group, dueAt, detail: { group } })
}
