import { createHmac } from 'node:crypto'
import { type Egress, EgressFailed, type Mail, type Sms } from '../kernel/ports.ts'

/** Milliseconds for a mail server to greet, to answer and to say anything at all. */
const patience = 10_000

export interface MailServer {
  /** `smtp://user@host:587` or `smtps://...`. */
  readonly url: string
  readonly password: string | undefined
  /** From whom mails come that name nobody. */
  readonly from: string
}

/**
 * Sends mails through a server (RFC 5321). Where the server offers TLS it is used; to anything but this
 * machine nothing is sent without.
 */
export function mailer({ url, password, from }: MailServer): (mail: Mail) => Promise<void> {
  const server = new URL(url)
  const secure = server.protocol === 'smtps:'
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(server.hostname)
  const user = decodeURIComponent(server.username)
  const transport = import('nodemailer').then(({ createTransport }) =>
    createTransport({
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: Number(server.port || (secure ? 465 : 587)),
      secure,
      requireTLS: !secure && !local,
      ...(user !== '' && {
        auth: { user, pass: password ?? decodeURIComponent(server.password) },
      }),
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: patience,
      // A message says what it says; it makes nobody read files or fetch anything.
      disableFileAccess: true,
      disableUrlAccess: true,
    }),
  )
  return async ({ to, from: sender = from, subject, text, html }) => {
    const sending = (await transport).sendMail({
      from: sender,
      // Addresses are users' own texts: as an object none of them becomes a list.
      to: { name: '', address: to },
      subject,
      text,
      ...(html !== undefined && { html }),
    })
    await sending.catch(({ code, responseCode }: { code?: string; responseCode?: number }) => {
      // What servers say may name the person whom the mail was for.
      const said = responseCode === undefined ? '' : `, and the server said ${responseCode}`
      throw new EgressFailed(`the mail could not be sent (${code ?? 'unknown'}${said})`)
    })
  }
}

export interface SmsHook {
  readonly url: string
  /** Signs what is sent, so that the receiver can tell it from anybody else's. */
  readonly secret: string | undefined
}

/**
 * Hands text messages to a gateway of the operator's: a POST of `{"to", "text"}`, with the hexadecimal
 * HMAC-SHA-256 of the body in `x-sallyport-signature` where there is a secret.
 */
export function smsHook({ url, secret }: SmsHook, egress: Egress): (sms: Sms) => Promise<void> {
  return async ({ to, text }) => {
    const body = JSON.stringify({ to, text })
    const signature =
      secret === undefined ? undefined : createHmac('sha256', secret).update(body).digest('hex')
    const { status } = await egress.post(new URL(url), {
      body,
      patience,
      headers: signature === undefined ? {} : { 'x-sallyport-signature': signature },
    })
    if (status < 200 || status > 299)
      throw new EgressFailed(`the gateway of text messages answered ${status}`)
  }
}
