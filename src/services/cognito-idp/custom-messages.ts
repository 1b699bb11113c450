import type { CallContext } from '../../kernel/context.ts'
import type { Message, Notice } from './messages.ts'
import { ask, attributesFor, metadataOf, type Via } from './triggers.ts'

/** What stands in messages for what is sent. */
export const placeholders = {
  code: '{####}',
  username: '{username}',
  link: '{##Click Here##}',
} as const

/** The message as the pool's function wants it; where that cannot carry the code, as it was. */
export async function customMessage(
  via: Via,
  { occasion, message, user, asLink }: Notice,
  ctx: CallContext,
): Promise<Message> {
  const asked = {
    source: `CustomMessage_${occasion}`,
    userName: user.username,
    request: {
      userAttributes: attributesFor(user),
      codeParameter: placeholders.code,
      linkParameter: placeholders.link,
      usernameParameter: occasion === 'AdminCreateUser' ? placeholders.username : null,
      ...metadataOf(via),
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  }
  const told = (await ask('CustomMessage', via, asked, ctx)) ?? {}
  const text = (value: unknown, longest: number): string | undefined =>
    typeof value === 'string' && value !== '' && value.length <= longest ? value : undefined
  const carrying = (value: string | undefined, otherwise: string) =>
    value?.includes(placeholders.code) || (asLink && value && linkPattern.test(value))
      ? value
      : otherwise
  return {
    subject: text(told.emailSubject, 140) ?? message.subject,
    email: carrying(text(told.emailMessage, 20_000), message.email),
    sms: carrying(text(told.smsMessage, 140), message.sms),
  }
}

/** Where a link stands in a message, with its words. */
export const linkPattern = /\{##(.*?)##\}/
