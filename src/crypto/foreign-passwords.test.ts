import assert from 'node:assert/strict'
import { pbkdf2Sync, scryptSync } from 'node:crypto'
import { test } from 'node:test'
import { hashSync } from 'bcryptjs'
import { hashAlgorithm, hashPassword, isOutdated, isPassword } from './passwords.ts'

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
const salt = Buffer.from('0123456789abcdef')

test('hashes from elsewhere verify their password and no other', async () => {
  const scrypt = unpadded(scryptSync('Ünder-1', salt, 32, { N: 2 ** 14, r: 8, p: 1 }))
  const pbkdf2 = (given: Buffer | string, count: number) =>
    pbkdf2Sync('Ünder-1', given, count, 32, 'sha256')
  const adapted = (bytes: Buffer) => unpadded(bytes).replaceAll('+', '.')
  const hashes: [string, string][] = [
    ['BCRYPT', hashSync('Ünder-1', 4)],
    ['BCRYPT', hashSync('Ünder-1', 4).replace('$2b$', '$2y$')],
    ['SCRYPT', `$scrypt$ln=14,r=8,p=1$${unpadded(salt)}$${scrypt}`],
    ['PBKDF2_SHA256', `$pbkdf2-sha256$29000$${adapted(salt)}$${adapted(pbkdf2(salt, 29_000))}`],
    ['PBKDF2_SHA256', `$pbkdf2-sha256$i=1000$${unpadded(salt)}$${unpadded(pbkdf2(salt, 1_000))}`],
    ['PBKDF2_SHA256', `pbkdf2_sha256$1000$pepper$${pbkdf2('pepper', 1_000).toString('base64')}`],
    ['ARGON2ID', await hashPassword('Ünder-1', salt)],
  ]
  for (const [algorithm, hash] of hashes) {
    assert.equal(hashAlgorithm(hash), algorithm, hash)
    assert.equal(await isPassword('Ünder-1', hash), true, hash)
    assert.equal(await isPassword('under-1', hash), false, hash)
    assert.equal(isOutdated(hash), algorithm !== 'ARGON2ID')
  }
})

test('known texts of other programs verify', async () => {
  // The examples of passlib's documentation of these two forms.
  const known = [
    '$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44',
    '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
  ]
  for (const hash of known) assert.equal(await isPassword('password', hash), true, hash)
})

test('absurd costs and unknown forms are refused', async () => {
  const h = 'A'.repeat(43)
  for (const hash of [
    '',
    'secret',
    `$2b$31$${'a'.repeat(53)}`,
    `$2b$03$${'a'.repeat(53)}`,
    `$2b$10$${'a'.repeat(52)}`,
    `$scrypt$ln=24,r=8,p=1$${h}$${h}`,
    `$scrypt$ln=99,r=8,p=1$${h}$${h}`,
    `$scrypt$ln=14,r=8,p=99$${h}$${h}`,
    `$scrypt$ln=0,r=8,p=1$${h}$${h}`,
    `$pbkdf2-sha256$9999999$${h}$${h}`,
    `$pbkdf2-sha256$0$${h}$${h}`,
    `$pbkdf2-sha1$1000$${h}$${h}`,
    `pbkdf2_sha256$1000$$${h}`,
    `$argon2id$v=19$m=9999999,t=1,p=1$${h}$${h}`,
    `$argon2id$v=19$m=262144,t=100,p=1$${h}$${h}`,
    `$argon2id$v=19$m=19456,t=2,p=0$${h}$${h}`,
    `$argon2id$v=16$m=19456,t=2,p=1$${h}$${h}`,
    `$argon2id$v=19$m=19456,t=2,p=1$${h}$AAAAAAAAAAA`,
  ])
    assert.equal(hashAlgorithm(hash), undefined, hash)
  await assert.rejects(isPassword('secret', `$2b$31$${'a'.repeat(53)}`), /unknown form/)
})
