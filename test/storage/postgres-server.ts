import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../ports.ts'

/** A PostgreSQL server of its own, in a temporary directory. */
export interface PostgresServer {
  /** An empty database; each call makes another. */
  newDatabase(): Promise<string>
  /** Stops the server at once, as a power failure of its machine would (data stays). */
  kill(): Promise<void>
  /** Starts it again after `kill`. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Directory of the server's programs, or undefined where PostgreSQL is not installed. */
export function postgresBinaries(): string | undefined {
  const base = '/usr/lib/postgresql'
  const versions = existsSync(base) ? readdirSync(base) : []
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(base, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres')))
}

/** Starts a server; `options` are added to its command line (`-c fsync=off`). */
export async function startPostgres(options: readonly string[] = []): Promise<PostgresServer> {
  const bin = postgresBinaries()
  if (!bin) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-postgres-'))
  const asOther = process.getuid?.() === 0
  if (asOther) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']))
    chownSync(directory, id('-u'), id('-g'))
  }
  const command = (program: string, args: readonly string[]): [string, string[]] =>
    asOther
      ? ['runuser', ['-u', 'postgres', '--', join(bin, program), ...args]]
      : [join(bin, program), [...args]]
  const data = join(directory, 'data')
  const initdb = ['-D', data, '-A', 'trust', '-U', 'sallyport', '--no-sync', '-E', 'UTF8']
  execFileSync(...command('initdb', initdb), { stdio: 'ignore', cwd: directory })
  const port = await freePort()
  const url = (database: string): string =>
    `postgres://sallyport@127.0.0.1:${port}/${database}?host=127.0.0.1`
  const start = async (): Promise<ChildProcess> => {
    const where = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory]
    const [program, args] = command('postgres', [...where, ...options])
    const child = spawn(program, args, { stdio: 'ignore', cwd: directory })
    await ready(url('postgres'))
    return child
  }
  let running = await start()
  let databases = 0
  const stopWith = async (mode: 'fast' | 'immediate'): Promise<void> => {
    const ended = new Promise((resolve) => running.once('exit', resolve))
    execFileSync(...command('pg_ctl', ['-D', data, '-m', mode, '-W', 'stop']), {
      stdio: 'ignore',
      cwd: directory,
    })
    await ended
  }
  return {
    async newDatabase() {
      const name = `store_${++databases}`
      const client = new pg.Client({ connectionString: url('postgres') })
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      return url(name)
    },
    kill: () => stopWith('immediate'),
    async restart() {
      running = await start()
    },
    async stop() {
      if (running.exitCode === null && running.signalCode === null) await stopWith('immediate')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function ready(url: string): Promise<void> {
  const end = Date.now() + 20_000
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch (cause) {
      if (Date.now() > end) throw cause
      await new Promise((next) => setTimeout(next, 50))
    }
  }
}
