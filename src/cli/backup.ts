import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  argumentsOf,
  connectionFlags,
  connectionHelp,
  signedCall,
} from './administration-client.ts'
import { type Command, Complaint, Misunderstanding, type Terminal } from './command.ts'

export const command: Command = {
  name: 'backup',
  summary: 'write a consistent copy of a running installation to a file',
  help: `sallyport backup <file>: everything of a running installation, sealed as it is stored

The file opens only with the unseal key, passphrase or credential of the installation: keep that
elsewhere, and keep it. Without it the backup is worth nothing, to you as to a thief.

  sallyport backup /var/backups/sallyport-$(date +%F).backup
  sallyport restore /var/backups/sallyport-2026-11-20.backup --data ./restored

${connectionHelp}`,
  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, connectionFlags, ['file'])
    const [file] = positionals
    if (file === undefined)
      throw new Misunderstanding('into which file?', 'sallyport backup <file>')
    if (existsSync(file)) throw new Complaint(`${file} is there already`, 'name another file')
    const response = await signedCall(values, 'GET', 'backup')
    const part = `${file}.part`
    const counted = counter(terminal)
    try {
      const source = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream)
      await pipeline(source, counted.stream, createWriteStream(part, { mode: 0o600, flush: true }))
      renameSync(part, file)
    } catch (error) {
      rmSync(part, { force: true })
      throw new Complaint(`the copy broke off: ${(error as Error).message}`, 'try again')
    }
    if (values.json) terminal.out(`${JSON.stringify({ file, bytes: counted.bytes() })}\n`)
    else terminal.out(`${file}: ${counted.bytes().toLocaleString('en')} bytes\n`)
    return 0
  },
}

/** Shows amount and rate where a person looks. */
function counter(terminal: Terminal) {
  let bytes = 0
  let shown = 0
  const started = performance.now()
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      const now = performance.now()
      if (terminal.interactive && now - shown > 200) {
        shown = now
        const rate = bytes / 1_048_576 / ((now - started) / 1_000)
        terminal.err(`\r${(bytes / 1_048_576).toFixed(1)} MB, ${rate.toFixed(1)} MB/s `)
      }
      done(null, chunk)
    },
    flush(done) {
      if (terminal.interactive && shown > 0) terminal.err('\r\x1b[K')
      done()
    },
  })
  return { stream, bytes: () => bytes }
}
