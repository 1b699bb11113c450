import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installation } from './engine.ts'
import { openStore } from './open.ts'
import { quiet } from './quiet-log.ts'
import { StoredSeals } from './seals.ts'

const plain = Buffer.from('session of ann')

test('what is sealed opens for its purpose and bound, and not otherwise', async () => {
  const { seals } = await openStore({ url: 'memory', log: quiet })
  const session = await seals.ready('session')
  const page = await seals.ready('page')
  const sealed = session.seal(plain, 'eu')
  assert.match(sealed, /^[\w-]+$/)
  assert.deepEqual(Buffer.from(session.open(sealed, 'eu')!), plain)
  assert.equal(session.open(sealed, 'us'), undefined)
  assert.equal(page.open(sealed, 'eu'), undefined)
  assert.equal(session.open('', 'eu'), undefined)
  assert.equal(session.open('nonsense', 'eu'), undefined)
  assert.equal(session.open(`${sealed}=`, 'eu'), undefined)
  for (let at = 0; at < sealed.length; at++) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    const forged = sealed.slice(0, at) + other + sealed.slice(at + 1)
    assert.equal(session.open(forged, 'eu'), undefined, `character ${at}`)
  }
})

test('older keys open until they are retired, and other nodes learn of new ones', async () => {
  const store = await openStore({ url: 'memory', log: quiet })
  const { seals } = store
  const elsewhere = new StoredSeals(store.storeFor(installation))
  const here = await seals.ready('session')
  const there = await elsewhere.ready('session')
  const old = here.seal(plain, '')
  const made = await seals.rotate('session')
  const young = here.seal(plain, '')
  assert.notEqual(young.slice(0, 9), old.slice(0, 9))
  assert.deepEqual(Buffer.from(here.open(old, '')!), plain)
  assert.deepEqual(Buffer.from(there.open(old, '')!), plain)
  assert.equal(there.open(young, ''), undefined)
  await elsewhere.refresh()
  assert.deepEqual(Buffer.from(there.open(young, '')!), plain)
  await assert.rejects(seals.retire('session', made), /rotate first/)
  const id = Buffer.from(old, 'base64url').toString('hex', 1, 7)
  await seals.retire('session', id)
  assert.equal(here.open(old, ''), undefined)
  assert.deepEqual(Buffer.from(here.open(young, '')!), plain)
})
