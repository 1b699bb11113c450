import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { StoreUnavailable } from '../../src/kernel/store.ts'
import { backup, restore } from '../../src/storage/backup.ts'
import { until } from '../../src/storage/conformance/facts-and-jobs.ts'
import { ann, user, users } from '../../src/storage/conformance/users.ts'
import { conformance } from '../../src/storage/conformance.ts'
import { fixtures, fixtureUnseal, readFixture } from '../../src/storage/fixture-content.ts'
import { newestLayout } from '../../src/storage/migrations/steps.ts'
import { type OpenStore, openDriver, openStore } from '../../src/storage/open.ts'
import type { Deliver } from '../../src/storage/outbox.ts'
import { quiet } from '../../src/storage/quiet-log.ts'
import { type PostgresServer, postgresBinaries, startPostgres } from './postgres-server.ts'

const installed = postgresBinaries() !== undefined

if (!installed && process.env.CI !== 'true') {
  test('PostgreSQL', { skip: 'PostgreSQL is not installed: apt-get install postgresql' })
} else {
  describe('with a PostgreSQL server', suite)
}

function suite(): void {
  let server: PostgresServer
  const base = mkdtempSync(join(tmpdir(), 'sallyport-keys-'))
  const urls = new WeakMap<OpenStore, string>()
  before(async () => {
    server = await startPostgres()
  })
  after(async () => {
    await server?.stop()
    rmSync(base, { recursive: true })
  })
  const open = async (url: string, options?: { deliver?: Deliver }): Promise<OpenStore> => {
    const unseal = { kind: 'keyfile', path: join(base, 'key') } as const
    const store = await openStore({ url, unseal, log: quiet, ...options })
    urls.set(store, url)
    return store
  }
  conformance({
    name: 'postgres',
    open: async (options) => open(await server.newDatabase(), options),
    reopen: async (store, options) => {
      await store.close()
      return open(urls.get(store)!, options)
    },
    another: (store, options) => open(urls.get(store)!, options),
  })

  test('without notifications the other node still sees moves within 100 ms', async () => {
    const url = await server.newDatabase()
    const unseal = { kind: 'keyfile', path: join(base, 'key') } as const
    const options = { url, unseal, log: quiet, postgres: { hints: false } }
    const [one, two] = [await openStore(options), await openStore(options)]
    const waits: number[] = []
    for (let round = 0; round < 20; round++) {
      const before = two.epochs.current(ann.account, users.options.cached!)
      await one.storeFor(ann).transaction((tx) => tx.of(users).put(user('ann', { logins: round })))
      const start = performance.now()
      await until(() => two.epochs.current(ann.account, users.options.cached!) !== before)
      waits.push(performance.now() - start)
    }
    const median = waits.toSorted((a, b) => a - b)[10]!
    assert.ok(median < 100, `${median} ms`)
    await two.close()
    await one.close()
  })

  test('rotation by one node is followed by the others, and ends with one term', async () => {
    const url = await server.newDatabase()
    const [one, two] = [await open(url), await open(url)]
    await two.storeFor(ann).transaction((tx) => tx.of(users).create(user('old')))
    await one.vault.rotateTerm()
    await one.storeFor(ann).transaction((tx) => tx.of(users).create(user('new')))
    // The other node meets a term that it does not know.
    assert.equal((await two.storeFor(ann).of(users).list({ limit: 10 })).records.length, 2)
    const { dropped } = await one.sweep({ settleMs: 100 })
    assert.deepEqual(dropped, [1])
    assert.equal(two.vault.barrier.term, 2)
    await two.storeFor(ann).transaction((tx) => tx.of(users).create(user('newer')))
    assert.equal((await one.storeFor(ann).of(users).list({ limit: 10 })).records.length, 3)
    await two.close()
    await one.close()
  })

  test('many nodes that open an empty database agree on one keyring', async () => {
    const url = await server.newDatabase()
    const stores = await Promise.all([open(url), open(url), open(url), open(url)])
    const writes = stores.map((store, i) =>
      store.storeFor(ann).transaction((tx) => tx.of(users).create(user(`n${i}`))),
    )
    await Promise.all(writes)
    for (const store of stores) {
      const { records } = await store.storeFor(ann).of(users).list({ limit: 10 })
      assert.equal(records.length, 4)
    }
    for (const store of stores) await store.close()
  })

  test('a backup goes from PostgreSQL to memory and back', async () => {
    const store = await open(await server.newDatabase())
    await store.storeFor(ann).transaction((tx) => tx.of(users).create(user('a', { mail: 'm@x' })))
    const memory = await openDriver('memory')
    await restore(memory, store.backup())
    const url = await server.newDatabase()
    const driver = await openDriver(url)
    await restore(driver, backup(memory))
    await driver.close()
    const restored = await open(url)
    assert.equal((await restored.storeFor(ann).of(users).findOne('mail', 'm@x'))?.name, 'a')
    await restored.close()
    await store.close()
  })

  for (let layout = 1; layout <= newestLayout; layout++) {
    test(`a database of layout ${layout} opens, is brought up to date, and reads`, async () => {
      const url = await server.newDatabase()
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(readFileSync(join(fixtures, `layout-${layout}.sql`), 'utf8'))
      await client.end()
      const store = await openStore({ url, unseal: fixtureUnseal, log: quiet })
      await readFixture(store)
      await store.close()
    })
  }

  test('a lost database refuses writes; when it is back, all that was acknowledged is there', async () => {
    const store = await open(await server.newDatabase())
    const view = store.storeFor(ann)
    const acknowledged: string[] = []
    const refusals: unknown[] = []
    let running = true
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; running; n++) {
        const name = `${writer}-${n}`
        try {
          await view.transaction((tx) => tx.of(users).create(user(name)))
          acknowledged.push(name)
        } catch (cause) {
          refusals.push(cause)
          await new Promise((next) => setTimeout(next, 20))
        }
      }
    }
    const writing = [1, 2, 3].map(write)
    await until(() => acknowledged.length > 20)
    await server.kill()
    await until(() => refusals.length > 5)
    await until(() => store.epochs.current(ann.account, users.options.cached!) === undefined)
    const before = acknowledged.length
    await server.restart()
    await until(() => acknowledged.length > before + 20)
    running = false
    await Promise.all(writing)
    for (const refusal of refusals) assert.ok(refusal instanceof StoreUnavailable, String(refusal))
    const there = new Set<string>()
    let after: readonly (string | number)[] | undefined
    do {
      const page = await view.of(users).list({ limit: 1000, after })
      for (const { name } of page.records) there.add(name)
      after = page.after
    } while (after)
    for (const name of acknowledged) assert.ok(there.has(name), `${name} is lost`)
    // Writes are back before the view of what others move.
    await until(() => store.epochs.current(ann.account, users.options.cached!) !== undefined)
    await store.close()
  })
}
