import type { BarrierState } from '../gateway/barrier-control.ts'
import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
} from './administration-client.ts'
import type { Command } from './command.ts'

export const command: Command = {
  name: 'rotate-keyring',
  summary: 'seal records by a new key from now on',
  help: `sallyport rotate-keyring: a new term of the keyring

New records are sealed by the new key at once; the others are sealed anew in the background, and the
old key goes when nothing needs it any more. A restart goes on where it was. Needs
sallyport:RotateKeyring.

  sallyport rotate-keyring

${connectionHelp}`,
  async run(args, terminal) {
    const { values } = argumentsOf(args, connectionFlags)
    const state = (await administration(values, 'POST', 'rotate-keyring')) as BarrierState
    const term = state.terms?.find(({ active }) => active)?.id
    if (values.json) terminal.out(`${JSON.stringify(state)}\n`)
    else terminal.out(`term ${term}; older records move to it in the background\n`)
    return 0
  },
}
