import type { BarrierState } from '../gateway/barrier-control.ts'
import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
  endpointOf,
  RefusedByServer,
} from './administration-client.ts'
import type { Command } from './command.ts'
import { checkPrivate, readPassphrase } from './passphrase.ts'

export const command: Command = {
  name: 'unseal',
  summary: 'open an installation that was sealed',
  help: `sallyport unseal: gives a sealed installation its keys back

A key file, a credential or a token is read again by the installation itself. A passphrase is asked
for, or taken from SALLYPORT_PASSPHRASE or the standard input. Needs sallyport:Unseal.

  sallyport unseal
  pass show sallyport | sallyport unseal

${connectionHelp}`,
  async run(args, terminal) {
    const { values } = argumentsOf(args, connectionFlags)
    const state = await administration(values, 'POST', 'unseal').catch(async (error: unknown) => {
      if (!(error instanceof RefusedByServer) || error.code !== 'PassphraseRequired') throw error
      checkPrivate(endpointOf(values))
      const passphrase = await readPassphrase('passphrase: ')
      return administration(values, 'POST', 'unseal', { passphrase })
    })
    if (values.json) terminal.out(`${JSON.stringify(state)}\n`)
    else terminal.out(`unsealed, generation ${(state as BarrierState).generation}\n`)
    return 0
  },
}
