import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './facts-and-jobs.ts'
import type { Harness } from './harness.ts'
import { ann, bob, user, users } from './users.ts'

const KIND = 'conformance.users'

/** Epochs tell caches when to let go. */
export function conformanceOfEpochs(harness: Harness): void {
  test('a write to a cached collection moves its epoch before it is acknowledged', async () => {
    const { epochs, storeFor, close } = await harness.open()
    await until(() => epochs.current(ann.account, KIND) !== undefined)
    const before = epochs.current(ann.account, KIND)
    const others = epochs.current(bob.account, KIND)
    await storeFor(ann).transaction((tx) => tx.of(users).create(user('ann')))
    assert.notEqual(epochs.current(ann.account, KIND), before)
    // The node's own poll may tell it again of what it did itself.
    if (harness.another) await new Promise((next) => setTimeout(next, 150))
    const after = epochs.current(ann.account, KIND)
    assert.equal(epochs.current(bob.account, KIND), others)
    const refused = storeFor(ann).transaction((tx) => tx.of(users).create(user('ann')))
    await assert.rejects(refused)
    await storeFor(ann).transaction((tx) => tx.of(users).list({ limit: 1 }))
    assert.equal(epochs.current(ann.account, KIND), after)
    await close()
  })

  if (!harness.another) return
  test('another node sees the move within 100 ms, and then reads what was written', async () => {
    const one = await harness.open()
    const two = await harness.another!(one)
    await until(() => two.epochs.current(ann.account, KIND) !== undefined)
    let slowest = 0
    for (let round = 0; round < 20; round++) {
      const before = two.epochs.current(ann.account, KIND)
      await one.storeFor(ann).transaction((tx) => tx.of(users).put(user('ann', { logins: round })))
      const start = performance.now()
      await until(() => two.epochs.current(ann.account, KIND) !== before)
      slowest = Math.max(slowest, performance.now() - start)
      const read = await two.storeFor(ann).of(users).get(['p', 'ann'])
      assert.equal(read?.logins, round)
    }
    assert.ok(slowest < 250, `${slowest} ms`)
    await two.close()
    await one.close()
  })
}
