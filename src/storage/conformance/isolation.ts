import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { test } from 'node:test'
import { insideTransaction } from '../../kernel/inside.ts'
import { AlreadyExists, type Store } from '../../kernel/store.ts'
import type { Harness } from './harness.ts'
import { ann, user, users } from './users.ts'

/** Transactions are serializable, phantoms included, and have no other effects. */
export function conformanceOfIsolation(harness: Harness): void {
  test('no update is lost', async () => {
    const { stores, close } = await openSeveral(harness)
    await stores[0]!.transaction((tx) => tx.of(users).create(user('n', { logins: 0 })))
    const add = (store: Store): Promise<unknown> =>
      store.transaction(async (tx) => {
        const old = await tx.of(users).get(['p', 'n'])
        await tx.of(users).put({ ...old!, logins: old!.logins! + 1 })
      })
    await Promise.all(Array.from({ length: 40 }, (_, i) => add(stores[i % stores.length]!)))
    assert.equal((await stores[0]!.of(users).get(['p', 'n']))?.logins, 40)
    await close()
  })

  test('no write skew: of two on call, one stays', async () => {
    const { stores, close } = await openSeveral(harness)
    for (let round = 0; round < 10; round++) {
      await stores[0]!.transaction(async (tx) => {
        await tx.of(users).put(user('x', { logins: 1 }))
        await tx.of(users).put(user('y', { logins: 1 }))
      })
      const leave = (store: Store, name: string): Promise<unknown> =>
        store.transaction(async (tx) => {
          const x = await tx.of(users).get(['p', 'x'])
          const y = await tx.of(users).get(['p', 'y'])
          if (x!.logins! + y!.logins! < 2) return
          await tx.of(users).put(user(name, { logins: 0 }))
        })
      await Promise.all([leave(stores[0]!, 'x'), leave(stores.at(-1)!, 'y')])
      const { records } = await stores[0]!.of(users).list({ limit: 10 })
      assert.equal(
        records.reduce((sum, { logins }) => sum + logins!, 0),
        1,
      )
    }
    await close()
  })

  test('no phantom: a quota that is counted by listing holds', async () => {
    const { stores, close } = await openSeveral(harness)
    const join = (store: Store, name: string): Promise<unknown> =>
      store.transaction(async (tx) => {
        const there = await tx.of(users).find('group', 'full', { limit: 100 })
        if (there.records.length >= 5) return
        await tx.of(users).create(user(name, { groups: ['full'] }))
      })
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`)
    await Promise.all(names.map((name, i) => join(stores[i % stores.length]!, name)))
    assert.equal((await stores[0]!.of(users).find('group', 'full')).records.length, 5)
    await close()
  })

  test('one of several wins a unique value', async () => {
    const { stores, close } = await openSeveral(harness)
    const names = Array.from({ length: 12 }, (_, i) => `n${i}`)
    const outcomes = await Promise.allSettled(
      names.map((name, i) =>
        stores[i % stores.length]!.transaction((tx) =>
          tx.of(users).create(user(name, { mail: 'one@example.com' })),
        ),
      ),
    )
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(lost.length, 11)
    for (const { reason } of lost) assert.ok(reason instanceof AlreadyExists, String(reason))
    await close()
  })

  test('plain reads see no transaction half done', async () => {
    const { stores, close } = await openSeveral(harness)
    const [store] = stores as [Store]
    let running = true
    const watch = async (): Promise<void> => {
      while (running) {
        const { records } = await stores.at(-1)!.of(users).list({ limit: 10 })
        assert.ok(records.length === 0 || records.length === 3, `${records.length} of 3`)
        await new Promise((next) => setImmediate(next))
      }
    }
    const watching = watch()
    for (let round = 0; round < 20; round++) {
      await store.transaction(async (tx) => {
        for (const name of ['a', 'b', 'c']) await tx.of(users).put(user(name))
      })
      await store.transaction(async (tx) => {
        for (const name of ['a', 'b', 'c']) await tx.of(users).delete(['p', name])
      })
    }
    running = false
    await watching
    await close()
  })

  test('a failed callback leaves nothing, and the others of its group stay', async () => {
    const { stores, close } = await openSeveral(harness)
    const [store] = stores as [Store]
    const runs = Array.from({ length: 10 }, (_, i) =>
      store.transaction(async (tx) => {
        await tx.of(users).create(user(`n${i}`))
        if (i % 2 === 1) throw new Error('no')
      }),
    )
    const outcomes = await Promise.allSettled(runs)
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 5)
    const names = (await store.of(users).list({ limit: 100 })).records.map(({ name }) => name)
    assert.deepEqual(names, ['n0', 'n2', 'n4', 'n6', 'n8'])
    await close()
  })

  test("a callback runs in its own caller's context", async () => {
    const { stores, close } = await openSeveral(harness)
    const context = new AsyncLocalStorage<number>()
    const seen = await Promise.all(
      [1, 2, 3].map((n) =>
        context.run(n, () => stores[0]!.transaction(async () => context.getStore())),
      ),
    )
    assert.deepEqual(seen, [1, 2, 3])
    await close()
  })

  test('a callback may use nothing but its tx, and only while it runs', async () => {
    const { stores, close } = await openSeveral(harness)
    const [store] = stores as [Store]
    const nested = store.transaction(() => store.transaction(async () => undefined))
    await assert.rejects(nested, /inside a transaction/)
    await assert.rejects(
      store.transaction(async () => store.of(users).get(['p', 'a'])),
      /inside a transaction/,
    )
    assert.equal(await store.transaction(async () => insideTransaction()), true)
    assert.equal(insideTransaction(), false)
    const kept = await store.transaction(async (tx) => tx.of(users))
    await assert.rejects(async () => kept.put(user('late')), /over/)
    await close()
  })
}

async function openSeveral(
  harness: Harness,
): Promise<{ stores: Store[]; close: () => Promise<void> }> {
  const first = await harness.open()
  const opened = harness.another ? [first, await harness.another(first)] : [first]
  return {
    stores: opened.map((store) => store.storeFor(ann)),
    close: async () => {
      for (const store of opened.toReversed()) await store.close()
    },
  }
}
