import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { TokenFailed, type TokenLogin, type TokenTrouble } from '../../src/kernel/ports.ts'
import { pkcs11 } from '../../src/outside/pkcs11.ts'
import { softhsmModule, tokens, withoutSofthsm } from '../softhsm.ts'

after(() => tokens().remove())

const options = { skip: withoutSofthsm }
const bytes = (text: string) => Buffer.from(text)
const troubled = (trouble: TokenTrouble) => (error: unknown) => {
  assert.ok(error instanceof TokenFailed, String(error))
  assert.equal(error.trouble, trouble, error.message)
  return true
}

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
