import { resolve } from 'node:path'
import type { BarrierState } from '../gateway/barrier-control.ts'
import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
  endpointOf,
} from './administration-client.ts'
import { slotsText } from './barrier-answer.ts'
import type { Command } from './command.ts'
import { checkPrivate, readPassphrase } from './passphrase.ts'

export const command: Command = {
  name: 'rotate-root',
  summary: 'replace the root key, or move it to another way to unseal',
  help: `sallyport rotate-root [--unseal <new>]: a new root key; no record is written anew

Without --unseal the new root key is wrapped by the same secret as the old one. With it only the new
secret opens the store from then on: keyfile:<path>, passphrase (asked for, or from
SALLYPORT_PASSPHRASE or the standard input), credential:<name>, or
pkcs11:<module path>?token=<label>&key=<label> on a module that was named at the start (--hsm), with
the PIN that the installation was started with. A crash at any moment leaves one of the two in force.
Backups made before open with the old secret: keep it as long as you keep them.

  sallyport rotate-root
  sallyport rotate-root --unseal keyfile:/etc/sallyport/unseal.key
  sallyport rotate-root --unseal 'pkcs11:/usr/lib/softhsm/libsofthsm2.so?token=sallyport&key=root'

Needs sallyport:RotateRoot.

${connectionHelp}`,
  async run(args, terminal) {
    const options = { ...connectionFlags, unseal: { type: 'string' } } as const
    const { values } = argumentsOf(args, options)
    const unseal = values.unseal === undefined ? undefined : absolute(values.unseal)
    let passphrase: string | undefined
    if (unseal === 'passphrase') {
      checkPrivate(endpointOf(values))
      passphrase = await readPassphrase('new passphrase: ')
    }
    const body = { ...(unseal && { unseal }), ...(passphrase && { passphrase }) }
    const state = (await administration(values, 'POST', 'rotate-root', body)) as BarrierState
    if (values.json) terminal.out(`${JSON.stringify(state)}\n`)
    else {
      terminal.out(`new root key, generation ${state.generation}; opened by: ${slotsText(state)}\n`)
      if (unseal !== undefined)
        terminal.out(`  next: start it from now on with --unseal '${unseal}'\n`)
    }
    return 0
  },
}

/** Paths are this command's; the installation may run in another directory. */
function absolute(text: string): string {
  const [, kind, path, rest] = /^(keyfile|pkcs11):([^?]*)(.*)$/.exec(text) ?? []
  return kind === undefined ? text : `${kind}:${resolve(path!)}${rest}`
}
