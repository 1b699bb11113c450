import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ann, user, users } from '../conformance/users.ts'
import { MemoryDriver } from '../memory/driver.ts'
import { openOn, openStore } from '../open.ts'
import { quiet } from '../quiet-log.ts'
import { openBox, sealBox } from './box.ts'
import { parseEnvelope, unsealEnvelope } from './envelope.ts'
import { passphrase } from './passphrases.test-support.ts'
import { newSlotHeader, parseUnseal, type Unseal } from './unseal.ts'

const directory = mkdtempSync(join(tmpdir(), 'sallyport-slots-'))
after(() => rmSync(directory, { recursive: true }))
const keyfile = (name: string): Unseal => ({ kind: 'keyfile', path: join(directory, name) })
/** A token as the barrier sees it. */
function token(key: Buffer = randomBytes(32)) {
  const state = { there: true, made: 0 }
  const reach = (): void => {
    if (!state.there) throw new Error('the token t does not answer')
  }
  const unseal: Unseal = {
    kind: 'pkcs11',
    at: { module: '/lib/p11.so', token: 't', key: 'k' },
    tokenKey: {
      async check() {
        reach()
      },
      async ensure() {
        reach()
        state.made++
      },
      async seal(plain, bound) {
        reach()
        return sealBox(createSecretKey(key), Buffer.alloc(0), Buffer.from(bound), plain)
      },
      async open(sealed, bound) {
        reach()
        return openBox(createSecretKey(key), 0, Buffer.from(bound), Buffer.from(sealed))
      },
    },
  }
  return { unseal, state }
}
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

test('a key on a token opens what it wrapped, while the token is there', async () => {
  const driver = new MemoryDriver()
  const { unseal, state } = token()
  const store = await openWith(driver, unseal)
  assert.equal(state.made, 1)
  assert.deepEqual(store.vault.slots[0]!.token, { token: 't', key: 'k' })
  await openWith(driver, unseal)
  assert.equal(state.made, 1, 'a store that is there makes no key')
  await assert.rejects(openWith(driver, token().unseal), /does not unseal/)
  state.there = false
  await assert.rejects(openWith(driver, unseal), /does not answer/)
})

test('a store moves from one kind of slot to another, and only the new one opens it', async () => {
  const driver = new MemoryDriver()
  const store = await openWith(driver, keyfile('h'))
  const { unseal } = token()
  const ways = [unseal, passphrase('one'), keyfile('i'), unseal]
  let last = keyfile('h')
  for (const way of ways) {
    await store.vault.moveTo(way)
    await assert.rejects(openWith(driver, last), /no \w+ slot|does not unseal/)
    await openWith(driver, way)
    await store.vault.renewRoot()
    await openWith(driver, way)
    last = way
  }
})

test('what a crash in a move left beside the data does not open with the old secret', async () => {
  const data = join(directory, 'moved')
  const url = `sqlite:${data}`
  const old = keyfile('k')
  const now = passphrase('one')
  let armed = false
  const fault = (step: string): void => {
    if (armed && step === 'written') throw new Error('ended')
  }
  const store = await openStore({ url, unseal: old, log: quiet, fault })
  armed = true
  await assert.rejects(store.vault.moveTo(now), /ended/)
  await store.close()
  const kept = () => parseEnvelope(readFileSync(join(data, 'keyring.bak')))
  await unsealEnvelope(kept(), old)
  await (await openStore({ url, unseal: now, log: quiet })).close()
  await assert.rejects(unsealEnvelope(kept(), old), /no keyfile slot/)
  await unsealEnvelope(kept(), now)
})

test('a store that cannot move stays as it is', async () => {
  const driver = new MemoryDriver()
  const store = await openWith(driver, keyfile('j'))
  const { unseal, state } = token()
  state.there = false
  const before = store.vault.generation
  await assert.rejects(store.vault.moveTo(unseal), /does not answer/)
  assert.equal(store.vault.generation, before)
  await openWith(driver, keyfile('j'))
})

test('a sealed vault opens and seals nothing until it has its keys again', async () => {
  const driver = new MemoryDriver()
  const store = await openWith(driver, passphrase('one'))
  const read = () => store.storeFor(ann).of(users).findOne('mail', 'm')
  await store.storeFor(ann).transaction((tx) => tx.of(users).create(user('n', { mail: 'm' })))
  await store.vault.seal()
  assert.ok(store.vault.sealed)
  await assert.rejects(read(), /is sealed/)
  const write = store.storeFor(ann).transaction((tx) => tx.of(users).create(user('o')))
  await assert.rejects(write, /is sealed/)
  await assert.rejects(store.vault.rotateTerm(), /is sealed/)
  await assert.rejects(store.vault.unsealAgain(undefined), /passphrase/)
  await assert.rejects(store.vault.unsealAgain(passphrase('two')), /does not unseal/)
  assert.ok(store.vault.sealed)
  await store.vault.unsealAgain(passphrase('one'))
  assert.equal((await read())?.name, 'n')
})

test('--unseal says how', () => {
  const from = { passphrase: 'p', credentialsDirectory: '/run/credentials' }
  assert.deepEqual(parseUnseal('keyfile:/k', {}), { kind: 'keyfile', path: '/k' })
  const unseal = parseUnseal('passphrase', from)
  assert.deepEqual(unseal, { kind: 'passphrase', passphrase: 'p' })
  const parameters = { algorithm: 'argon2id', memory: 65_536, passes: 3, parallelism: 4 }
  assert.deepEqual(newSlotHeader(unseal!).parameters, parameters)
  const credential = { kind: 'credential', name: 'unseal', directory: '/run/credentials' }
  assert.deepEqual(parseUnseal('credential:unseal', from), credential)
  assert.throws(() => parseUnseal('credential:unseal', {}), /CREDENTIALS_DIRECTORY/)
  assert.throws(() => parseUnseal('credential:../x', from), /not a path/)
  const made = token().unseal
  const reached = { tokenKey: () => (made as Extract<Unseal, { kind: 'pkcs11' }>).tokenKey }
  const p11 = parseUnseal('pkcs11:/lib/p11.so?token=my%20token', reached)
  assert.ok(p11.kind === 'pkcs11')
  assert.deepEqual(p11.at, { module: '/lib/p11.so', token: 'my token', key: 'sallyport' })
  assert.throws(() => parseUnseal('pkcs11:/lib/p11.so', reached), /token=<label>/)
  assert.throws(() => parseUnseal('pkcs11:/l?token=t&pin=1', reached), /SALLYPORT_PKCS11_PIN/)
  assert.throws(() => parseUnseal('magic', {}), /keyfile:<path>/)
})
