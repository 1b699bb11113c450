import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ann, user, users } from '../conformance/users.ts'
import { MemoryDriver } from '../memory/driver.ts'
import { type OpenStore, openOn, openStore } from '../open.ts'
import { quiet } from '../quiet-log.ts'
import { passphrase } from './passphrases.test-support.ts'
import type { Unseal } from './unseal.ts'

const directory = mkdtempSync(join(tmpdir(), 'sallyport-rotation-'))
after(() => rmSync(directory, { recursive: true }))
const unseal: Unseal = { kind: 'keyfile', path: join(directory, 'key') }
const names = Array.from({ length: 250 }, (_, i) => `n${i}`)

async function fill(store: OpenStore): Promise<void> {
  await store.storeFor(ann).transaction(async (tx) => {
    for (const name of names) await tx.of(users).create(user(name, { mail: name }))
  })
  for (let n = 1; n <= 3; n++) {
    const body = Buffer.from(`s${n}`)
    await store.log.append({ from: n, to: n, count: 1, directory: body, body }, [])
  }
}

async function readAll(store: OpenStore): Promise<void> {
  const { records } = await store.storeFor(ann).of(users).list({ limit: 1000 })
  assert.equal(records.length, names.length)
  assert.ok(await store.storeFor(ann).of(users).findOne('mail', 'n7'))
  const segments = await store.log.scan({ limit: 10 })
  const bodies = await Promise.all(segments.map(({ body }) => body()))
  assert.deepEqual(
    bodies.map((body) => Buffer.from(body).toString()),
    ['s3', 's2', 's1'],
  )
}

const terms = (store: OpenStore): number[] => store.vault.barrier.keyring.terms.map(({ id }) => id)

test('records written under an old term stay readable, move by the sweep, and it is dropped', async () => {
  const url = `sqlite:${join(directory, 'data')}`
  let store = await openStore({ url, unseal, log: quiet })
  await fill(store)
  assert.equal(await store.vault.rotateTerm(), 2)
  await store
    .storeFor(ann)
    .transaction((tx) => tx.of(users).update(['p', 'n0'], (old) => ({ ...old, logins: 1 })))
  await readAll(store)
  await store.close()
  store = await openStore({ url, unseal, log: quiet })
  assert.deepEqual(terms(store), [1, 2])
  const { resealed, dropped } = await store.sweep()
  assert.ok(resealed >= names.length + 2, `${resealed}`)
  assert.deepEqual(dropped, [1])
  await readAll(store)
  await store.close()
  store = await openStore({ url, unseal, log: quiet })
  assert.deepEqual(terms(store), [2])
  await readAll(store)
  assert.deepEqual(await store.sweep(), { resealed: 0, dropped: [] })
  await store.close()
})

test('writes go on while a sweep runs, and none of them is lost', async () => {
  const store = await openOn(new MemoryDriver(), { url: 'memory', unseal, log: quiet })
  await fill(store)
  await store.vault.rotateTerm()
  const sweeping = store.sweep({ restMs: 1 })
  let sum = 0
  for (let round = 0; round < 200; round++) {
    const name = names[(round * 7) % names.length]!
    await store
      .storeFor(ann)
      .transaction((tx) =>
        tx.of(users).update(['p', name], (old) => ({ ...old, logins: (old.logins ?? 0) + 1 })),
      )
    sum++
    await new Promise((next) => setImmediate(next))
  }
  assert.deepEqual((await sweeping).dropped, [1])
  await readAll(store)
  const { records } = await store.storeFor(ann).of(users).list({ limit: 1000 })
  assert.equal(
    records.reduce((all, { logins }) => all + (logins ?? 0), 0),
    sum,
  )
})

class Crash extends Error {}

/** Ends at each step in turn, until a run meets none; each time everything must be readable. */
async function crashEverywhere(
  prepare: (store: OpenStore) => Promise<unknown>,
  change: (store: OpenStore) => Promise<unknown>,
  after: readonly Unseal[] = [unseal],
): Promise<number> {
  for (let step = 1; ; step++) {
    const driver = new MemoryDriver()
    const first = await openOn(driver, { url: 'memory', unseal, log: quiet })
    await fill(first)
    await prepare(first)
    let left = Number.POSITIVE_INFINITY
    const fault = (): void => {
      if (--left === 0) throw new Crash()
    }
    const crashing = await openOn(driver, { url: 'memory', unseal, log: quiet, fault })
    left = step
    const crashed = await change(crashing).then(
      () => false,
      (cause) => {
        assert.ok(cause instanceof Crash, String(cause))
        return true
      },
    )
    const again = await openByAny(driver, after)
    await readAll(again)
    await again.vault.rotateTerm()
    await again.sweep()
    await readAll(again)
    assert.equal(terms(again).length, 1)
    if (!crashed) return step
  }
}

/** Opens with the one way that is in force. */
async function openByAny(driver: MemoryDriver, ways: readonly Unseal[]): Promise<OpenStore> {
  const opened: OpenStore[] = []
  for (const way of ways)
    await openOn(driver, { url: 'memory', unseal: way, log: quiet }).then(
      (store) => opened.push(store),
      (cause) => assert.match(String(cause), /does not unseal|no \w+ slot/),
    )
  assert.equal(opened.length, 1, 'exactly one secret is in force')
  return opened[0]!
}

test('a process that ends anywhere in a move to another secret leaves one of the two in force', async () => {
  const one = passphrase('one')
  const move = (store: OpenStore): Promise<unknown> => store.vault.moveTo(one)
  assert.ok((await crashEverywhere(async () => {}, move, [unseal, one])) > 4)
})

test('a process that ends anywhere in a rotation leaves everything readable', async () => {
  const rotate = (store: OpenStore): Promise<unknown> => store.vault.rotateTerm()
  assert.ok((await crashEverywhere(async () => {}, rotate)) > 4)
  const rotateRoot = (store: OpenStore): Promise<unknown> => store.vault.rotateRoot([unseal])
  assert.ok((await crashEverywhere(async () => {}, rotateRoot)) > 4)
  assert.ok((await crashEverywhere(rotate, (store) => store.sweep())) > 8)
})

test('encryptions are reserved ahead, and never counted twice', async () => {
  const driver = new MemoryDriver()
  const reserved = (store: OpenStore): number => store.vault.barrier.keyring.terms[0]!.reserved
  const one = await openOn(driver, { url: 'memory', unseal, log: quiet })
  const first = reserved(one)
  assert.ok(first >= 2 ** 20)
  const two = await openOn(driver, { url: 'memory', unseal, log: quiet })
  assert.ok(reserved(two) >= first + 2 ** 20)
})
