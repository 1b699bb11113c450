import type { Mail, Notification, Sms } from '../kernel/ports.ts'

export interface InboxMessage {
  readonly kind: 'mail' | 'sms' | 'notification'
  readonly to: string
  readonly from?: string | undefined
  readonly subject?: string | undefined
  readonly text: string
  readonly html?: string | undefined
  /** ISO 8601. */
  readonly at: string
}

const limit = 1_000

/** Keeps what would have been sent, for development and tests; the last thousand, in memory. */
export class Inbox {
  readonly #messages: InboxMessage[] = []
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  async sendMail({ to, from, subject, text, html }: Mail): Promise<void> {
    this.#keep({ kind: 'mail', to, from, subject, text, html, at: this.#at() })
  }

  async sendSms({ to, text }: Sms): Promise<void> {
    this.#keep({ kind: 'sms', to, text, at: this.#at() })
  }

  async sendNotification({ topic, text }: Notification): Promise<void> {
    this.#keep({ kind: 'notification', to: topic, text, at: this.#at() })
  }

  /** Newest last; all of them, or those to one address. */
  messages(to?: string): readonly InboxMessage[] {
    return to === undefined ? this.#messages : this.#messages.filter((m) => m.to === to)
  }

  clear(): void {
    this.#messages.length = 0
  }

  #at(): string {
    return new Date(this.#now()).toISOString()
  }

  #keep(message: InboxMessage): void {
    this.#messages.push(message)
    if (this.#messages.length > limit) this.#messages.shift()
  }
}
