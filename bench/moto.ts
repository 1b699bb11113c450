/** The race against moto's server: the same client makes the same calls of both. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from './load.ts'
import { signedQuery } from './signed-request.ts'

const seconds = 4
const together = 8

async function answering(url: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const up = await fetch(url, { signal: AbortSignal.timeout(500) }).catch(() => undefined)
    if (up !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`nothing answers at ${url}`)
}

async function race(port: number, accessKeyId: string, secretAccessKey: string): Promise<number> {
  const signer = { accessKeyId, secretAccessKey }
  const query = signedQuery('sts', { Action: 'GetCallerIdentity' }, signer, port)
  const run = { port, connections: together, next: () => query }
  await load({ ...run, seconds: 1 })
  const { perSecond, statuses } = await load({ ...run, seconds })
  if (statuses.size !== 1 || !statuses.has(200)) throw new Error(`${[...statuses]}`)
  return perSecond
}

async function stopped(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exited
}

if (spawnSync('moto_server', ['--version'], { stdio: 'ignore' }).error !== undefined) {
  console.error('moto_server is not on this machine: the race is left out')
} else {
  const first = 20_000 + (process.pid % 10_000)
  const peer = spawn('moto_server', ['-p', String(first)], { stdio: 'ignore' })
  await answering(`http://127.0.0.1:${first}/`)
  const theirs = await race(first, 'AKIAAAAAAAAAAAAAAAAA', 'x')
  await stopped(peer)

  const data = mkdtempSync(join(tmpdir(), 'sallyport-race-'))
  const main = new URL('../src/main.ts', import.meta.url).pathname
  const args = [main, 'start', '--data', data, '--port', String(first + 1)]
  const ours = spawn(process.execPath, args, { stdio: 'ignore' })
  await answering(`http://127.0.0.1:${first + 1}/_sallyport/health`)
  const file = readFileSync(join(data, 'credentials'), 'utf8')
  const value = (key: string) => new RegExp(`${key} = (\\S+)`).exec(file)![1]!
  const id = value('aws_access_key_id')
  const us = await race(first + 1, id, value('aws_secret_access_key'))
  await stopped(ours)
  rmSync(data, { recursive: true })
  console.log('\n| GetCallerIdentity 8 connections | per second |\n|---|--:|')
  console.log(`| moto_server | ${theirs.toFixed(0)} |`)
  console.log(`| Sallyport on sqlite | ${us.toFixed(0)} (${(us / theirs).toFixed(1)} times) |`)
}
