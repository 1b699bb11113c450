import type { Config } from '../config.ts'
import type { Egress, Ports } from '../kernel/ports.ts'
import type { Inbox } from '../outside/inbox.ts'
import { mailer, smsHook } from '../outside/messengers.ts'

type Settings = Pick<
  Config,
  'smtp' | 'smtpPassword' | 'mailFrom' | 'smsWebhook' | 'smsWebhookSecret'
>

/** How messages leave the house; those for which there is no way stay in the inbox. */
export function messengers(
  { smtp, smtpPassword, mailFrom, smsWebhook, smsWebhookSecret }: Settings,
  inbox: Inbox,
  egress: Egress,
): Pick<Ports, 'sendMail' | 'sendSms'> {
  return {
    sendMail:
      smtp === undefined
        ? (mail) => inbox.sendMail(mail)
        : mailer({ url: smtp, password: smtpPassword, from: mailFrom }),
    sendSms:
      smsWebhook === undefined
        ? (sms) => inbox.sendSms(sms)
        : smsHook({ url: smsWebhook, secret: smsWebhookSecret }, egress),
  }
}
