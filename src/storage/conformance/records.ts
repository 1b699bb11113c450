import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlreadyExists, collection, NotFound } from '../../kernel/store.ts'
import type { Harness } from './harness.ts'
import { ann, bob, user, users } from './users.ts'

const regional = collection<{ readonly id: string }>('conformance.regional')({
  scope: 'region',
  version: 1,
  key: ({ id }) => [id],
})
const shared = collection<{ readonly id: string }>('conformance.shared')({
  scope: 'installation',
  version: 1,
  key: ({ id }) => [id],
})
interface Old {
  readonly id: string
  readonly full: string
}
interface New {
  readonly id: string
  readonly first: string
}
const before = collection<Old>('conformance.upgraded')({
  scope: 'account',
  version: 1,
  key: ({ id }) => [id],
})
const after = collection<New>('conformance.upgraded')({
  scope: 'account',
  version: 2,
  key: ({ id }) => [id],
  indexes: { first: { kind: 'blind', of: (record: New) => record.first } },
  upgrade: (old) => ({ id: (old as Old).id, first: (old as Old).full.split(' ')[0]! }),
})

/** Create, read, update, delete; pages, indexes, scopes, versions. */
export function conformanceOfRecords(harness: Harness): void {
  test('records come back as they were', async () => {
    const store = await harness.open()
    const view = store.storeFor(ann)
    const record = user('ann', {
      secret: new Uint8Array([0, 1, 255]),
      made: new Date(1234),
      serial: 2n ** 80n,
    })
    await view.transaction((tx) => tx.of(users).create(record))
    assert.deepEqual(await view.of(users).get(['p', 'ann']), record)
    assert.equal(await view.of(users).get(['p', 'nobody']), undefined)
    await store.close()
  })

  test('create refuses a taken key, update a missing one, and nothing changes', async () => {
    const store = await harness.open()
    const view = store.storeFor(ann)
    await view.transaction((tx) => tx.of(users).create(user('ann')))
    const again = view.transaction(async (tx) => {
      await tx.of(users).put(user('carl'))
      await tx.of(users).create(user('ann', { logins: 9 }))
    })
    await assert.rejects(again, AlreadyExists)
    const missing = view.transaction((tx) => tx.of(users).update(['p', 'zoe'], (old) => old))
    await assert.rejects(missing, NotFound)
    assert.deepEqual((await view.of(users).list({ limit: 10 })).records, [user('ann')])
    await store.close()
  })

  test('a transaction sees what it wrote, in reads, lists and indexes', async () => {
    const store = await harness.open()
    const view = store.storeFor(ann)
    await view.transaction((tx) => tx.of(users).create(user('b', { groups: ['x'] })))
    await view.transaction(async (tx) => {
      const writer = tx.of(users)
      await writer.create(user('a', { groups: ['x'] }))
      await writer.update(['p', 'b'], (old) => ({ ...old, groups: [] }))
      await writer.create(user('c'))
      assert.equal(await writer.delete(['p', 'c']), true)
      assert.equal(await writer.delete(['p', 'c']), false)
      const names = (await writer.list({ limit: 10 })).records.map(({ name }) => name)
      assert.deepEqual(names, ['a', 'b'])
      const grouped = (await writer.find('group', 'x')).records.map(({ name }) => name)
      assert.deepEqual(grouped, ['a'])
    })
    const grouped = (await view.of(users).find('group', 'x')).records.map(({ name }) => name)
    assert.deepEqual(grouped, ['a'])
    await store.close()
  })

  test('lists are paged in key order, under a prefix', async () => {
    const store = await harness.open()
    const view = store.storeFor(ann)
    const names = Array.from({ length: 25 }, (_, i) => `n${String(i).padStart(2, '0')}`)
    await view.transaction(async (tx) => {
      for (const name of names) await tx.of(users).create(user(name))
      await tx.of(users).create({ pool: 'q', name: 'other' })
      await tx.of(users).create({ pool: 'o', name: 'other' })
    })
    const seen: string[] = []
    let after: readonly (string | number)[] | undefined
    do {
      const page = await view.of(users).list({ prefix: ['p'], after, limit: 10 })
      seen.push(...page.records.map(({ name }) => name))
      after = page.after
    } while (after)
    assert.deepEqual(seen, names)
    assert.equal((await view.of(users).list({ limit: 1000 })).records.length, 27)
    await assert.rejects(view.of(users).list({ limit: 0 }), RangeError)
    // Names that no record can have are asked for like any other.
    for (const name of ['x'.repeat(3_000), '\ud800'])
      assert.equal(await view.of(users).get([name]), undefined)
    await store.close()
  })

  test('indexes find, page, stay unique and follow changes', async () => {
    const store = await harness.open()
    const view = store.storeFor(ann)
    await view.transaction(async (tx) => {
      await tx.of(users).create(user('alice', { mail: 'a@x', groups: ['g', 'h'], logins: 3 }))
      await tx.of(users).create(user('alina', { mail: 'b@x', groups: ['g'], logins: 3 }))
    })
    const read = view.of(users)
    assert.equal((await read.findOne('mail', 'b@x'))?.name, 'alina')
    const first = await read.find('group', 'g', { limit: 1 })
    assert.equal(first.records[0]?.name, 'alice')
    const second = await read.find('group', 'g', { limit: 1, after: first.after })
    assert.equal(second.records[0]?.name, 'alina')
    assert.equal(second.after, undefined)
    assert.equal((await read.find('name', 'ali')).records.length, 2)
    assert.equal((await read.find('name', 'alice')).records.length, 1)
    assert.equal((await read.find('logins', [3])).records.length, 2)
    const taken = view.transaction((tx) => tx.of(users).create(user('carl', { mail: 'a@x' })))
    await assert.rejects(taken, AlreadyExists)
    await view.transaction(async (tx) => {
      await tx.of(users).update(['p', 'alice'], (old) => ({ ...old, mail: 'c@x' }))
      await tx.of(users).create(user('carl', { mail: 'a@x' }))
    })
    assert.equal((await read.findOne('mail', 'a@x'))?.name, 'carl')
    assert.equal((await read.findOne('mail', 'c@x'))?.name, 'alice')
    await store.close()
  })

  test('owners do not see one another, and scopes say who the owner is', async () => {
    const store = await harness.open()
    const there = { ...ann, region: 'us-east-1' }
    await store.storeFor(ann).transaction(async (tx) => {
      await tx.of(users).create(user('ann', { mail: 'a@x' }))
      await tx.of(regional).create({ id: '1' })
      await tx.of(shared).create({ id: '1' })
    })
    assert.equal(await store.storeFor(bob).of(users).get(['p', 'ann']), undefined)
    assert.equal(await store.storeFor(bob).of(users).findOne('mail', 'a@x'), undefined)
    await store.storeFor(bob).transaction((tx) => tx.of(users).create(user('ann', { mail: 'a@x' })))
    assert.ok(await store.storeFor(there).of(users).get(['p', 'ann']))
    assert.equal(await store.storeFor(there).of(regional).get(['1']), undefined)
    assert.ok(await store.storeFor(bob).of(shared).get(['1']))
    await store.close()
  })

  test('records of an older version are upgraded when read, and written in the new one', async () => {
    const store = await harness.open()
    const view = store.storeFor(ann)
    await view.transaction((tx) => tx.of(before).create({ id: '1', full: 'Ann Lee' }))
    assert.deepEqual(await view.of(after).get(['1']), { id: '1', first: 'Ann' })
    await view.transaction((tx) => tx.of(after).update(['1'], (old) => old))
    await assert.rejects(view.of(before).get(['1']), /version 2/)
    await store.close()
  })

  test('a new index finds older records once they have been indexed', async () => {
    const store = await harness.open()
    await store.storeFor(ann).transaction(async (tx) => {
      for (let n = 0; n < 300; n++) await tx.of(before).create({ id: `${n}`, full: `Ann ${n}` })
    })
    await store
      .storeFor(bob)
      .transaction((tx) => tx.of(before).create({ id: '1', full: 'Bob Lee' }))
    assert.equal((await store.storeFor(ann).of(after).find('first', 'Ann')).records.length, 0)
    assert.equal(await store.reindex(after), 301)
    const found = await store.storeFor(ann).of(after).find('first', 'Ann', { limit: 1000 })
    assert.equal(found.records.length, 300)
    assert.equal((await store.storeFor(bob).of(after).find('first', 'Bob')).records.length, 1)
    await store.close()
  })

  if (!harness.reopen) return
  test('everything is there after a new start', async () => {
    let store = await harness.open()
    await store.storeFor(ann).transaction((tx) => tx.of(users).create(user('ann', { mail: 'a' })))
    store = await harness.reopen!(store)
    assert.equal((await store.storeFor(ann).of(users).findOne('mail', 'a'))?.name, 'ann')
    await store.close()
  })
}
