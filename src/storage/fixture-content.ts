import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Unseal } from './barrier/unseal.ts'
import { ann, bob, user, users } from './conformance/users.ts'
import type { OpenStore } from './open.ts'

/** Where the fixtures are. */
export const fixtures = join(import.meta.dirname, 'fixtures')

/** Opens every fixture. */
export const fixtureUnseal: Unseal = { kind: 'passphrase', passphrase: 'of the fixtures' }

const record = user('fixture', {
  mail: 'fixture@example.com',
  groups: ['one', 'two'],
  logins: 7,
  secret: new Uint8Array([0, 1, 2, 255]),
  made: new Date('2026-01-02T03:04:05.678Z'),
  serial: 2n ** 70n,
})

/** What every fixture holds. */
export async function fillFixture(store: OpenStore): Promise<void> {
  const journal = { intent: () => ({ id: 'fixture-call', body: Buffer.from('intent') }) }
  await store.storeFor(ann, journal).transaction(async (tx) => {
    await tx.of(users).create(record)
    tx.emit({ type: 'fixture.Made', detail: { name: 'fixture' } })
    tx.schedule({ type: 'fixture.Do', key: 'k', dueAt: 1000, detail: { n: 1 } })
  })
  await store.vault.rotateTerm()
  await store.storeFor(bob).transaction((tx) => tx.of(users).create(record))
  store.log.documents.put('hash', '{"Version":"2012-10-17"}')
  const [directory, body] = [Buffer.from('directory'), Buffer.from('body')]
  await store.log.append({ from: 1000, to: 2000, count: 3, directory, body }, [])
  await store.seals.ready('fixture')
}

/** Reads all of it, and writes a little more. */
export async function readFixture(store: OpenStore): Promise<void> {
  for (const owner of [ann, bob]) {
    const read = store.storeFor(owner).of(users)
    assert.deepEqual(await read.get(['p', 'fixture']), record)
    assert.deepEqual(await read.findOne('mail', 'fixture@example.com'), record)
    assert.equal((await read.find('group', 'two')).records.length, 1)
    assert.equal((await read.find('name', 'fix')).records.length, 1)
    assert.equal((await read.find('logins', [7])).records.length, 1)
  }
  const [segment] = await store.log.scan({ limit: 1 })
  assert.deepEqual([segment?.from, segment?.to, segment?.count], [1000, 2000, 3])
  assert.equal(Buffer.from(segment!.directory).toString(), 'directory')
  assert.equal(Buffer.from(await segment!.body()).toString(), 'body')
  assert.equal(await store.log.documents.get('hash'), '{"Version":"2012-10-17"}')
  const orphans = await store.log.waitingIntents()
  assert.deepEqual(
    orphans.map(({ id }) => id),
    ['fixture-call'],
  )
  const jobs: unknown[] = []
  await store.runDueJobs(1000, async (job, owner) => void jobs.push([job.type, owner.account]))
  assert.deepEqual(jobs, [['fixture.Do', ann.account]])
  await store
    .storeFor(ann)
    .transaction((tx) => tx.of(users).update(['p', 'fixture'], (old) => ({ ...old, logins: 8 })))
  assert.equal((await store.storeFor(ann).of(users).find('logins', [8])).records.length, 1)
  assert.deepEqual((await store.sweep({ settleMs: 1 })).dropped, [1])
}
