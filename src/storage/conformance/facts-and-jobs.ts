import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact, Job } from '../../kernel/store.ts'
import type { Harness } from './harness.ts'
import { ann, bob, user, users } from './users.ts'

const fact = (n: number): Fact => ({ type: 'test.Happened', detail: { n } })
const job = (key: string, dueAt: number, detail = {}): Job => ({
  type: 'test.Do',
  key,
  dueAt,
  detail,
})

/** Facts are delivered after their commit; jobs run when they are due; both at least once. */
export function conformanceOfFactsAndJobs(harness: Harness): void {
  test('facts arrive after their commit, in the order of their owner', async () => {
    const seen: string[] = []
    const store = await harness.open({
      deliver: async ({ detail }, owner) => void seen.push(`${owner.account[0]}${detail.n}`),
    })
    for (let n = 0; n < 20; n++) {
      const owner = n % 2 === 0 ? ann : bob
      await store.storeFor(owner).transaction(async (tx) => tx.emit(fact(n)))
    }
    const refused = store.storeFor(ann).transaction(async (tx) => {
      tx.emit(fact(99))
      throw new Error('no')
    })
    await assert.rejects(refused)
    await until(() => seen.length >= 20)
    const of = (first: string): string[] => seen.filter((text) => text.startsWith(first))
    assert.deepEqual(of('1'), ['10', '12', '14', '16', '18', '110', '112', '114', '116', '118'])
    assert.equal(of('2').length, 10)
    await store.close()
  })

  test('a fact whose delivery failed comes again, before the later ones', async () => {
    const seen: unknown[] = []
    let failures = 2
    const store = await harness.open({
      deliver: async ({ detail }) => {
        if (failures-- > 0) throw new Error('not now')
        seen.push(detail.n)
      },
    })
    await store.storeFor(ann).transaction(async (tx) => {
      tx.emit(fact(1))
      tx.emit(fact(2))
    })
    await until(() => seen.length >= 2)
    assert.deepEqual(seen, [1, 2])
    await store.close()
  })

  test('jobs run when due, once when all is well, and a new one replaces the old', async () => {
    const store = await harness.open()
    const view = store.storeFor(ann)
    await view.transaction(async (tx) => {
      tx.schedule(job('late', 2000))
      tx.schedule(job('early', 1000))
      tx.schedule(job('moved', 1000, { edition: 'old' }))
      tx.schedule(job('gone', 1000))
    })
    await view.transaction(async (tx) => {
      tx.schedule(job('moved', 1500, { edition: 'new' }))
      tx.unschedule('test.Do', 'gone')
    })
    const ran: string[] = []
    const handler = async ({ key, detail }: Job): Promise<void> =>
      void ran.push(`${key}${detail.edition ?? ''}`)
    assert.equal(await store.nextJobDue(), 1000)
    assert.equal(await store.runDueJobs(999, handler), 0)
    assert.equal(await store.runDueJobs(1000, handler), 1)
    assert.equal(await store.runDueJobs(5000, handler), 2)
    assert.deepEqual(ran, ['early', 'movednew', 'late'])
    assert.equal(await store.runDueJobs(5000, handler), 0)
    await store.close()
  })

  test('a job that fails comes again; one that schedules itself anew is kept', async () => {
    const store = await harness.open()
    const view = store.storeFor(ann)
    await view.transaction(async (tx) => {
      tx.schedule(job('failing', 1))
      tx.schedule(job('recurring', 1))
    })
    let failures = 1
    const ran: string[] = []
    const handler = async ({ key, dueAt }: Job): Promise<void> => {
      if (key === 'failing' && failures-- > 0) throw new Error('not now')
      ran.push(`${key}${dueAt}`)
      if (key === 'recurring') {
        await view.transaction(async (tx) => tx.schedule(job('recurring', dueAt + 10)))
      }
    }
    assert.equal(await store.runDueJobs(5, handler), 1)
    await until(async () => (await store.runDueJobs(5, handler)) === 1)
    assert.deepEqual(ran, ['recurring1', 'failing1'])
    assert.equal(await store.nextJobDue(), 11)
    await store.close()
  })

  if (harness.reopen) {
    test('facts that were not delivered before the end are delivered after the start', async () => {
      let store = await harness.open({ deliver: () => Promise.reject(new Error('down')) })
      await store.storeFor(ann).transaction(async (tx) => {
        await tx.of(users).create(user('ann'))
        tx.emit(fact(7))
      })
      const seen: unknown[] = []
      store = await harness.reopen!(store, {
        deliver: async ({ detail }) => void seen.push(detail.n),
      })
      await until(() => seen.length > 0)
      assert.deepEqual(seen, [7])
      await store.close()
    })
  }

  if (harness.another) {
    test('several nodes do not run the same job', async () => {
      const one = await harness.open()
      const two = await harness.another!(one)
      await one.storeFor(ann).transaction(async (tx) => {
        for (let n = 0; n < 20; n++) tx.schedule(job(`j${n}`, n))
      })
      const ran: string[] = []
      const handler = async ({ key }: Job): Promise<void> => void ran.push(key)
      await Promise.all([one.runDueJobs(100, handler), two.runDueJobs(100, handler)])
      assert.equal(ran.length, 20)
      assert.equal(new Set(ran).size, 20)
      await two.close()
      await one.close()
    })
  }
}

/** Waits for what happens by itself; the suite's own limit ends it otherwise. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 5000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('it did not happen within 5 s')
    await new Promise((next) => setTimeout(next, 5))
  }
}
