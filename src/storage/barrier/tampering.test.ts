import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ann, bob, user, users } from '../conformance/users.ts'
import { type OpenStore, openStore } from '../open.ts'
import { quiet } from '../quiet-log.ts'
import { numberOf } from '../shelf.ts'
import { encodeKey } from '../tuple.ts'

type Change = (database: DatabaseSync) => void

/** Writes two users, changes the closed database, opens it again. */
async function tampered(change: Change): Promise<{ store: OpenStore; end: () => Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-tampering-'))
  const unseal = { kind: 'keyfile', path: join(directory, 'key') } as const
  const options = { url: `sqlite:${join(directory, 'data')}`, unseal, log: quiet }
  const before = await openStore(options)
  await before.storeFor(ann).transaction(async (tx) => {
    await tx.of(users).create(user('ann', { logins: 1 }))
    await tx.of(users).create(user('eve', { logins: 2 }))
  })
  await before.storeFor(bob).transaction((tx) => tx.of(users).create(user('ann')))
  const old = oldBody(await bodyOf(before))
  await before
    .storeFor(ann)
    .transaction((tx) => tx.of(users).update(['p', 'ann'], (now) => ({ ...now, logins: 3 })))
  await before.close()
  const database = new DatabaseSync(join(directory, 'data', 'sallyport.db'))
  remembered = old
  change(database)
  database.close()
  const store = await openStore(options)
  const end = async (): Promise<void> => {
    await store.close()
    rmSync(directory, { recursive: true })
  }
  return { store, end }
}

let remembered: Uint8Array
const oldBody = (row: { body: Uint8Array }): Uint8Array => row.body
const owner = encodeKey([ann.account])
const collection = numberOf(users.name)
const key = (name: string): Buffer => encodeKey(['p', name])
const bodyOf = async (store: OpenStore) =>
  (await store.driver.read.get({ id: '', owner, collection }, key('ann')))!

const cases: Record<string, Change> = {
  'a changed byte': (database) => {
    const where = 'WHERE collection=? AND key=? AND owner=?'
    const select = database.prepare(`SELECT body FROM records ${where}`)
    const { body } = select.get(collection, key('ann'), owner) as { body: Uint8Array }
    body[body.length - 20]! ^= 1
    const update = database.prepare(`UPDATE records SET body=? ${where}`)
    update.run(body, collection, key('ann'), owner)
  },
  'a body under another key': (database) => {
    database
      .prepare(
        `UPDATE records SET (revision, body)=(SELECT revision, body FROM records WHERE key=?)
         WHERE key=? AND owner=?`,
      )
      .run(key('eve'), key('ann'), owner)
  },
  "another owner's body": (database) => {
    database
      .prepare(
        `UPDATE records SET (revision, body)=
           (SELECT revision, body FROM records WHERE key=? AND owner=?) WHERE key=? AND owner=?`,
      )
      .run(key('ann'), encodeKey([bob.account]), key('ann'), owner)
  },
  'an older body under the newer revision': (database) => {
    const update = database.prepare('UPDATE records SET body=? WHERE key=? AND owner=?')
    update.run(remembered, key('ann'), owner)
  },
  'another revision': (database) => {
    const update = 'UPDATE records SET revision=revision+1 WHERE key=? AND owner=?'
    database.prepare(update).run(key('ann'), owner)
  },
}

for (const [name, change] of Object.entries(cases)) {
  test(`${name} is refused`, async () => {
    const { store, end } = await tampered(change)
    const view = store.storeFor(ann)
    await assert.rejects(view.of(users).get(['p', 'ann']), { name: 'Tampered' })
    assert.equal((await view.of(users).get(['p', 'eve']))?.logins, 2)
    await end()
  })
}

test('nothing personal or secret is readable in the files', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-plaintext-'))
  const unseal = { kind: 'keyfile', path: join(directory, 'key') } as const
  const store = await openStore({ url: `sqlite:${join(directory, 'data')}`, unseal, log: quiet })
  const secret = 'AKIA-canary-secret-0123456789'
  const record = user('u1', {
    mail: 'canary.person@example.com',
    groups: ['canary-group'],
    secret: Buffer.from(secret),
  })
  const journal = { intent: () => ({ id: 'i', body: Buffer.from(`intent ${secret}`) }) }
  await store.storeFor(ann, journal).transaction(async (tx) => {
    await tx.of(users).create(record)
    tx.emit({ type: 'test.Made', detail: { mail: record.mail } })
    tx.schedule({ type: 'test.Do', key: record.mail!, dueAt: 1, detail: { secret } })
  })
  store.log.documents.put('hash', `document ${secret}`)
  const body = Buffer.from(`log ${secret} ${record.mail}`)
  await store.log.append({ from: 1, to: 2, count: 1, directory: body, body }, [])
  const seal = await store.seals.ready('test')
  seal.seal(Buffer.from('x'), '')
  const canaries = [
    'canary',
    secret,
    Buffer.from(secret).toString('base64'),
    'person',
    'example.com',
  ]
  const data = join(directory, 'data')
  const grep = (): void => {
    for (const file of readdirSync(data)) {
      const content = readFileSync(join(data, file))
      for (const canary of canaries) assert.ok(!content.includes(canary), `${canary} in ${file}`)
    }
  }
  grep()
  await store.close()
  grep()
  rmSync(directory, { recursive: true })
})
