import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { collection } from '../kernel/store.ts'
import { openStore } from './open.ts'
import { quiet } from './quiet-log.ts'

interface User {
  readonly name: string
  readonly mail: string
  readonly made: Date
}

const users = collection<User>('open-test.users')({
  scope: 'account',
  version: 1,
  key: ({ name }) => [name],
  indexes: { mail: { kind: 'blind', unique: true, of: (user: User) => user.mail } },
})

test('what was committed to sqlite is there when it is opened again', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-open-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const options = {
    url: `sqlite:${join(directory, 'data')}`,
    unseal: { kind: 'keyfile', path: join(directory, 'key') },
    log: quiet,
  } as const
  const owner = { account: '123456789012', region: 'eu-west-1' }
  const made = new Date(0)

  const first = await openStore(options)
  await first
    .storeFor(owner)
    .transaction((tx) => tx.of(users).create({ name: 'ann', mail: 'ann@example.com', made }))
  await first.close()

  const second = await openStore(options)
  const found = await second.storeFor(owner).of(users).findOne('mail', 'ann@example.com')
  assert.deepEqual(found, { name: 'ann', mail: 'ann@example.com', made })
  await second.close()
})

test('a second opening of the same directory is refused', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-open-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const options = {
    url: `sqlite:${join(directory, 'data')}`,
    unseal: { kind: 'keyfile', path: join(directory, 'key') },
    log: quiet,
  } as const
  const first = await openStore(options)
  await assert.rejects(openStore(options), /another process has the data/)
  await first.close()
})
