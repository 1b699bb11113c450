import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { backup, restore } from './backup.ts'
import { ann, user, users } from './conformance/users.ts'
import { MemoryDriver } from './memory/driver.ts'
import { openDriver, openOn, openStore } from './open.ts'
import { quiet } from './quiet-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'sallyport-backup-'))
after(() => rmSync(directory, { recursive: true }))
const unseal = { kind: 'keyfile', path: join(directory, 'key') } as const

async function sample(): Promise<{ driver: MemoryDriver; copy: Buffer }> {
  const driver = new MemoryDriver()
  const store = await openOn(driver, { url: 'memory', unseal, log: quiet })
  await store.storeFor(ann).transaction((tx) => tx.of(users).create(user('ann', { mail: 'a@x' })))
  const body = Buffer.from('segment')
  await store.log.append({ from: 1, to: 2, count: 1, directory: body, body }, [])
  return { driver, copy: await gathered(backup(driver)) }
}

async function gathered(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777)
}

test('a backup of one driver restores into another', async () => {
  const { copy } = await sample()
  const url = `sqlite:${join(directory, 'one')}`
  const driver = await openDriver(url)
  await restore(driver, inPieces(copy))
  await assert.rejects(restore(driver, inPieces(copy)), /not empty/)
  await driver.close()
  const store = await openStore({ url, unseal, log: quiet })
  assert.equal((await store.storeFor(ann).of(users).findOne('mail', 'a@x'))?.name, 'ann')
  const [segment] = await store.log.scan({ limit: 1 })
  assert.equal(Buffer.from(await segment!.body()).toString(), 'segment')
  const back = new MemoryDriver()
  await restore(back, store.backup())
  await store.close()
  const again = await openOn(back, { url: 'memory', unseal, log: quiet })
  assert.ok(await again.storeFor(ann).of(users).get(['p', 'ann']))
})

test('a backup is useless without a slot, and holds nothing readable', async () => {
  const { copy } = await sample()
  assert.ok(!copy.includes('a@x') && !copy.includes('segment'))
  const driver = new MemoryDriver()
  await restore(driver, inPieces(copy))
  const wrong = { kind: 'ephemeral', secret: Buffer.alloc(32) } as const
  await assert.rejects(openOn(driver, { url: 'memory', unseal: wrong, log: quiet }), /slot/)
})

test('a damaged or incomplete backup restores nothing', async () => {
  const { copy } = await sample()
  const driver = await openDriver(`sqlite:${join(directory, 'two')}`)
  const flipped = Buffer.from(copy)
  flipped[copy.length - 100]! ^= 1
  const damages = [flipped, copy.subarray(0, copy.length - 1), copy.subarray(0, 500)]
  for (const damaged of damages) await assert.rejects(restore(driver, inPieces(damaged)), /backup/)
  assert.equal((await driver.read.sweep(undefined, 1)).length, 0)
  await restore(driver, inPieces(copy))
  await driver.close()
})
