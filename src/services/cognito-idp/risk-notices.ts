import type { NotifyEmailType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import type { Job } from '../../kernel/store.ts'
import { type AuthEventRecord, authEvents, eventKey, timeOf } from './auth-event-records.ts'
import { livingClient } from './clients.ts'
import { handOver, senderOf } from './custom-senders.ts'
import { html } from './delivery.ts'
import { feedbackToken } from './event-feedback.ts'
import { noteUndelivered } from './log-deliveries.ts'
import { destinationOf } from './messages.ts'
import { livingPool } from './pool-targets.ts'
import { riskSettings } from './risk-configurations.ts'
import type { RiskMark } from './sign-in-steps.ts'
import { type UserRecord, users } from './user-records.ts'

type How = NonNullable<RiskMark['notify']>

const facts =
  'Time: {login-time}\nAddress: {ip-address}\nPlace: {city} {country}\nDevice: {device-name}'
const links = 'This was me: {one-click-link-valid}\nThis was not me: {one-click-link-invalid}'

/** What is written where the pool has no words of its own. */
const own: Readonly<Record<How, NotifyEmailType>> = {
  Block: {
    Subject: 'Blocked sign-in attempt',
    TextBody: `We blocked a sign-in to the account {username} that did not look like yours.\n\n${facts}\n\n${links}`,
  },
  Mfa: {
    Subject: 'New sign-in attempt',
    TextBody: `A sign-in to the account {username} did not look like yours, so we asked for a second factor.\n\n${facts}\n\n${links}`,
  },
  NoAction: {
    Subject: 'New sign-in attempt',
    TextBody: `There was a sign-in to the account {username} that did not look like yours.\n\n${facts}\n\n${links}`,
  },
}

/** What stands in the templates for what is known of an event. */
async function values(event: AuthEventRecord, { username }: UserRecord, ctx: CallContext) {
  const token = await feedbackToken(event, ctx)
  const link = (value: string) =>
    `${ctx.baseUrl}/${event.pool}/authEventFeedback?${new URLSearchParams({ value, token })}`
  return {
    username,
    'ip-address': event.from.ip ?? '',
    city: event.from.place?.city ?? '',
    country: event.from.place?.country ?? '',
    'login-time': new Date(timeOf(event.id)).toUTCString(),
    'device-name': event.from.device,
    'one-click-link-valid': link('valid'),
    'one-click-link-invalid': link('invalid'),
    'event-id': event.id,
    'feedback-token': token,
  }
}

const filled = (text: string, known: Readonly<Record<string, string>>, quote = (s: string) => s) =>
  text.replace(/\{([a-z-]+)\}/g, (whole, name: string) =>
    Object.hasOwn(known, name) ? quote(known[name]!) : whole,
  )

/** Tells a user by mail of a sign-in that looked like somebody else's. */
export async function notifyRisk({ detail }: Job, ctx: CallContext): Promise<void> {
  const [pool, sub, id] = [String(detail.pool), String(detail.sub), String(detail.id)]
  const event = await ctx.store.of(authEvents).get(eventKey(pool, sub, id))
  const user = await ctx.store.of(users).get([pool, sub])
  const to = user && destinationOf(user.attributes, 'email')
  if (event === undefined || user === undefined || to === undefined) return
  const record = await livingPool(ctx.store, pool)
  const client = await livingClient(ctx.store, pool, event.client)
  const via = { pool: record, client }
  const known = await values(event, user, ctx)
  const how = detail.how as How
  const settings = await riskSettings(via, ctx)
  const notify = settings.AccountTakeoverRiskConfiguration?.NotifyConfiguration
  const mail = notify?.[`${how}Email`] ?? own[how]
  const { Subject = '', TextBody, HtmlBody } = mail
  try {
    if (senderOf(record, to) !== undefined) {
      const message = { subject: '', email: '', sms: '' }
      const notice = { occasion: 'AccountTakeOverNotification', user, message } as const
      await handOver(via, to, notice, JSON.stringify(known), ctx)
      return
    }
    const plain = TextBody ?? HtmlBody!.replace(/<br\s*\/?>/gi, '\n').replace(/<[^<>]*>/g, '')
    await ctx.ports.sendMail({
      to: to.address,
      from: notify?.From ?? record.settings.EmailConfiguration?.From,
      subject: filled(Subject, known),
      text: filled(plain, known),
      ...(HtmlBody !== undefined && { html: filled(HtmlBody, known, html) }),
    })
  } catch (error) {
    // Once is enough: who is told late is told of something else.
    ctx.log.warn('a mail about a sign-in could not be sent', { cause: String(error) })
    await noteUndelivered(record, error as Error, ctx)
  }
}
