import type { AuthEventType } from '@aws-sdk/client-cognito-identity-provider'
import type { ReadContext } from '../../kernel/context.ts'
import type { Owner } from '../../kernel/store.ts'
import { type AuthEventRecord, authEvents, keptFor, timeOf } from './auth-event-records.ts'
import { placeOf, reading } from './client-places.ts'
import { fail, operation } from './contract.ts'
import { openFeedback, putFeedback } from './event-feedback.ts'
import { storePage } from './listing.ts'
import { foundPool, livingPool, noPool, onPool } from './pool-targets.ts'
import { checkProtected } from './risk-configurations.ts'
import { foundUser } from './usernames.ts'

/** An event as it is told. */
const shape = (event: AuthEventRecord): AuthEventType => ({
  EventId: event.id,
  EventType: event.type,
  CreationDate: new Date(timeOf(event.id)),
  EventResponse: event.response,
  EventRisk: {
    RiskDecision: event.decision,
    ...(event.level !== undefined && { RiskLevel: event.level }),
    CompromisedCredentialsDetected: event.compromised,
  },
  ChallengeResponses: [...event.challenges],
  EventContextData: {
    IpAddress: event.from.ip,
    DeviceName: event.from.device,
    Timezone: event.from.timezone,
    City: event.from.place?.city,
    Country: event.from.place?.country,
  },
  ...(event.feedback !== undefined && {
    EventFeedback: {
      FeedbackValue: event.feedback.value,
      Provider: event.feedback.provider,
      FeedbackDate: event.feedback.at,
    },
  }),
})

export const AdminListUserAuthEvents = operation('AdminListUserAuthEvents', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    checkProtected(pool)
    const { sub } = await foundUser(ctx.store, pool, input.Username)
    const { records, next } = await storePage(
      (from) => ctx.store.of(authEvents).list({ ...from, prefix: [pool.id, sub] }),
      { mark: input.NextToken, limit: input.MaxResults || 60 },
      ctx,
      `auth-events/${pool.id}/${sub}`,
    )
    const oldest = ctx.now().getTime() - keptFor
    return {
      AuthEvents: records.filter(({ id }) => timeOf(id) >= oldest).map(shape),
      ...(next !== undefined && { NextToken: next }),
    }
  },
})

export const AdminUpdateAuthEventFeedback = operation('AdminUpdateAuthEventFeedback', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    checkProtected(pool)
    const { sub } = await foundUser(ctx.store, pool, input.Username)
    const feedback = { value: input.FeedbackValue, provider: 'Admin', at: ctx.now() }
    await putFeedback(ctx.store, { pool: pool.id, sub, id: input.EventId }, feedback)
    return {}
  },
})

/** Finds account and Region of a call that names a pool and nobody signed. */
async function byPool(
  { UserPoolId: id }: { readonly UserPoolId: string },
  read: ReadContext,
): Promise<Owner> {
  const { account, region, pool } = await placeOf(id, reading(read), () => noPool(id))
  if (pool !== id) throw noPool(id)
  return { account, region }
}

export const UpdateAuthEventFeedback = operation('UpdateAuthEventFeedback', {
  access: {
    kind: 'public',
    why: 'the sealed token came to the user with the mail about the event',
    locate: byPool,
  },
  async handle(input, ctx) {
    const pool = await livingPool(ctx.store, input.UserPoolId)
    checkProtected(pool)
    const claim = await openFeedback(input.FeedbackToken, pool.id, ctx)
    const { sub } = await foundUser(ctx.store, pool, input.Username)
    if (claim.sub !== sub || claim.id !== input.EventId)
      throw fail('NotAuthorizedException', 'Invalid feedback token.')
    const feedback = { value: input.FeedbackValue, provider: 'User', at: ctx.now() }
    await putFeedback(ctx.store, { pool: pool.id, sub, id: claim.id }, feedback)
    return {}
  },
})
