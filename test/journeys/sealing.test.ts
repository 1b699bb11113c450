import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { GetUserCommand } from '@aws-sdk/client-iam'
import { credentialsPath, writeCredentials } from '../../src/cli/credentials-file.ts'
import { run } from '../../src/cli/run.ts'
import { openAccount } from '../account.ts'
import { type Installation, install, installAt } from '../installation.ts'

/** The store's keys, as an operator commands them. */

const rubbish = mkdtempSync(join(tmpdir(), 'sallyport-sealing-'))
after(() => rmSync(rubbish, { recursive: true }))

function furnish({ admin, data, url }: Installation): void {
  const { accessKeyId: id, secretAccessKey: secret } = admin
  writeCredentials(credentialsPath(data), { id, secret }, 'us-east-1')
  writeFileSync(join(data, 'endpoint'), `${url}\n`)
}

async function sallyport(env: Record<string, string>, ...args: string[]) {
  let out = ''
  let err = ''
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    const code = await run(args, {
      out: (text) => {
        out += text
      },
      err: (text) => {
        err += text
      },
      interactive: false,
    })
    return { code, out, err }
  } finally {
    process.env = before
  }
}

test('a sealed installation answers 503 to everything but health, until it is unsealed', async () => {
  const account = await openAccount()
  const { house } = account
  try {
    const ann = await account.user('ann', 'iam:GetUser')
    const bob = await account.user('bob', 'sallyport:Seal')
    const cat = await account.user('cat', 'sallyport:Unseal')
    assert.equal((await house.ask('POST', 'seal', { keys: ann })).status, 403)
    assert.equal((await house.ask('POST', 'seal', { keys: bob })).status, 200)

    const health = await house.ask('GET', 'health', { keys: null })
    assert.deepEqual([health.status, health.json.status], [503, 'sealed'])
    await assert.rejects(
      house.as(ann).iam.send(new GetUserCommand({ UserName: 'ann' })),
      (error: Error & { $metadata: { httpStatusCode: number } }) => {
        assert.equal(error.name, 'ServiceUnavailable')
        assert.match(error.message, /is sealed/)
        assert.equal(error.$metadata.httpStatusCode, 503)
        return true
      },
    )
    for (const path of ['metrics', 'seal', 'backup', 'why/x'])
      assert.equal((await house.ask('GET', path)).status, 503, path)
    for (const path of ['clock', 'seal', 'rotate-root', 'rotate-keyring'])
      assert.equal((await house.ask('POST', path)).status, 503, path)
    assert.equal((await fetch(`${house.url}/_tokens/x/jwks.json`)).status, 503)

    // Who may not unseal leaves it sealed.
    assert.equal((await house.ask('POST', 'unseal', { keys: null })).status, 403)
    assert.equal((await house.ask('POST', 'unseal', { keys: bob })).status, 403)
    const forged = { ...cat, secretAccessKey: 'x'.repeat(40) }
    assert.equal((await house.ask('POST', 'unseal', { keys: forged })).status, 403)
    assert.equal((await house.ask('GET', 'health', { keys: null })).status, 503)
    assert.ok(house.app.store.vault.sealed)
    // Whoever is not known yet makes only so many attempts at once.
    const { barrier } = house.app.house
    const nobody = () => Promise.reject(new Error('nobody'))
    const flood = Array.from({ length: 12 }, () => barrier.unseal(undefined, nobody))
    const ended = await Promise.allSettled(flood)
    const reasons = ended.map((one) => one.status === 'rejected' && one.reason.name)
    assert.equal(reasons.filter((name) => name === 'ThrottlingException').length, 8)
    assert.ok(barrier.sealed)

    assert.equal((await house.ask('POST', 'unseal', { keys: cat })).status, 200)
    assert.equal((await house.ask('POST', 'unseal', { keys: ann })).status, 403)
    assert.equal((await house.ask('GET', 'health', { keys: null })).status, 200)
    const { User } = await house.as(ann).iam.send(new GetUserCommand({ UserName: 'ann' }))
    assert.equal(User?.UserName, 'ann')
  } finally {
    await account.close()
  }
})

test('a call under way is answered before the doors close', async () => {
  const account = await openAccount()
  const { house } = account
  try {
    const many = Array.from({ length: 20 }, (_, i) =>
      account.iam('CreateUser', { UserName: `u${i}` }).then(
        () => 'made',
        (error: Error) => error.name,
      ),
    )
    const sealing = house.ask('POST', 'seal')
    const answers = await Promise.all(many)
    assert.equal((await sealing).status, 200)
    assert.ok(
      answers.every((answer) => answer === 'made' || answer === 'ServiceUnavailable'),
      answers.join(),
    )
    assert.equal((await house.ask('POST', 'unseal')).status, 200)
    const { Users } = await account.iam('ListUsers')
    assert.equal(Users.length, answers.filter((answer) => answer === 'made').length)
  } finally {
    await account.close()
  }
})

test('the commands seal, unseal, rotate and move to another secret', async () => {
  const house = await install('--store', 'sqlite')
  furnish(house)
  const { data } = house
  const at = ['--data', data]
  const passphrase = { SALLYPORT_PASSPHRASE: 'correct horse' }
  try {
    const rotated = await sallyport({}, 'rotate-keyring', ...at)
    assert.deepEqual([rotated.code, rotated.err], [0, ''])
    assert.match(rotated.out, /^term 2;/)
    assert.match((await sallyport({}, 'rotate-root', ...at)).out, /opened by: keyfile\n$/)
    const moved = await sallyport(passphrase, 'rotate-root', '--unseal', 'passphrase', ...at)
    assert.match(moved.out, /opened by: passphrase\n {2}next: start it .* --unseal 'passphrase'/)
    assert.equal((await sallyport({}, 'seal', ...at)).code, 0)
    const wrong = { SALLYPORT_PASSPHRASE: 'wrong' }
    const refused = await sallyport(wrong, 'unseal', ...at)
    assert.deepEqual([refused.code, refused.out], [1, ''])
    assert.match(refused.err, /does not unseal/)
    assert.match((await sallyport(passphrase, 'unseal', ...at)).out, /^unsealed, generation \d+/)

    const library = await sallyport({}, 'rotate-root', '--unseal', 'pkcs11:/tmp/x?token=t', ...at)
    assert.match(library.err, /named at the start is loaded: start with --hsm \/tmp\/x/)
    const nonsense = await sallyport({}, 'rotate-root', '--unseal', 'magic', ...at)
    assert.match(nonsense.err, /[Cc]annot unseal by 'magic'/)
    const key = join(rubbish, 'new.key')
    assert.equal((await sallyport({}, 'rotate-root', '--unseal', `keyfile:${key}`, ...at)).code, 0)
    assert.ok(existsSync(key))
  } finally {
    await house.close()
  }
  const premises = { data, admin: house.admin }
  const sqlite = ['--store', 'sqlite']
  await assert.rejects(installAt(premises, ...sqlite), /does not unseal/)
  const again = await installAt(
    premises,
    ...sqlite,
    '--unseal',
    `keyfile:${join(rubbish, 'new.key')}`,
  )
  try {
    const { json } = await again.ask('GET', 'seal')
    assert.deepEqual(
      json.terms.filter(({ active }: { active: boolean }) => active),
      [{ id: 2, active: true }],
    )
    await again.as().iam.send(new GetUserCommand({}))
  } finally {
    await again.close()
  }
})

test('rotations need their own permissions', async () => {
  const account = await openAccount()
  try {
    const { house } = account
    const ann = await account.user('ann', 'sallyport:RotateRoot')
    const bob = await account.user('bob', 'sallyport:RotateKeyring')
    const ask = async (path: string, keys: typeof ann, body = {}) =>
      (await house.ask('POST', path, { keys, body })).status
    assert.deepEqual([await ask('rotate-root', bob), await ask('rotate-keyring', ann)], [403, 403])
    assert.equal(await ask('rotate-keyring', bob), 200)
    assert.equal(await ask('rotate-root', ann, { unseal: 7 }), 400)
    assert.equal(await ask('rotate-root', ann, { unseal: `keyfile:${join(rubbish, 'k')}` }), 200)
    assert.equal((await house.ask('GET', 'seal', { keys: ann })).status, 403)
    await account.iam('GetUser')
  } finally {
    await account.close()
  }
})

test('a passphrase does not cross the network in clear', async () => {
  const far = ['--endpoint', 'http://keys.example.com:4566']
  const said = await sallyport({}, 'rotate-root', '--unseal', 'passphrase', ...far)
  assert.equal(said.code, 1)
  assert.match(said.err, /in clear/)
})

test('doctor knows the token, and who may read its PIN', async () => {
  const pin = join(rubbish, 'pin')
  writeFileSync(pin, '1234567\n', { mode: 0o600 })
  const env = {
    SALLYPORT_UNSEAL: 'pkcs11:/nowhere/p11.so?token=t',
    SALLYPORT_PKCS11_PIN_FILE: pin,
  }
  const doctor = () => sallyport(env, 'doctor', '--data', rubbish)
  const first = await doctor()
  assert.match(first.out, /the root key on the token cannot be used: .*\/nowhere\/p11.so/)
  assert.doesNotMatch(first.out, /others may read the PIN/)
  chmodSync(pin, 0o644)
  assert.match((await doctor()).out, /careful others may read the PIN of the token/)
  rmSync(pin)
  assert.match((await doctor()).out, /wrong {3}there is no PIN file/)
})
