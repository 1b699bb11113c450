import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import type { Attributes } from './attributes.ts'
import { fail } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'

/** Where a message goes. */
export interface Destination {
  readonly attribute: 'email' | 'phone_number'
  readonly address: string
}

export interface Message {
  readonly subject: string
  readonly email: string
  readonly sms: string
}

/** The destination behind an attribute; undefined when the user has none. */
export function destinationOf(
  attributes: Attributes,
  attribute: 'email' | 'phone_number',
): Destination | undefined {
  const address = attributes[attribute]
  return address === undefined ? undefined : { attribute, address }
}

const verification = 'Your verification code is {####}.'

/** The message that carries a verification code, by the pool's template. */
export function verificationMessage(pool: PoolRecord): Message {
  const template = pool.settings.VerificationMessageTemplate ?? {}
  return {
    subject: template.EmailSubject ?? 'Your verification code',
    email: template.EmailMessage ?? verification,
    sms: template.SmsMessage ?? verification,
  }
}

const invitation = 'Your username is {username} and temporary password is {####}.'

/** The message with which a user hears of an account that somebody made. */
export function invitationMessage(pool: PoolRecord): Message {
  const template = pool.settings.AdminCreateUserConfig?.InviteMessageTemplate ?? {}
  return {
    subject: template.EmailSubject ?? 'Your temporary password',
    email: template.EmailMessage ?? invitation,
    sms: template.SMSMessage ?? invitation,
  }
}

const html = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

const isHtml = (text: string) => /<[a-z][^<>]*>/i.test(text)

/** Sends a message with its code; a failure is the caller's to hear of. */
export async function deliver(
  ctx: Pick<CallContext, 'ports' | 'log' | 'requestId'>,
  pool: PoolRecord,
  { attribute, address }: Destination,
  message: Message,
  { code, username = '' }: { readonly code: string; readonly username?: string },
): Promise<void> {
  const filled = (text: string, quoted = (value: string) => value) =>
    text.replaceAll('{username}', () => quoted(username)).replaceAll('{####}', () => quoted(code))
  try {
    if (attribute === 'phone_number') {
      await ctx.ports.sendSms({ to: address, text: filled(message.sms) })
      return
    }
    const marked = isHtml(message.email)
    await ctx.ports.sendMail({
      to: address,
      from: pool.settings.EmailConfiguration?.From,
      subject: filled(message.subject),
      text: filled(message.email.replace(/<br\s*\/?>/gi, '\n').replace(/<[^<>]*>/g, '')),
      ...(marked && { html: filled(message.email, html) }),
    })
  } catch (error) {
    ctx.log.warn('a message could not be sent', { requestId: ctx.requestId, cause: String(error) })
    throw fail('CodeDeliveryFailureException', 'The message could not be delivered.')
  }
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
