import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../temporary-folder.ts'
import type { Keys } from './client.ts'

/** `sallyport start` as its own process, as a person would run it. */
export interface Server {
  readonly url: string
  readonly data: string
  readonly admin: Keys
  /** Of the process. */
  readonly pid: number
  /** Runs another command of the command line against it. */
  sallyport(...args: string[]): Promise<{ code: number; out: string; err: string }>
  /** What it wrote to standard error. */
  said(): string
  stop(): Promise<number>
  /** Ends it as a power failure would. */
  kill(): Promise<number>
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Starts it on a free port, with data of its own or where `--data` says, and waits until it is ready. */
export async function startServer(...flags: string[]): Promise<Server> {
  const given = flags.indexOf('--data')
  const data = given < 0 ? temporaryFolder('clients') : flags[given + 1]!
  const args = [main, 'start', '--port', '0', '--data', data, ...flags]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)))
  let url: string | undefined
  for await (const line of createInterface(child.stdout)) {
    url = /^sallyport ready (\S+)$/.exec(line)?.[1]
    if (url !== undefined) break
  }
  if (url === undefined) throw new Error(`sallyport start ended with ${await exited}: ${said}`)
  const file = readFileSync(join(data, 'credentials'), 'utf8')
  const value = (name: string) => new RegExp(`${name} = (\\S+)`).exec(file)![1]!
  return {
    url,
    data,
    pid: child.pid!,
    admin: {
      accessKeyId: value('aws_access_key_id'),
      secretAccessKey: value('aws_secret_access_key'),
    },
    sallyport: (...more) => run([main, ...more, '--data', data, '--endpoint', url]),
    said: () => said,
    stop() {
      child.kill('SIGTERM')
      return exited
    },
    kill() {
      child.kill('SIGKILL')
      return exited
    },
  }
}

function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? -1, out, err }))
  })
}
