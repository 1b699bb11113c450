import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { fail } from './contract.ts'
import { customMessage, linkPattern } from './custom-messages.ts'
import { handOver, senderOf } from './custom-senders.ts'
import { noteUndelivered } from './log-deliveries.ts'
import type { Destination, Notice } from './messages.ts'
import { domainUrl } from './oauth/discovery.ts'
import type { PoolRecord } from './pool-records.ts'
import type { Via } from './triggers.ts'

/** A text within HTML. */
export const html = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

const isHtml = (text: string) => /<[a-z][^<>]*>/i.test(text)

/** The link that confirms a user: to the sign-in domain of the pool, where it has one. */
async function linkTo(
  { pool, client }: Via,
  username: string,
  code: string,
  ctx: CallContext,
): Promise<string> {
  const query = new URLSearchParams({
    client_id: client?.id ?? '',
    user_name: username,
    confirmation_code: code,
  })
  const at = (await domainUrl(pool.id, ctx)) ?? `${ctx.baseUrl}/${pool.id}`
  return `${at}/confirmUser?${query}`
}

/** Sends a message with its code; a failure is the caller's to hear of. */
export async function deliver(
  ctx: CallContext,
  via: Via,
  to: Destination,
  notice: Notice,
  code: string,
): Promise<void> {
  const { pool } = via
  const { attribute, address } = to
  const { username = notice.user.username } = notice
  if (senderOf(pool, to) !== undefined) {
    await handOver(via, to, notice, code, ctx).catch((error: Error) =>
      undelivered(pool, error, ctx),
    )
    return
  }
  const message = await customMessage(via, notice, ctx)
  const hasLink = linkPattern.test(message.email)
  const link = hasLink ? await linkTo(via, username, code, ctx) : ''
  const filled = (text: string, quoted = (value: string) => value, linked = quoted(link)) =>
    text
      .replaceAll('{username}', () => quoted(username))
      .replaceAll('{####}', () => quoted(code))
      .replace(linkPattern, (_, words: string) =>
        quoted === html ? `<a href="${linked}">${words}</a>` : `${words}: ${linked}`,
      )
  try {
    if (attribute === 'phone_number') {
      await ctx.ports.sendSms({ to: address, text: filled(message.sms) })
      return
    }
    const marked = isHtml(message.email) || hasLink
    await ctx.ports.sendMail({
      to: address,
      from: pool.settings.EmailConfiguration?.From,
      subject: filled(message.subject),
      text: filled(message.email.replace(/<br\s*\/?>/gi, '\n').replace(/<[^<>]*>/g, '')),
      ...(marked && { html: filled(message.email, html) }),
    })
  } catch (error) {
    await undelivered(pool, error as Error, ctx)
  }
}

async function undelivered(pool: PoolRecord, error: Error, ctx: CallContext): Promise<never> {
  const { log, requestId } = ctx
  log.warn('a message could not be sent', { requestId, cause: String(error) })
  await noteUndelivered(pool, error, ctx)
  throw fail('CodeDeliveryFailureException', 'The message could not be delivered.')
}

/** Where a message went, as far as strangers may know. */
export const deliveryDetails = ({ attribute, address }: Destination): CodeDeliveryDetailsType => ({
  Destination: masked(address),
  DeliveryMedium: attribute === 'email' ? 'EMAIL' : 'SMS',
  AttributeName: attribute,
})

export function masked(address: string): string {
  const at = address.lastIndexOf('@')
  if (at < 0) return `${address.slice(0, 1)}${'*'.repeat(7)}${address.slice(-4)}`
  return `${address.slice(0, 1)}***@${address.slice(at + 1, at + 2)}***`
}
