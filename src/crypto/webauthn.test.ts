import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { attestationOf, authenticatorData, coseKey, sha256 } from '../../test/passkey.ts'
import { CborFault, readCbor, readFirstCbor } from './cbor.ts'
import {
  clientDataOf,
  isOriginOf,
  provenCount,
  registeredKey,
  type WebAuthnFault,
} from './webauthn.ts'

const relyingParty = 'example.com'
const expected = { relyingParty, requireVerification: false }

interface Made {
  readonly flags?: number
  readonly count?: number
  readonly rp?: string
}

const authData = ({ flags = 0x41, count = 0, rp = relyingParty }: Made) =>
  authenticatorData({ flags, count, relyingParty: rp })

const credentialId = Buffer.from('the id of a passkey')

const attestation = (
  key: Map<number | string, unknown>,
  { flags = 0x41, count = 0, rp = relyingParty }: Made = {},
) => attestationOf(credentialId, key, { flags, count, relyingParty: rp })

const client = (type: string, origin = 'https://app.example.com') =>
  clientDataOf(Buffer.from(JSON.stringify({ type, challenge: 'AAAA', origin, crossOrigin: false })))

const reason = (why: string) => (error: unknown) => {
  assert.equal((error as WebAuthnFault).reason, why)
  return true
}

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })

test('passkeys of ES256 and RS256 are registered and prove themselves, each count once', () => {
  for (const { publicKey, privateKey } of [ec, rsa]) {
    const known = registeredKey(
      client('webauthn.create'),
      attestation(coseKey(publicKey)),
      expected,
    )
    assert.deepEqual(Buffer.from(known.credentialId), credentialId)
    const assertion = (count: number, made: Made = {}, origin = 'https://example.com') => {
      const clientDataJSON = Buffer.from(
        JSON.stringify({ type: 'webauthn.get', challenge: 'AAAA', origin }),
      )
      const data = authData({ flags: 1, count, ...made })
      const signed = Buffer.concat([data, sha256(clientDataJSON)])
      const signature = sign('sha256', signed, privateKey)
      return { clientDataJSON, authenticatorData: data, signature }
    }
    assert.equal(provenCount(assertion(0), 'AAAA', known, expected), 0)
    assert.equal(provenCount(assertion(7), 'AAAA', known, expected), 7)
    const seven = { ...known, signCount: 7 }
    assert.throws(() => provenCount(assertion(7), 'AAAA', seven, expected), reason('counter'))
    assert.throws(() => provenCount(assertion(0), 'AAAA', seven, expected), reason('counter'))
    const strict = { ...expected, requireVerification: true }
    assert.throws(() => provenCount(assertion(8), 'AAAA', seven, strict), reason('verification'))
    assert.equal(provenCount(assertion(8, { flags: 5 }), 'AAAA', seven, strict), 8)
    assert.throws(
      () => provenCount(assertion(8, { flags: 4 }), 'AAAA', seven, expected),
      reason('presence'),
    )
    assert.throws(
      () => provenCount(assertion(8, { rp: 'evil.com' }), 'AAAA', seven, expected),
      reason('relying-party'),
    )
    assert.throws(
      () => provenCount(assertion(8, {}, 'https://evil.com'), 'AAAA', seven, expected),
      reason('origin'),
    )
    assert.throws(() => provenCount(assertion(8), 'BBBB', seven, expected), reason('challenge'))
    const changed = { ...assertion(8), authenticatorData: authData({ flags: 1, count: 9 }) }
    assert.throws(() => provenCount(changed, 'AAAA', seven, expected), reason('signature'))
  }
})

test('other algorithms, curves and broken attestations are refused', () => {
  const create = client('webauthn.create')
  const refuse = (bytes: Buffer, why: string, data = create) =>
    assert.throws(() => registeredKey(data, bytes, expected), reason(why))
  const ed = generateKeyPairSync('ed25519')
  refuse(attestation(coseKey(ed.publicKey)), 'algorithm')
  refuse(attestation(coseKey(ec.publicKey, -35)), 'algorithm')
  refuse(
    attestation(coseKey(generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey)),
    'algorithm',
  )
  const offCurve = coseKey(ec.publicKey).set(-2, Buffer.alloc(32, 1))
  refuse(attestation(offCurve), 'malformed')
  refuse(attestation(coseKey(ec.publicKey)), 'type', client('webauthn.get'))
  refuse(attestation(coseKey(ec.publicKey), { flags: 0x01 }), 'malformed')
  refuse(attestation(coseKey(ec.publicKey), { flags: 0x51 }), 'malformed')
  const good = attestation(coseKey(ec.publicKey))
  // Whatever the byte, the answer is a key or a fault that is named.
  for (let at = 0; at < good.length; at++) {
    const bytes = Buffer.from(good)
    bytes[at] = bytes[at]! ^ 0xff
    for (const broken of [bytes, good.subarray(0, at)])
      try {
        registeredKey(create, broken, expected)
      } catch (error) {
        assert.equal((error as Error).name, 'WebAuthnFault', `byte ${at}`)
      }
  }
})

test('origins are the relying party and what is below it, over TLS or on this machine', () => {
  for (const origin of [
    'https://example.com',
    'https://a.b.example.com',
    'https://example.com:8443',
  ])
    assert.ok(isOriginOf(relyingParty, origin), origin)
  for (const origin of [
    'http://example.com',
    'https://notexample.com',
    'https://example.com.evil.org',
    'https://example.com/path',
    'android:apk-key-hash:abc',
    'null',
  ])
    assert.ok(!isOriginOf(relyingParty, origin), origin)
  assert.ok(isOriginOf('localhost', 'http://localhost:3000'))
  assert.ok(!isOriginOf('localhost', 'http://127.0.0.1:3000'))
})

test('CBOR is read as RFC 8949 has it, within limits', () => {
  const read = (hex: string) => readCbor(Buffer.from(hex, 'hex'))
  assert.equal(read('1903e8'), 1_000)
  assert.equal(read('3903e7'), -1_000)
  assert.deepEqual(read('8301820203820405'), [1, [2, 3], [4, 5]])
  assert.deepEqual(
    read('a201020304'),
    new Map([
      [1, 2],
      [3, 4],
    ]),
  )
  assert.deepEqual(readFirstCbor(Buffer.from('01f6', 'hex')), { item: 1, length: 1 })
  for (const hex of [
    '',
    '0102',
    '9bffffffffffffffff',
    '5f42010243030405ff',
    'a201020102',
    'fb3ff199999999999a',
    '62c328',
    `${'81'.repeat(10)}01`,
    '1bffffffffffffffff',
    'a1f501',
  ])
    assert.throws(() => read(hex), CborFault, hex)
})
