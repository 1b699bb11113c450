import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { asPem, asSsh, md5Fingerprint, readPublicKey } from './ssh-keys.ts'

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const spki = publicKey.export({ format: 'pem', type: 'spki' }).toString()
const pkcs1 = publicKey.export({ format: 'pem', type: 'pkcs1' }).toString()

test('an RSA key is the same key in every form', () => {
  const key = readPublicKey(spki)
  assert.ok(typeof key !== 'string')
  assert.equal(key.bits, 2048)
  const line = asSsh(key.blob)
  assert.match(line, /^ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ/)
  for (const text of [pkcs1, line, `${line} me@home`, `\n${line}\n`])
    assert.deepEqual(readPublicKey(text), key)
  assert.equal(asPem(key.blob), spki)
  const digest = createHash('md5').update(key.blob).digest('hex')
  assert.equal(md5Fingerprint(key.blob).replaceAll(':', ''), digest)
  assert.equal(md5Fingerprint(key.blob).length, 47)
})

test('what is no RSA public key is refused', () => {
  const key = readPublicKey(spki)
  assert.ok(typeof key !== 'string')
  const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' })
  const changed = (change: (blob: Buffer) => Buffer) =>
    `ssh-rsa ${change(Buffer.from(key.blob)).toString('base64')}`
  const invalid = [
    ed25519.toString(),
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS',
    'ssh-rsa ????',
    'ssh-rsa AAAA',
    changed((blob) => blob.subarray(0, 100)),
    changed((blob) => Buffer.concat([blob, Buffer.of(0, 0, 0, 0)])),
    changed((blob) => Buffer.concat([blob, Buffer.of(1)])),
    changed((blob) => {
      blob.writeUInt32BE(0xffffffff, 11)
      return blob
    }),
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
  ]
  for (const text of invalid) assert.equal(readPublicKey(text), 'invalid', text)
  for (const text of ['', 'hello', 'AAAAB3NzaC1yc2E', '-----BEGIN CERTIFICATE-----\nAAAA'])
    assert.equal(readPublicKey(text), 'unrecognized', text)
})
