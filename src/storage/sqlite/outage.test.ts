import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { StoreUnavailable } from '../../kernel/store.ts'
import { ann, user, users } from '../conformance/users.ts'
import { openOn } from '../open.ts'
import { quiet } from '../quiet-log.ts'
import { SqliteDriver } from './driver.ts'

function temporary(t: TestContext): { data: string; key: string } {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-outage-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return { data: join(directory, 'data'), key: join(directory, 'key') }
}

test('a full disk refuses writes, loses nothing and changes nothing; then all goes on', async (t) => {
  const { data, key } = temporary(t)
  const driver = new SqliteDriver(data)
  const unseal = { kind: 'keyfile', path: key } as const
  const store = await openOn(driver, { url: `sqlite:${data}`, unseal, log: quiet })
  const view = store.storeFor(ann)
  const write = (name: string): Promise<void> =>
    view.transaction((tx) => tx.of(users).create(user(name, { secret: Buffer.alloc(5000) })))
  driver.limitPages(60)
  const acknowledged: string[] = []
  let refused = 0
  for (let n = 0; n < 60; n++) {
    const names = [`n${n}-a`, `n${n}-b`]
    const outcomes = await Promise.allSettled(names.map(write))
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') acknowledged.push(names[i]!)
      else {
        assert.ok(outcome.reason instanceof StoreUnavailable, String(outcome.reason))
        refused++
      }
    }
  }
  assert.ok(refused > 10 && acknowledged.length > 3, `${refused} ${acknowledged.length}`)
  const names = async (): Promise<string[]> =>
    (await view.of(users).list({ limit: 1000 })).records.map(({ name }) => name)
  assert.deepEqual(await names(), acknowledged.toSorted())
  await assert.rejects(
    store.log.append(
      { from: 1, to: 1, count: 1, directory: Buffer.alloc(9), body: Buffer.alloc(90_000) },
      [],
    ),
    StoreUnavailable,
  )
  driver.limitPages(1_000_000)
  await write('later')
  assert.deepEqual(await names(), [...acknowledged, 'later'].toSorted())
  await store.close()
})

test('a disk that does not sync stops the store until it is opened again', async (t) => {
  const { data, key } = temporary(t)
  const unseal = { kind: 'keyfile', path: key } as const
  let broken = false
  const driver = new SqliteDriver(data, {
    beforeSync: async () => {
      if (broken) throw new Error('EIO: the disk is gone')
    },
  })
  const store = await openOn(driver, { url: `sqlite:${data}`, unseal, log: quiet })
  const write = (name: string): Promise<void> =>
    store.storeFor(ann).transaction((tx) => tx.of(users).create(user(name)))
  await write('before')
  broken = true
  await assert.rejects(write('lost'), StoreUnavailable)
  // What was not durable is not read.
  assert.equal(await store.storeFor(ann).of(users).get(['p', 'lost']), undefined)
  broken = false
  await assert.rejects(write('after'), StoreUnavailable)
  await store.close()
  const again = await openOn(new SqliteDriver(data), {
    url: `sqlite:${data}`,
    unseal,
    log: quiet,
  })
  assert.ok(await again.storeFor(ann).of(users).get(['p', 'before']))
  await again.close()
})

test('a transaction that waits for something else is given up, and the others go on', async (t) => {
  const { data, key } = temporary(t)
  const unseal = { kind: 'keyfile', path: key } as const
  const url = `sqlite:${data}`
  const store = await openOn(new SqliteDriver(data), { url, unseal, log: quiet })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const waiting = store.storeFor(ann).transaction(() => new Promise(() => {}))
  const other = store.storeFor(ann).transaction((tx) => tx.of(users).create(user('ann')))
  const ended = assert.rejects(waiting, /waited for something/)
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((next) => setImmediate(next))
    t.mock.timers.tick(5000)
  }
  await ended
  await other
  t.mock.timers.reset()
  await store.close()
})
