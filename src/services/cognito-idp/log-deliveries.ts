import type { CallContext } from '../../kernel/context.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { Job } from '../../kernel/store.ts'
import { type AuthEventRecord, authEvents, eventKey, timeOf } from './auth-event-records.ts'
import { groupNameOf, logGroupFor } from './log-delivery.ts'
import type { PoolRecord } from './pool-records.ts'
import { poolArn } from './pool-targets.ts'
import { users } from './user-records.ts'

const record = (
  pool: string,
  kind: { readonly eventSource: string; readonly logLevel: 'INFO' | 'ERROR' },
  message: object,
  at: number,
) => ({ eventTimestamp: String(at), ...kind, message, logSourceId: { userPoolId: pool } })

/** As `Wed Jul 17 17:25:55 UTC 2024`. */
function dated(time: number): string {
  const [weekday, day, month, year, clock] = new Date(time)
    .toUTCString()
    .replace(',', '')
    .split(' ')
  return `${weekday} ${month} ${day} ${clock} UTC ${year}`
}

/** Writes a record to a log group, in a stream by the pool's name; the group's account decides. */
async function put(pool: string, group: string, told: object, at: number, ctx: CallContext) {
  const sourceArn = poolArn(ctx.region, ctx.account, pool)
  const stream = { logGroupName: groupNameOf(group)!, logStreamName: pool }
  const call = (operation: string, input: object) =>
    ctx.call('logs', operation, input, { as: 'service', sourceArn })
  const input = { ...stream, logEvents: [{ timestamp: at, message: JSON.stringify(told) }] }
  const unless = (code: string) => (error: unknown) => {
    if (!(error instanceof ServiceError) || error.code !== code) throw error
    return undefined
  }
  const done = await call('PutLogEvents', input).catch(unless('ResourceNotFoundException'))
  if (done !== undefined) return
  await call('CreateLogStream', stream).catch(unless('ResourceAlreadyExistsException'))
  await call('PutLogEvents', input)
}

/** Delivery is best effort, as AWS has it: what a log does not take is not tried again. */
async function attempt(work: Promise<void>, pool: string, { log }: CallContext): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof ServiceError)) throw error
    log.warn('a log of a user pool was not delivered', { pool, cause: error.message })
  })
}

const decisions = { NoRisk: 'PASS', AccountTakeover: 'ACCOUNT_TAKEOVER', Block: 'BLOCK' } as const

const messageOf = (event: AuthEventRecord, response: string, userName: string) => ({
  version: '1',
  eventId: event.id,
  eventType: event.type,
  userSub: event.sub,
  userName,
  userPoolId: event.pool,
  clientId: event.client,
  creationDate: dated(timeOf(event.id)),
  eventResponse: response,
  riskLevel: event.level ?? '',
  riskDecision: decisions[event.decision],
  challenges: event.challenges.map(
    ({ ChallengeName, ChallengeResponse }) => `${ChallengeName}:${ChallengeResponse}`,
  ),
  deviceName: event.from.device,
  ipAddress: event.from.ip ?? '',
  requestId: event.id,
  idpName: '',
  compromisedCredentialDetected: String(event.compromised),
  city: event.from.place?.city ?? '',
  country: event.from.place?.country ?? '',
  eventFeedbackValue: event.feedback?.value ?? '',
  eventFeedbackDate: event.feedback === undefined ? '' : dated(event.feedback.at.getTime()),
  eventFeedbackProvider: event.feedback?.provider ?? '',
  hasContextData: String(event.from.hasContext),
})

/** Delivers what a user did to the log that the pool names. */
export async function deliverEvent({ detail }: Job, ctx: CallContext): Promise<void> {
  const [pool, sub, id] = [String(detail.pool), String(detail.sub), String(detail.id)]
  const group = await logGroupFor({ id: pool }, 'userAuthEvents', ctx)
  const event = await ctx.store.of(authEvents).get(eventKey(pool, sub, id))
  const user = await ctx.store.of(users).get([pool, sub])
  if (group === undefined || event === undefined || user === undefined) return
  const kind = { eventSource: 'USER_ACTIVITY', logLevel: 'INFO' } as const
  const message = messageOf(event, String(detail.response), user.username)
  const at = ctx.now().getTime()
  await attempt(put(pool, group, record(pool, kind, message, at), at, ctx), pool, ctx)
}

/** Lets the pool's log of errors know of a message that could not be sent. */
export async function noteUndelivered(
  pool: Pick<PoolRecord, 'id'>,
  error: Error,
  ctx: CallContext,
): Promise<void> {
  if ((await logGroupFor(pool, 'userNotification', ctx)) === undefined) return
  const at = ctx.now().getTime()
  await ctx.store.transaction(async (tx) => {
    tx.schedule({
      type: 'cognito-idp.DeliverError',
      key: ctx.random.uuid(),
      dueAt: at,
      detail: { pool: pool.id, at, details: error.message },
    })
  })
}

/** Delivers what `noteUndelivered` put down. */
export async function deliverError({ detail }: Job, ctx: CallContext): Promise<void> {
  const pool = String(detail.pool)
  const group = await logGroupFor({ id: pool }, 'userNotification', ctx)
  if (group === undefined) return
  const at = Number(detail.at)
  const kind = { eventSource: 'USER_NOTIFICATION', logLevel: 'ERROR' } as const
  const told = record(pool, kind, { details: String(detail.details) }, at)
  await attempt(put(pool, group, told, at, ctx), pool, ctx)
}
