import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
} from './administration-client.ts'
import type { Command } from './command.ts'

interface Message {
  readonly kind: 'mail' | 'sms' | 'notification'
  readonly to: string
  readonly subject?: string
  readonly text: string
  readonly at: string
}

export const command: Command = {
  name: 'inbox',
  summary: 'read the mails and text messages that were kept here',
  help: `sallyport inbox [<address>]: messages that an installation without --smtp or --sms-webhook keeps

  sallyport inbox                     all of the last thousand, newest last
  sallyport inbox ada@example.com     those to one address or number

${connectionHelp}`,
  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, connectionFlags, ['address'])
    const [to] = positionals
    const path = to === undefined ? 'inbox' : `inbox?to=${encodeURIComponent(to)}`
    const { messages } = (await administration(values, 'GET', path)) as {
      messages: readonly Message[]
    }
    if (values.json) terminal.out(`${JSON.stringify({ messages })}\n`)
    else if (messages.length === 0) terminal.out('no messages\n')
    else terminal.out(messages.map(told).join('\n'))
    return 0
  },
}

const told = ({ kind, to, subject, text, at }: Message): string => {
  const head = `${at}  ${kind} to ${to}${subject === undefined ? '' : `: ${subject}`}`
  const body = text.trimEnd().replace(/^/gm, '  ')
  return `${head}\n${body}\n`
}
