import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { MemoryDriver } from '../memory/driver.ts'
import { openOn, openStore } from '../open.ts'
import { quiet } from '../quiet-log.ts'
import { parseEnvelope, unsealEnvelope } from './envelope.ts'
import { parseUnseal, type Unseal } from './unseal.ts'

const directory = mkdtempSync(join(tmpdir(), 'sallyport-slots-'))
after(() => rmSync(directory, { recursive: true }))
const keyfile = (name: string): Unseal => ({ kind: 'keyfile', path: join(directory, name) })
const passphrase = (text: string): Unseal => ({ kind: 'passphrase', passphrase: text })
const openWith = (driver: MemoryDriver, unseal: Unseal) =>
  openOn(driver, { url: 'memory', unseal, log: quiet })

test('a store opens by each of its slots, and by nothing else', async () => {
  const driver = new MemoryDriver()
  const store = await openWith(driver, keyfile('a'))
  const added = await store.vault.addSlot(passphrase('correct horse'))
  writeFileSync(join(directory, 'unseal'), 'a credential of some length')
  await store.vault.addSlot({ kind: 'credential', name: 'unseal', directory })
  assert.equal(await store.vault.verifySlot(passphrase('correct horse')), added)
  await openWith(driver, passphrase('correct horse'))
  await openWith(driver, { kind: 'credential', name: 'unseal', directory })
  await assert.rejects(openWith(driver, passphrase('wrong')), /does not unseal/)
  writeFileSync(join(directory, 'b'), 'some other key file\n', { mode: 0o600 })
  await assert.rejects(openWith(driver, keyfile('b')), /does not unseal/)
  await store.vault.removeSlot(added)
  await assert.rejects(openWith(driver, passphrase('correct horse')), /no passphrase slot/)
})

test('the last slot stays', async () => {
  const store = await openWith(new MemoryDriver(), keyfile('c'))
  const [slot] = store.vault.slots
  await assert.rejects(store.vault.removeSlot(slot!.id), /last slot/)
})

test('a key file that others may read is refused', async () => {
  const driver = new MemoryDriver()
  await openWith(driver, keyfile('d'))
  chmodSync(join(directory, 'd'), 0o644)
  await assert.rejects(openWith(driver, keyfile('d')), /chmod 600/)
})

test('a lost key file is not made anew for a store that exists', async () => {
  const driver = new MemoryDriver()
  await openWith(driver, keyfile('e'))
  rmSync(join(directory, 'e'))
  await assert.rejects(openWith(driver, keyfile('e')), /cannot read the unseal key/)
})

test('the root key changes only when every slot can wrap the new one', async () => {
  const driver = new MemoryDriver()
  const store = await openWith(driver, keyfile('f'))
  await store.vault.addSlot(passphrase('one'))
  await assert.rejects(store.vault.rotateRoot([keyfile('f')]), /passphrase slot/)
  await store.vault.rotateRoot([keyfile('f'), passphrase('one')])
  await openWith(driver, keyfile('f'))
  await openWith(driver, passphrase('one'))
})

test('a removed slot opens nothing, the kept previous keyring neither', async () => {
  const data = join(directory, 'data')
  const unseal = keyfile('g')
  const store = await openStore({ url: `sqlite:${data}`, unseal, log: quiet })
  const id = await store.vault.addSlot(passphrase('leaked'))
  await store.vault.rotateTerm()
  const kept = () => parseEnvelope(readFileSync(join(data, 'keyring.bak')))
  await unsealEnvelope(kept(), passphrase('leaked'))
  await store.vault.removeSlot(id)
  await assert.rejects(unsealEnvelope(kept(), passphrase('leaked')), /no passphrase slot/)
  await unsealEnvelope(kept(), unseal)
  await store.close()
})

test('--unseal says how', () => {
  const from = { passphrase: 'p', credentialsDirectory: '/run/credentials' }
  assert.deepEqual(parseUnseal('keyfile:/k', {}), { kind: 'keyfile', path: '/k' })
  assert.deepEqual(parseUnseal('passphrase', from), { kind: 'passphrase', passphrase: 'p' })
  const credential = { kind: 'credential', name: 'unseal', directory: '/run/credentials' }
  assert.deepEqual(parseUnseal('credential:unseal', from), credential)
  assert.throws(() => parseUnseal('credential:unseal', {}), /CREDENTIALS_DIRECTORY/)
  assert.throws(() => parseUnseal('credential:../x', from), /not a path/)
  assert.throws(() => parseUnseal('magic', {}), /keyfile:<path>/)
})
