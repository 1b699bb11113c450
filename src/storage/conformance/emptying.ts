import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collection } from '../../kernel/store.ts'
import { emptyStore } from '../empty.ts'
import { until } from './facts-and-jobs.ts'
import type { Harness } from './harness.ts'
import { ann, bob, user, users } from './users.ts'

const kept = collection<{ readonly name: string }>('test.kept')({
  scope: 'installation',
  version: 1,
  key: ({ name }) => [name],
})

/** A store that was emptied is as good as a new one, but it is the same store. */
export function conformanceOfEmptying(harness: Harness): void {
  test('emptying leaves nothing of any owner, and what was asked to stay', async () => {
    let store = await harness.open()
    const seal = await store.seals.ready('test')
    const sealed = seal.seal(Buffer.from('text'), 'bound')
    for (const owner of [ann, bob])
      await store.storeFor(owner).transaction(async (tx) => {
        for (let n = 0; n < 30; n++) await tx.of(users).create(user(`n${n}`))
        await tx.of(kept).put({ name: owner.account })
        tx.emit({ type: 'test.Happened', detail: {} })
        tx.schedule({ type: 'test.Do', key: 'k', dueAt: 1, detail: {} })
      })
    const bytes = Buffer.alloc(9)
    await store.log.append({ from: 1, to: 1, count: 1, directory: bytes, body: bytes }, [])
    const before = store.epochs.current(ann.account, 'users')
    await emptyStore(store.driver, { keep: [kept.name], cached: ['users'] })
    await until(() => {
      const now = store.epochs.current(ann.account, 'users')
      return now !== undefined && now !== before
    })
    const isEmpty = async (): Promise<void> => {
      for (const owner of [ann, bob]) {
        const { records } = await store.storeFor(owner).of(users).list({ limit: 10 })
        assert.deepEqual(records, [])
      }
      assert.equal(await store.nextJobDue(), undefined)
      assert.deepEqual(await store.log.scan({ limit: 10 }), [])
      const rows = await Array.fromAsync(store.driver.dump())
      assert.deepEqual(
        rows.filter(({ table }) => table === 'entries' || table === 'segments'),
        [],
      )
      const names = (await store.storeFor(ann).of(kept).list({ limit: 10 })).records
      assert.equal(names.length, 2)
      const opened = (await store.seals.ready('test')).open(sealed, 'bound')
      assert.equal(String(opened && Buffer.from(opened)), 'text')
    }
    await isEmpty()
    if (harness.reopen) {
      store = await harness.reopen(store)
      await isEmpty()
    }
    const facts: unknown[] = []
    await store.deliverFacts(async (fact) => void facts.push(fact))
    await store.factsSettled()
    assert.deepEqual(facts, [])
    await store.storeFor(ann).transaction((tx) => tx.of(users).create(user('n1')))
    assert.ok(await store.storeFor(ann).of(users).get(['p', 'n1']))
    await store.close()
  })
}
