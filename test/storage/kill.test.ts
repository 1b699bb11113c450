import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type OpenStore, openStore } from '../../src/storage/open.ts'
import { quiet } from '../../src/storage/quiet-log.ts'
import { accounts, owner } from './kill-records.ts'
import { compileShim, losePower, readFiles } from './power-loss.ts'

/** How often a process is killed in each test. */
const kills = Number(process.env.KILLS ?? 200)
const base = mkdtempSync(join(tmpdir(), 'sallyport-kill-'))
after(() => rmSync(base, { recursive: true }))

/** What a killed process had acknowledged: the last edition of each name; 0 is its deletion. */
interface Acknowledged {
  readonly editions: Map<string, { edition: number; deleted: boolean }>
  readonly segments: string[]
}

async function runAndKill(
  data: string,
  key: string,
  round: number,
  env: NodeJS.ProcessEnv,
): Promise<Acknowledged> {
  const script = join(import.meta.dirname, 'kill-child.ts')
  const child = spawn(process.execPath, [script, data, key, String(round)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('latin1')
  child.stdout.on('data', (text: string) => {
    // Sometimes right at the beginning, mostly in the middle of the work.
    if (said === '') setTimeout(() => child.kill('SIGKILL'), Math.random() ** 2 * 150)
    said += text
  })
  const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)))
  assert.equal(signal, 'SIGKILL', 'the process ended by itself')
  const acknowledged: Acknowledged = { editions: new Map(), segments: [] }
  // A last line that was cut off was not acknowledged to anybody.
  for (const line of said.split('\n').slice(0, -1)) {
    const [kind, name, edition] = line.split(' ') as [string, string, string]
    if (kind === 's') acknowledged.segments.push(name)
    else if (kind !== 'ready') {
      acknowledged.editions.set(name, { edition: Number(edition), deleted: kind === 'd' })
    }
  }
  return acknowledged
}

/** Everything acknowledged is there, and every record opens. */
async function verify(store: OpenStore, { editions, segments }: Acknowledged): Promise<void> {
  const view = store.storeFor(owner)
  for (const [name, { edition, deleted }] of editions) {
    const found = await view.of(accounts).get([name])
    // A later write may have arrived without its acknowledgement.
    if (!found) assert.ok(deleted || (await laterDeletion(store, name)), `${name} is lost`)
    else assert.ok(found.edition >= edition, `${name} is of edition ${found.edition}: ${edition}`)
    if (found) assert.deepEqual(await view.of(accounts).findOne('tag', name), found)
  }
  const there = new Set<string>()
  for (const segment of await store.log.scan({ limit: 2000, from: Date.now() - 60_000 })) {
    there.add(Buffer.from(segment.directory).toString())
    await segment.body()
  }
  for (const id of segments) assert.ok(there.has(id), `segment ${id} is lost`)
}

/** The intent of a deletion that was committed and not acknowledged. */
async function laterDeletion(store: OpenStore, name: string): Promise<boolean> {
  const orphans = await store.log.orphans()
  return orphans.some(({ id }) => id.startsWith(`${name}-`))
}

async function openAll(store: OpenStore): Promise<number> {
  const view = store.storeFor(owner)
  let count = 0
  let from: readonly (string | number)[] | undefined
  do {
    const page = await view.of(accounts).list({ limit: 1000, after: from })
    count += page.records.length
    from = page.after
  } while (from)
  await store.log.orphans()
  return count
}

test(`a process that is killed ${kills} times loses nothing that it acknowledged`, async () => {
  const [data, key] = [join(base, 'one'), join(base, 'key-one')]
  let writes = 0
  for (let round = 1; round <= kills; round++) {
    const acknowledged = await runAndKill(data, key, round, {})
    writes += acknowledged.editions.size + acknowledged.segments.length
    const store = await reopen(data, key)
    await verify(store, acknowledged)
    if (round === kills) assert.ok((await openAll(store)) > 0)
    await store.close()
  }
  console.log(`# ${writes} acknowledged writes looked for`)
})

const shim = compileShim(base)
const skip = !shim && process.env.CI !== 'true' ? 'there is no C compiler' : false

test(`nor when unsynced writes are lost with it, ${kills} times`, { skip }, async () => {
  const [data, key] = [join(base, 'two'), join(base, 'key-two')]
  await (await reopen(data, key)).close()
  const journal = join(base, 'journal')
  const env = { LD_PRELOAD: shim!, SHIM_JOURNAL: journal, SHIM_DIRECTORY: data }
  let lost = 0
  let writes = 0
  for (let round = 1; round <= kills; round++) {
    const before = readFiles(data)
    const acknowledged = await runAndKill(data, key, round, env)
    writes += acknowledged.editions.size + acknowledged.segments.length
    lost += losePower(data, before, journal, round % 2 === 0 ? 'some' : 'none')
    const store = await reopen(data, key)
    await verify(store, acknowledged)
    if (round === kills) assert.ok((await openAll(store)) > 0)
    await store.close()
  }
  assert.ok(lost > 0, 'the shim has discarded nothing')
  console.log(`# ${lost} unsynced writes discarded, ${writes} acknowledged ones looked for`)
})

const reopen = (data: string, key: string): Promise<OpenStore> =>
  openStore({ url: `sqlite:${data}`, unseal: { kind: 'keyfile', path: key }, log: quiet })
