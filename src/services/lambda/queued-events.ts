import type { CallContext } from '../../kernel/context.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { FunctionOutcome } from '../../kernel/functions.ts'
import { collection, type Job } from '../../kernel/store.ts'
import { chosenVersion } from './chosen-version.ts'
import { tellDestinations } from './destinations.ts'
import { eventConfigs } from './event-invoke-configs.ts'
import { execute } from './execution.ts'
import { functionArn, type VersionRecord } from './function-records.ts'
import { findFunction } from './function-targets.ts'
import { logOf } from './log-lines.ts'
import { writeLog } from './log-writing.ts'

/** An event that nobody waits for. */
export interface QueuedEvent {
  readonly requestId: string
  readonly functionName: string
  readonly qualifier: string | undefined
  readonly payload: Uint8Array
  readonly clientContext?: string | undefined
  readonly queuedAt: Date
  /** Invocations that have failed by the function's fault. */
  readonly failures: number
  /** Attempts that found no room. */
  readonly delays: number
}

export const queuedEvents = collection<QueuedEvent>('lambda.queued-events')({
  scope: 'region',
  version: 1,
  key: ({ requestId }) => [requestId],
})

const jobType = 'lambda.Deliver'
/** Milliseconds beyond a function's timeout after which a delivery is taken for lost. */
const grace = 60_000
const defaultRetries = 2
/** Seconds: six hours. */
const defaultAge = 21_600

/** Requests that this process works on; a job that is due meanwhile comes again. */
const underWay = new Set<string>()

/** Keeps an event durably and begins to work on it; nobody waits for the end. */
export async function enqueue(
  event: QueuedEvent,
  version: VersionRecord,
  ctx: CallContext,
): Promise<void> {
  underWay.add(event.requestId)
  try {
    await ctx.store.transaction(async (tx) => {
      await tx.of(queuedEvents).create(event)
      tx.schedule(jobFor(event, lostAt(version, ctx)))
    })
  } catch (error) {
    underWay.delete(event.requestId)
    throw error
  }
  ctx.ports.functions.keep(work(event, ctx))
}

const jobFor = ({ requestId }: QueuedEvent, dueAt: number): Job => ({
  type: jobType,
  key: requestId,
  dueAt,
  detail: { requestId },
})

const lostAt = ({ timeout }: Pick<VersionRecord, 'timeout'>, ctx: CallContext): number =>
  ctx.now().getTime() + timeout * 1_000 + grace

/** The job that begins a delivery again; it returns before the function does. */
export async function deliver({ detail }: Job, ctx: CallContext): Promise<void> {
  const requestId = String(detail.requestId)
  const event = await ctx.store.of(queuedEvents).get([requestId])
  if (event === undefined) return
  const mine = !underWay.has(requestId)
  // Functions take 15 minutes at most.
  await ctx.store.transaction(async (tx) =>
    tx.schedule(jobFor(event, lostAt({ timeout: 900 }, ctx))),
  )
  if (!mine) return
  underWay.add(requestId)
  ctx.ports.functions.keep(work(event, ctx))
}

async function work(event: QueuedEvent, ctx: CallContext): Promise<void> {
  try {
    await attempt(event, ctx)
  } catch (cause) {
    ctx.log.warn('an event could not be delivered yet', {
      requestId: event.requestId,
      cause: String(cause),
    })
  } finally {
    underWay.delete(event.requestId)
  }
}

async function attempt(event: QueuedEvent, ctx: CallContext): Promise<void> {
  const { functionName: name, qualifier, requestId } = event
  const found = await findFunction(ctx.store, { name, qualifier })
  if (found === undefined) return settle(event, ctx)
  const version = await chosenVersion(found, ctx)
  if (version === undefined) return settle(event, ctx)
  const config = await ctx.store.of(eventConfigs).get([name, qualifier ?? '$LATEST'])
  const { retries = defaultRetries, maximumAge = defaultAge } = config ?? {}
  const told = { event, version, config }
  const age = (ctx.now().getTime() - event.queuedAt.getTime()) / 1_000
  if (age > maximumAge) {
    await tellDestinations({ ...told, condition: 'EventAgeExceeded' }, ctx)
    return settle(event, ctx)
  }
  const arn = functionArn(ctx, name, qualifier)
  const { reservedConcurrency } = found.record
  const invocation = {
    version,
    arn,
    requestId,
    payload: event.payload,
    clientContext: event.clientContext,
    reservedConcurrency,
  }
  let outcome: FunctionOutcome
  try {
    outcome = await execute(invocation, ctx)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    // No room, or no role for now: the event waits, longer each time.
    const pause = Math.min(300_000, 1_000 * 2 ** event.delays)
    return again({ ...event, delays: event.delays + 1 }, pause, ctx)
  }
  await writeLog(logOf(outcome, invocation), invocation, outcome, ctx)
  if (outcome.failed && event.failures < retries)
    return again({ ...event, failures: event.failures + 1 }, 60_000 * (event.failures + 1), ctx)
  const condition = outcome.failed ? 'RetriesExhausted' : 'Success'
  await tellDestinations({ ...told, condition, outcome }, ctx)
  await settle(event, ctx)
}

/** Has the event delivered once more. */
async function again(event: QueuedEvent, pause: number, ctx: CallContext): Promise<void> {
  await ctx.store.transaction(async (tx) => {
    await tx.of(queuedEvents).put(event)
    tx.schedule(jobFor(event, ctx.now().getTime() + pause))
  })
}

async function settle({ requestId }: QueuedEvent, ctx: CallContext): Promise<void> {
  await ctx.store.transaction(async (tx) => {
    await tx.of(queuedEvents).delete([requestId])
    tx.unschedule(jobType, requestId)
  })
}
