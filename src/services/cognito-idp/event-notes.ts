import type { EventResponseType, EventType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import type { Job, Transaction } from '../../kernel/store.ts'
import {
  type AuthEventRecord,
  authEvents,
  eventKey,
  keptFor,
  placeAt,
} from './auth-event-records.ts'
import type { App } from './client-places.ts'
import { logGroupFor } from './log-delivery.ts'
import { seenFrom } from './origins.ts'
import type { RiskMark } from './sign-in-steps.ts'
import { threatMode } from './threat-mode.ts'
import { type UserRecord, users } from './user-records.ts'

/** What an event tells. */
interface Told {
  readonly type: EventType
  readonly response: EventResponseType
  readonly mark?: RiskMark | undefined
  readonly challenges?: AuthEventRecord['challenges']
}

type User = Pick<UserRecord, 'pool' | 'sub'>

/** Writes an event within a transaction. */
export type Note = (tx: Transaction) => Promise<void>

const nothing: Note = async () => {}

const day = 86_400_000

/** An event of a pool that is protected, ready to be written; of any other pool nothing is. */
export async function eventNote(
  app: App,
  { sub }: Pick<UserRecord, 'sub'>,
  { type, response, mark, challenges = [] }: Told,
  ctx: CallContext,
): Promise<Note> {
  const { pool, client } = app
  if (mark === undefined && threatMode(pool) === 'OFF') return nothing
  const delivered = (await logGroupFor(pool, 'userAuthEvents', ctx)) !== undefined
  const event: AuthEventRecord = {
    pool: pool.id,
    sub,
    id: mark?.id ?? ctx.requestId,
    client: client.id,
    type,
    response,
    level: mark?.level,
    decision: mark?.decision ?? 'NoRisk',
    compromised: mark?.compromised ?? false,
    challenges,
    from: app.from ?? seenFrom(app, undefined, ctx),
  }
  const now = ctx.now().getTime()
  return async (tx) => {
    // What a deleted user has done is not kept.
    if ((await tx.of(users).get([pool.id, sub])) === undefined) return
    const { records } = await tx.of(authEvents).list({ prefix: [pool.id, sub], limit: 1 })
    if (records.length === 0) tx.schedule(forgetting(event, now + keptFor))
    const old = await tx.of(authEvents).get(eventKey(pool.id, sub, event.id))
    await tx.of(authEvents).put({ ...event, feedback: old?.feedback })
    const detail = { pool: pool.id, sub, id: event.id }
    if (mark?.notify !== undefined && old === undefined)
      tx.schedule({
        type: 'cognito-idp.NotifyRisk',
        key: event.id,
        dueAt: now,
        detail: { ...detail, how: mark.notify },
      })
    if (delivered)
      tx.schedule({
        type: 'cognito-idp.DeliverEvent',
        key: `${event.id}/${response}`,
        dueAt: now,
        detail: { ...detail, response },
      })
  }
}

/** As `eventNote`, written at once. */
export async function noteEvent(app: App, user: User, told: Told, ctx: CallContext): Promise<void> {
  const note = await eventNote(app, user, told, ctx)
  if (note !== nothing) await ctx.store.transaction(note)
}

const forgetting = ({ pool, sub }: User, dueAt: number): Job => ({
  type: 'cognito-idp.ForgetEvents',
  key: sub,
  dueAt,
  detail: { pool, sub },
})

/** Deletes what a user did more than two years ago, and comes again after a month. */
export async function forgetEvents({ detail }: Job, ctx: CallContext): Promise<void> {
  const owner = { pool: String(detail.pool), sub: String(detail.sub) }
  const { pool, sub } = owner
  const now = ctx.now().getTime()
  await ctx.store.transaction(async (tx) => {
    const of = tx.of(authEvents)
    const after = placeAt(pool, sub, now - keptFor)
    const old = await of.list({ prefix: [pool, sub], after, limit: 500 })
    for (const { id } of old.records) await of.delete(eventKey(pool, sub, id))
    const { records } = await of.list({ prefix: [pool, sub], limit: 1 })
    if (old.after !== undefined) tx.schedule(forgetting(owner, now))
    else if (records.length > 0) tx.schedule(forgetting(owner, now + 30 * day))
  })
}
