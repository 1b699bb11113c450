import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { environment } from '../config.ts'
import { Complaint } from './command.ts'

/**
 * A passphrase from SALLYPORT_PASSPHRASE, from a person who types it unseen, or from the first line of
 * the standard input; never from an argument, which other processes could read.
 */
export async function readPassphrase(question: string): Promise<string> {
  const given = environment('SALLYPORT_PASSPHRASE') ?? (await typed(question))
  if (given === '')
    throw new Complaint('the passphrase is empty', 'set SALLYPORT_PASSPHRASE, or pipe it in')
  return given
}

function typed(question: string): Promise<string> {
  const { stdin, stderr } = process
  const person = stdin.isTTY === true
  if (person) stderr.write(question)
  // What is typed is echoed to this, and by the terminal not at all.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: person })
  return new Promise((resolve) => {
    let answer = ''
    lines.once('line', (line) => {
      answer = line
      lines.close()
    })
    lines.once('close', () => {
      if (person) stderr.write('\n')
      resolve(answer)
    })
  })
}

/** Refuses to send a secret over the network in clear. */
export function checkPrivate(endpoint: string): void {
  const { protocol, hostname } = new URL(endpoint)
  if (protocol === 'https:' || /^(127\.|localhost$|\[::1\]$)/.test(hostname)) return
  throw new Complaint(
    `a passphrase would cross the network to ${endpoint} in clear`,
    'run this command on that machine, or name an https:// endpoint',
  )
}
