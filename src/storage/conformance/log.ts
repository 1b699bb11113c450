import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Harness } from './harness.ts'
import { ann, user, users } from './users.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const segment = (from: number, to: number, text: string) => ({
  from,
  to,
  count: 1,
  directory: bytes(`about ${text}`),
  body: bytes(text),
})
const text = (plain: Uint8Array): string => Buffer.from(plain).toString('utf8')

/** The event log, its intents and its documents. */
export function conformanceOfLog(harness: Harness): void {
  test('segments come back newest first, by time and in pages', async () => {
    const { log, close } = await harness.open()
    for (let n = 1; n <= 9; n++) await log.append(segment(n * 100, n * 100 + 50, `s${n}`), [])
    await log.append(segment(900, 950, 'same end'), [])
    const all = await log.scan({ limit: 100 })
    const names = await Promise.all(all.map(async ({ body }) => text(await body())))
    const counted = ['s9', 's8', 's7', 's6', 's5', 's4', 's3', 's2', 's1']
    assert.deepEqual(names, ['same end', ...counted])
    const { from, to, count, directory } = all.at(-1)!
    assert.deepEqual([from, to, count, text(directory)], [100, 150, 1, 'about s1'])
    const some = await log.scan({ from: 350, to: 600, limit: 100 })
    assert.deepEqual(
      some.map((found) => text(found.directory)),
      ['s6', 's5', 's4', 's3'].map((s) => `about ${s}`),
    )
    const page = await log.scan({ before: all[3]!.id, limit: 2 })
    assert.deepEqual(
      page.map(({ id }) => id),
      [all[4]!.id, all[5]!.id],
    )
    assert.equal(await log.prune(401), 3)
    assert.equal((await log.scan({ limit: 100 })).length, 7)
    await close()
  })

  test('segments that end together, or span years, are all there and found', async () => {
    const { log, close } = await harness.open()
    const many = Array.from({ length: 30 }, (_, n) => log.append(segment(500, 500, `s${n}`), []))
    await Promise.all(many)
    const year = 366 * 24 * 3600 * 1000
    await log.append(segment(600, year, 'long'), [])
    assert.equal((await log.scan({ limit: 100 })).length, 31)
    const [long] = await log.scan({ from: 600, to: 700, limit: 10 })
    assert.equal(text(long!.directory), 'about long')
    await close()
  })

  if (harness.reopen) {
    test('a new start does not write over what ended in the same millisecond', async () => {
      let store = await harness.open()
      await store.log.append(segment(500, 500, 'before'), [])
      store = await harness.reopen!(store)
      await store.log.append(segment(500, 500, 'after'), [])
      assert.equal((await store.log.scan({ limit: 10 })).length, 2)
      await store.close()
    })
  }

  test('small neighbours merge into one segment', async () => {
    const { log, close } = await harness.open()
    for (let n = 1; n <= 6; n++) await log.append(segment(n, n, `s${n}`), [])
    const merged = await log.compact({
      olderThan: 1000,
      largest: 6,
      merge: (parts) => ({
        directory: bytes('merged'),
        body: Buffer.concat(parts.map(({ body }) => body)),
      }),
    })
    assert.equal(merged, 6)
    const all = await log.scan({ limit: 10 })
    const bodies = await Promise.all(all.map(async ({ body }) => text(await body())))
    assert.deepEqual(bodies, ['s4s5s6', 's1s2s3'])
    assert.deepEqual(
      all.map(({ from, to, count }) => [from, to, count]),
      [
        [4, 6, 3],
        [1, 3, 3],
      ],
    )
    await close()
  })

  test('documents are written with the next segment and kept while they are named', async () => {
    const { log, close } = await harness.open()
    log.documents.put('hash', '{"Version":"2012-10-17"}')
    assert.equal(await log.documents.get('hash'), '{"Version":"2012-10-17"}')
    await log.append(segment(1, 1, 's'), [])
    assert.equal(await log.documents.get('hash'), '{"Version":"2012-10-17"}')
    await log.prune(Date.now())
    assert.ok(await log.documents.get('hash'))
    await log.prune(Date.now() + 2 * 24 * 3600 * 1000)
    assert.equal(await log.documents.get('hash'), undefined)
    await close()
  })

  test('a journal notes its intent once, with the first writing transaction', async () => {
    const store = await harness.open()
    let asked = 0
    const journal = {
      intent: () => {
        asked++
        return { id: 'call-1', body: bytes('intends') }
      },
    }
    const view = store.storeFor(ann, journal)
    await view.transaction((tx) => tx.of(users).get(['p', 'x']))
    assert.equal(asked, 0)
    await view.transaction((tx) => tx.of(users).put(user('x')))
    await view.transaction((tx) => tx.of(users).put(user('y')))
    assert.equal(asked, 1)
    assert.equal((await store.log.waitingIntents()).length, 1)
    assert.equal((await store.log.orphans()).length, 0)
    await store.log.append(segment(1, 1, 's'), ['call-1'])
    assert.equal((await store.log.waitingIntents()).length, 0)
    await store.close()
  })

  if (!harness.reopen) return
  test('an intent whose process ended is an orphan, until its record is completed', async () => {
    let store = await harness.open()
    const journal = { intent: () => ({ id: 'call-1', body: bytes('intends') }) }
    await store.storeFor(ann, journal).transaction((tx) => tx.of(users).put(user('x')))
    store = await harness.reopen!(store)
    const orphans = await store.log.orphans()
    assert.deepEqual(
      orphans.map(({ id, body }) => [id, text(body)]),
      [['call-1', 'intends']],
    )
    await orphans[0]!.complete(segment(5, 5, 'completed'))
    assert.equal((await store.log.orphans()).length, 0)
    assert.equal((await store.log.scan({ limit: 10 })).length, 1)
    await store.close()
  })
}
