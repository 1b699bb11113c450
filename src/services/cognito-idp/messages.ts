import type { Attributes } from './attributes.ts'
import type { PoolRecord } from './pool-records.ts'
import type { UserRecord } from './user-records.ts'

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

const byLink = 'Please click the link to verify your email address. {##Verify Email##}'

/** Whether mails that confirm a sign-up carry a link. */
export const asLink = ({ settings }: PoolRecord): boolean =>
  settings.VerificationMessageTemplate?.DefaultEmailOption === 'CONFIRM_WITH_LINK'

/** The message that confirms a sign-up: with a link where the pool has it so. */
export function confirmationMessage(pool: PoolRecord): Message {
  const message = verificationMessage(pool)
  if (!asLink(pool)) return message
  const template = pool.settings.VerificationMessageTemplate ?? {}
  return {
    ...message,
    subject: template.EmailSubjectByLink ?? 'Your verification link',
    email: template.EmailMessageByLink ?? byLink,
  }
}

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

/** Why somebody gets a message, and which. */
export interface Notice {
  readonly occasion:
    | 'SignUp'
    | 'AdminCreateUser'
    | 'ResendCode'
    | 'ForgotPassword'
    | 'UpdateUserAttribute'
    | 'VerifyUserAttribute'
    | 'Authentication'
    | 'AccountTakeOverNotification'
  readonly message: Message
  readonly user: UserRecord
  /** By which name the message speaks of the user. */
  readonly username?: string | undefined
  /** The mail carries a link in the code's place. */
  readonly asLink?: boolean | undefined
}
