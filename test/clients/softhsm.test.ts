import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { TokenFailed, type TokenLogin, type TokenTrouble } from '../../src/kernel/ports.ts'
import { pkcs11 } from '../../src/outside/pkcs11.ts'
import { kmsOf, refusedAs } from '../../src/services/kms/calls.test-support.ts'
import { type Account, openAccount } from '../account.ts'
import { certificate } from '../certificates.ts'
import type { Keys } from '../installation.ts'
import { leftOut, softhsmModule, tokens, withoutSofthsm } from '../softhsm.ts'

after(() => tokens().remove())

const options = { skip: withoutSofthsm }
const bytes = (text: string) => Buffer.from(text)
const troubled = (trouble: TokenTrouble) => (error: unknown) => {
  assert.ok(error instanceof TokenFailed, String(error))
  assert.equal(error.trouble, trouble, error.message)
  return true
}

test('without a token these tests are left out, but never in CI', () => {
  assert.match(String(leftOut(undefined, undefined)), /not installed/)
  for (const ci of ['true', '1']) assert.equal(leftOut(undefined, ci), false)
  assert.equal(leftOut('/usr/lib/softhsm/libsofthsm2.so', undefined), false)
  if (process.env.CI) assert.notEqual(softhsmModule, undefined, 'CI needs SoftHSM2')
})

test('a key is made on the token, and opens only what it sealed', options, async () => {
  const login = tokens().newToken('p11-first')
  const p11 = pkcs11(softhsmModule)
  assert.equal(await p11.hasKey(login, 'k'), false)
  await p11.makeKey(login, 'k')
  await p11.makeKey(login, 'other')
  assert.equal(await p11.hasKey(login, 'k'), true)
  for (const text of ['x', 'y'.repeat(5_000)]) {
    const sealed = await p11.seal(login, 'k', bytes(text), bytes('bound'))
    assert.equal((await p11.open(login, 'k', sealed, bytes('bound')))?.toString(), text)
    assert.equal(await p11.open(login, 'k', sealed, bytes('else')), undefined)
    assert.equal(await p11.open(login, 'other', sealed, bytes('bound')), undefined)
    sealed[sealed.length - 1]! ^= 1
    assert.equal(await p11.open(login, 'k', sealed, bytes('bound')), undefined)
  }
  assert.equal(await p11.open(login, 'k', bytes('short'), bytes('')), undefined)
  const random = await p11.random(login, 64)
  assert.equal(random.length, 64)
  assert.notDeepEqual(random, await p11.random(login, 64))
  await p11.removeKey(login, 'k')
  assert.equal(await p11.hasKey(login, 'k'), false)
  await assert.rejects(p11.seal(login, 'k', bytes('x'), bytes('')), troubled('no such key'))
})

test('many calls at once share a few sessions', options, async () => {
  const login = tokens().newToken('p11-many')
  const p11 = pkcs11(softhsmModule)
  await p11.makeKey(login, 'k')
  const round = async (i: number) => {
    const sealed = await p11.seal(login, 'k', bytes(`${i}`), bytes(`b${i}`))
    assert.equal((await p11.open(login, 'k', sealed, bytes(`b${i}`)))?.toString(), `${i}`)
  }
  await Promise.all(Array.from({ length: 100 }, (_, i) => round(i)))
})

test('a wrong PIN, a wrong label and a missing module are told apart', options, async () => {
  const login = tokens().newToken('p11-pin')
  const wrong: TokenLogin = { ...login, pin: '7654321' }
  const p11 = pkcs11(softhsmModule)
  await assert.rejects(p11.check(wrong), troubled('wrong PIN'))
  await p11.check(login)
  await assert.rejects(p11.check(wrong), troubled('wrong PIN'))
  await p11.leave(login.label)
  await assert.rejects(p11.check(wrong), troubled('wrong PIN'))
  await p11.check(login)
  await assert.rejects(p11.check({ ...login, label: 'nobody' }), troubled('absent'))
  await assert.rejects(pkcs11('/nowhere/p11.so').check(login), troubled('absent'))
  await assert.rejects(pkcs11(undefined).check(login), troubled('absent'))
})

test(
  'a token that is pulled out fails clearly, and works again when it is back',
  options,
  async () => {
    const login = tokens().newToken('p11-pulled')
    const p11 = pkcs11(softhsmModule)
    await p11.makeKey(login, 'k')
    const sealed = await p11.seal(login, 'k', bytes('kept'), bytes(''))
    const under = Array.from({ length: 50 }, () => p11.open(login, 'k', sealed, bytes('')))
    tokens().pullOut()
    try {
      for (const result of await Promise.allSettled(under))
        if (result.status === 'rejected') assert.ok(result.reason instanceof TokenFailed)
        else assert.equal(result.value?.toString(), 'kept')
      for (let i = 0; i < 3; i++)
        await assert.rejects(p11.open(login, 'k', sealed, bytes('')), TokenFailed)
    } finally {
      tokens().putBack()
    }
    assert.equal(
      (await recovered(() => p11.open(login, 'k', sealed, bytes(''))))?.toString(),
      'kept',
    )
  },
)

const cluster = (name: string) => tokens().newToken(`cluster-${name.padEnd(13, '2')}`)
const TrustAnchorCertificate = certificate('token').pem

interface House {
  readonly kms: ReturnType<typeof kmsOf>
  readonly account: Account
  close(): Promise<void>
}

async function houseWithTokens(...flags: string[]): Promise<House> {
  const account = await openAccount('--hsm', softhsmModule!, '--test-clock', ...flags)
  return { account, kms: kmsOf(() => account), close: () => account.close() }
}

async function connectedStore({ kms }: House, { label, pin }: TokenLogin): Promise<string> {
  const { CustomKeyStoreId } = await kms('CreateCustomKeyStore', {
    CustomKeyStoreName: label,
    CloudHsmClusterId: label,
    KeyStorePassword: pin,
    TrustAnchorCertificate,
  })
  await kms('ConnectCustomKeyStore', { CustomKeyStoreId })
  return CustomKeyStoreId
}

const stateOf = async ({ kms }: House, CustomKeyStoreId: string) => {
  const { CustomKeyStores } = await kms('DescribeCustomKeyStores', { CustomKeyStoreId })
  return [CustomKeyStores[0].ConnectionState, CustomKeyStores[0].ConnectionErrorCode]
}

test('keys of a custom key store work on the token, and nowhere else', options, async () => {
  const house = await houseWithTokens()
  const { kms } = house
  try {
    const login = cluster('work')
    const CustomKeyStoreId = await connectedStore(house, login)
    assert.deepEqual(await stateOf(house, CustomKeyStoreId), ['CONNECTED', undefined])
    const Origin = 'AWS_CLOUDHSM'
    const { KeyId, Arn, ...told } = (await kms('CreateKey', { Origin, CustomKeyStoreId }))
      .KeyMetadata
    assert.deepEqual([told.Origin, told.CustomKeyStoreId], [Origin, CustomKeyStoreId])
    assert.equal(told.CurrentKeyMaterialId, undefined)
    const label = `kms/000000000000/us-east-1/${KeyId}`
    assert.ok(await pkcs11(softhsmModule).hasKey(login, label))
    const EncryptionContext = { a: '1' }
    const Plaintext = new Uint8Array(4096).fill(7)
    const { CiphertextBlob } = await kms('Encrypt', { KeyId, Plaintext, EncryptionContext })
    const opened = await kms('Decrypt', { CiphertextBlob, EncryptionContext })
    assert.deepEqual([opened.KeyId, Buffer.from(opened.Plaintext)], [Arn, Buffer.from(Plaintext)])
    const invalid = refusedAs('InvalidCiphertextException')
    await assert.rejects(kms('Decrypt', { CiphertextBlob }), invalid)
    for (const at of [40, 50, CiphertextBlob.length - 1]) {
      const bent = Uint8Array.from(CiphertextBlob)
      bent[at]! ^= 1
      await assert.rejects(kms('Decrypt', { CiphertextBlob: bent, EncryptionContext }), invalid)
    }
    const data = await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })
    const again = await kms('Decrypt', { CiphertextBlob: data.CiphertextBlob })
    assert.deepEqual(again.Plaintext, data.Plaintext)
    const random = await kms('GenerateRandom', { NumberOfBytes: 100, CustomKeyStoreId })
    assert.equal(random.Plaintext.length, 100)
    const unsupported = refusedAs('UnsupportedOperationException')
    await assert.rejects(kms('EnableKeyRotation', { KeyId }), unsupported)
    await assert.rejects(
      kms('CreateKey', { Origin, CustomKeyStoreId, MultiRegion: true }),
      unsupported,
    )

    await kms('DisconnectCustomKeyStore', { CustomKeyStoreId })
    const away = refusedAs('KMSInvalidStateException', `${Arn} is unavailable.`)
    await assert.rejects(kms('Decrypt', { CiphertextBlob, EncryptionContext }), away)
    await assert.rejects(
      kms('GenerateRandom', { NumberOfBytes: 1, CustomKeyStoreId }),
      refusedAs('CustomKeyStoreInvalidStateException'),
    )
    await kms('ConnectCustomKeyStore', { CustomKeyStoreId })
    await kms('Decrypt', { CiphertextBlob, EncryptionContext })
    await kms('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
    const body = { advanceSeconds: 8 * 86_400 }
    await house.account.house.ask('POST', 'clock', { body })
    assert.equal(await pkcs11(softhsmModule).hasKey(login, label), false)
    await kms('DisconnectCustomKeyStore', { CustomKeyStoreId })
    await kms('DeleteCustomKeyStore', { CustomKeyStoreId })
  } finally {
    await house.close()
  }
})

test('a wrong password shows at the connection, and is mended by an update', options, async () => {
  const house = await houseWithTokens()
  const { kms } = house
  try {
    const login = cluster('password')
    const CustomKeyStoreId = await connectedStore(house, { ...login, pin: '7654321' })
    assert.deepEqual(await stateOf(house, CustomKeyStoreId), ['FAILED', 'INVALID_CREDENTIALS'])
    const update = () =>
      kms('UpdateCustomKeyStore', { CustomKeyStoreId, KeyStorePassword: login.pin })
    await assert.rejects(update(), refusedAs('CustomKeyStoreInvalidStateException'))
    await kms('DisconnectCustomKeyStore', { CustomKeyStoreId })
    await update()
    await kms('ConnectCustomKeyStore', { CustomKeyStoreId })
    assert.deepEqual(await stateOf(house, CustomKeyStoreId), ['CONNECTED', undefined])
    const second = { CustomKeyStoreName: 'b', KeyStorePassword: login.pin, TrustAnchorCertificate }
    await assert.rejects(
      kms('CreateCustomKeyStore', { ...second, CloudHsmClusterId: login.label }),
      refusedAs('CloudHsmClusterInUseException'),
    )
    await assert.rejects(
      kms('CreateCustomKeyStore', { ...second, CloudHsmClusterId: 'cluster-nobody22222' }),
      refusedAs('CloudHsmClusterNotFoundException'),
    )
    await assert.rejects(
      kms('CreateCustomKeyStore', {
        ...second,
        CloudHsmClusterId: login.label,
        TrustAnchorCertificate: 'nonsense',
      }),
      refusedAs('IncorrectTrustAnchorException'),
    )
    const { KeyMetadata } = await kms('CreateKey', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId })
    assert.equal(KeyMetadata.KeyState, 'Enabled')
    await kms('DisconnectCustomKeyStore', { CustomKeyStoreId })
    const stranger = cluster('stranger')
    await assert.rejects(
      kms('UpdateCustomKeyStore', { CustomKeyStoreId, CloudHsmClusterId: stranger.label }),
      refusedAs('CloudHsmClusterNotRelatedException'),
    )
  } finally {
    await house.close()
  }
})

test(
  'a token that goes away in the middle is told clearly, and its keys work again',
  options,
  async () => {
    const house = await houseWithTokens()
    const { kms } = house
    try {
      const CustomKeyStoreId = await connectedStore(house, cluster('away'))
      const made = await kms('CreateKey', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId })
      const { KeyId } = made.KeyMetadata
      const encrypt = () => kms('Encrypt', { KeyId, Plaintext: bytes('kept') })
      const { CiphertextBlob } = await encrypt()
      const away = refusedAs('KMSInvalidStateException', /is unavailable\. The token of its/)
      const under = Array.from({ length: 20 }, encrypt)
      tokens().pullOut()
      try {
        for (const result of await Promise.allSettled(under))
          if (result.status === 'rejected') away(result.reason)
        await assert.rejects(encrypt(), away)
        await assert.rejects(
          kms('CreateKey', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId }),
          refusedAs('CloudHsmClusterInvalidConfigurationException'),
        )
      } finally {
        tokens().putBack()
      }
      for (;;) {
        const opened = await kms('Decrypt', { CiphertextBlob }).catch(away)
        if (opened !== true) {
          assert.deepEqual(Buffer.from(opened.Plaintext), bytes('kept'))
          break
        }
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    } finally {
      await house.close()
    }
  },
)

test('a store opens by a key on a token, moves to it and away from it', options, async () => {
  const { label, pin } = tokens().newToken('root-token')
  const data = mkdtempSync(join(tmpdir(), 'sallyport-token-'))
  const pinFile = join(data, 'pin')
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 })
  const unseal = `pkcs11:${softhsmModule}?token=${label}&key=root`
  const start = (by: string, env: Record<string, string>, admin?: Keys) =>
    startAt(data, ['--unseal', by, '--hsm', softhsmModule!], env, admin)
  const good = { SALLYPORT_PKCS11_PIN_FILE: pinFile }
  try {
    const first = await start(unseal, good)
    const admin = first.keys!
    assert.ok(await pkcs11(softhsmModule).hasKey({ label, pin }, 'root'))
    await first.close()

    await assert.rejects(start(unseal, {}), /SALLYPORT_PKCS11_PIN/)
    await assert.rejects(start(unseal, { SALLYPORT_PKCS11_PIN: '7654321' }), /refuses the PIN/)
    tokens().pullOut()
    try {
      await assert.rejects(start(unseal, good), /token|module/)
    } finally {
      tokens().putBack()
    }
    const again = await recoveredStart(() => start(unseal, good, admin))
    const { barrier } = again.app.house
    await barrier.seal()
    await barrier.unseal(undefined, async () => {})
    assert.equal(barrier.state().slots[0]?.token?.token, label)
    const keyfile = `keyfile:${join(data, 'key')}`
    await barrier.rotateRoot({ unseal: keyfile })
    await barrier.rotateRoot({ unseal })
    await barrier.rotateRoot(undefined)
    await barrier.rotateRoot({ unseal: keyfile })
    await again.close()
    await assert.rejects(start(unseal, good, admin), /no pkcs11 slot/)
    await (await start(keyfile, {}, admin)).close()
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
})

async function startAt(data: string, flags: string[], env: Record<string, string>, admin?: Keys) {
  const args = ['--store', 'sqlite', '--port', '0', '--data', data, ...flags]
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const app = await createApp(readConfig(args, env, false), quiet)
  const made = app.madeKey && { accessKeyId: app.madeKey.id, secretAccessKey: app.madeKey.secret }
  return { app, keys: admin ?? made, close: () => app.close() }
}

async function recoveredStart<T>(start: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await start()
    } catch (error) {
      assert.match(String(error), /token|module/)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** What a call answers when the token has been found again. */
async function recovered<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      assert.ok(error instanceof TokenFailed, String(error))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
