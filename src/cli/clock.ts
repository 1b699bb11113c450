import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
} from './administration-client.ts'
import { type Command, Misunderstanding } from './command.ts'

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

export const command: Command = {
  name: 'clock',
  summary: 'read the service time, or move a test clock forward',
  help: `sallyport clock [+<time>]: service time of an installation started with --test-clock

  sallyport clock              what time it is there
  sallyport clock +90m         an hour and a half later; due jobs have run when this returns
  sallyport clock +7d          units: s, m, h, d

${connectionHelp}`,
  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, connectionFlags, ['time'])
    const [step] = positionals
    const state = (
      step === undefined
        ? await administration(values, 'GET', 'clock')
        : await administration(values, 'POST', 'clock', { advanceSeconds: seconds(step) })
    ) as { now: string; offsetSeconds: number }
    if (values.json) terminal.out(`${JSON.stringify(state)}\n`)
    else terminal.out(`${state.now} (${state.offsetSeconds} s ahead of the real clock)\n`)
    return 0
  },
}

function seconds(step: string): number {
  const [, amount, unit] = /^\+?(\d+)([smhd])$/.exec(step) ?? []
  if (amount === undefined || unit === undefined)
    throw new Misunderstanding(`"${step}" is no span of time`, 'write +30s, +15m, +2h or +7d')
  return Number(amount) * units[unit]!
}
