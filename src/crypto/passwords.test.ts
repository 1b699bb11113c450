import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asInside } from '../kernel/inside.ts'
import { hashPassword, isPassword, nodeEngine, today } from './passwords.ts'

const salt = Buffer.from('sixteen bytes ok')

test('a password is recognized by its hash, and no other is', async () => {
  const encoded = await hashPassword('Correct-Horse-1', salt)
  assert.match(encoded, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$c2l4dGVlbiBieXRlcyBvaw\$[\w+/]{43}$/)
  assert.equal(await isPassword('Correct-Horse-1', encoded), true)
  for (const wrong of ['correct-Horse-1', 'Correct-Horse-1 ', '', 'ÿ'])
    assert.equal(await isPassword(wrong, encoded), false)
  assert.equal(await isPassword('Correct-Horse-1', undefined), false)
})

test('the native package and Node give the same hash', async () => {
  const native = await hashPassword('pässwörd', salt)
  assert.equal(await hashPassword('pässwörd', salt, today, nodeEngine), native)
  assert.notEqual(await hashPassword('pässwörd', Buffer.from('another salt now')), native)
})

test('a hash that was made with other costs, or by another program, is still read', async () => {
  // echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1, as the reference implementation's
  // own test suite has it.
  const encoded =
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await isPassword('password', encoded), true)
  assert.equal(await isPassword('passwort', encoded), false)
})

test('what is no hash of ours is a fault, not a wrong password', async () => {
  for (const odd of ['', 'password', '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$'])
    await assert.rejects(isPassword('password', odd), /unknown form/)
})

test('nothing is hashed inside a transaction', async () => {
  const inside = asInside((password: string) => hashPassword(password, salt))
  await assert.rejects(async () => inside('password'), /inside a transaction/)
})
