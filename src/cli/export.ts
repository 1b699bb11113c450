import { createWriteStream, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
  signedCall,
} from './administration-client.ts'
import { type Command, Complaint, Misunderstanding, type Terminal } from './command.ts'

const warning =
  'THIS FILE IS A SECRET: it has the hashes of all passwords, SRP verifiers and the secrets of software tokens.\n' +
  'Whoever has it can sign in as anybody with a second factor, and guess passwords at leisure. Delete it after use.\n'

export const command: Command = {
  name: 'export',
  summary: 'write the users of a user pool to a file, or what is known of one person',
  help: `sallyport export --pool <id> --out <file>: all users as lines of JSON that an import job takes back

With their hashes, verifiers and software tokens: the file is as secret as the passwords. It is written for
its owner only (mode 0600), and the event log keeps who asked.

  sallyport export --pool us-east-1_AbCdEfGhI --out users.jsonl

sallyport export --pool <id> --user <name>: all that is known of one person, as JSON, without secrets

  sallyport export --pool us-east-1_AbCdEfGhI --user ada

  --out <file>          where to; without it a person's data goes to standard output
${connectionHelp}`,
  async run(args, terminal) {
    const flags = {
      ...connectionFlags,
      pool: { type: 'string' },
      user: { type: 'string' },
      out: { type: 'string' },
    } as const
    const { values } = argumentsOf(args, flags)
    const { pool, user, out } = values
    if (pool === undefined)
      throw new Misunderstanding('which pool?', 'sallyport export --pool <id> --out <file>')
    if (out !== undefined && existsSync(out))
      throw new Complaint(`${out} is there already`, 'name another file')
    if (user !== undefined) {
      const path = `person/${encodeURIComponent(pool)}`
      const answer = await administration(values, 'POST', path, { user })
      const text = `${JSON.stringify(answer, null, 2)}\n`
      if (out === undefined) terminal.out(text)
      else writeFileSync(out, text, { mode: 0o600, flag: 'wx' })
      return 0
    }
    if (out === undefined)
      throw new Misunderstanding(
        'into which file? Secrets are not written to a terminal',
        'sallyport export --pool <id> --out <file>',
      )
    const users = await written(await signedCall(values, 'GET', `users/${pool}`), out)
    terminal.err(warning)
    tell(terminal, values.json, out, users)
    return 0
  },
}

function tell(terminal: Terminal, json: boolean | undefined, file: string, users: number): void {
  if (json) terminal.out(`${JSON.stringify({ file, users })}\n`)
  else terminal.out(`${file}: ${users.toLocaleString('en')} users\n`)
}

/** Writes the answer; a file that is there is complete. Returns how many lines it has. */
async function written(response: Response, file: string): Promise<number> {
  const part = `${file}.part`
  let lines = 0
  try {
    const source = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream)
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        for (const byte of chunk) if (byte === 10) lines++
        yield chunk
      }
    }
    const target = createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true })
    await pipeline(source, counted, target)
    renameSync(part, file)
    return lines
  } catch (error) {
    rmSync(part, { force: true })
    throw new Complaint(`the export broke off: ${(error as Error).message}`, 'try again')
  }
}
