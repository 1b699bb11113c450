import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { test } from 'node:test'
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
const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** The bytes of CBOR, as far as these tests need it. */
function cbor(value: number | string | Uint8Array | Map<number | string, unknown>): Buffer {
  const head = (major: number, n: number) =>
    n < 24
      ? Buffer.of((major << 5) | n)
      : n < 256
        ? Buffer.of((major << 5) | 24, n)
        : Buffer.of((major << 5) | 25, n >> 8, n & 255)
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  const parts = [...value].flatMap(([key, item]) => [cbor(key), cbor(item as number)])
  return Buffer.concat([head(5, value.size), ...parts])
}

const from = (text: string | undefined) => Buffer.from(text!, 'base64url')

function coseKey(key: KeyObject, alg?: number): Map<number | string, unknown> {
  const jwk = key.export({ format: 'jwk' })
  if (jwk.kty === 'OKP')
    return new Map<number, unknown>([
      [1, 1],
      [3, alg ?? -8],
      [-1, 6],
      [-2, from(jwk.x)],
    ])
  if (jwk.kty === 'RSA')
    return new Map<number, unknown>([
      [1, 3],
      [3, alg ?? -257],
      [-1, from(jwk.n)],
      [-2, from(jwk.e)],
    ])
  return new Map<number, unknown>([
    [1, 2],
    [3, alg ?? -7],
    [-1, 1],
    [-2, from(jwk.x)],
    [-3, from(jwk.y)],
  ])
}

interface Made {
  readonly flags?: number
  readonly count?: number
  readonly rp?: string
}

function authData({ flags = 0x41, count = 0, rp = relyingParty }: Made, ...rest: Uint8Array[]) {
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(count)
  return Buffer.concat([sha256(rp), Buffer.of(flags), counter, ...rest])
}

const credentialId = Buffer.from('the id of a passkey')

function attestation(key: Map<number | string, unknown>, made: Made = {}): Buffer {
  const attested = Buffer.concat([
    Buffer.alloc(16),
    Buffer.of(0, credentialId.length),
    credentialId,
    cbor(key),
  ])
  const data = authData(made, attested)
  return cbor(
    new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', data],
    ]),
  )
}

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
      const authenticatorData = authData({ flags: 1, count, ...made })
      const signed = Buffer.concat([authenticatorData, sha256(clientDataJSON.toString())])
      return { clientDataJSON, authenticatorData, signature: sign('sha256', signed, privateKey) }
    }
    assert.equal(provenCount(assertion(0), known, expected), 0)
    assert.equal(provenCount(assertion(7), known, expected), 7)
    const seven = { ...known, signCount: 7 }
    assert.throws(() => provenCount(assertion(7), seven, expected), reason('counter'))
    assert.throws(() => provenCount(assertion(0), seven, expected), reason('counter'))
    const strict = { ...expected, requireVerification: true }
    assert.throws(() => provenCount(assertion(8), seven, strict), reason('verification'))
    assert.equal(provenCount(assertion(8, { flags: 5 }), seven, strict), 8)
    assert.throws(
      () => provenCount(assertion(8, { flags: 4 }), seven, expected),
      reason('presence'),
    )
    assert.throws(
      () => provenCount(assertion(8, { rp: 'evil.com' }), seven, expected),
      reason('relying-party'),
    )
    assert.throws(
      () => provenCount(assertion(8, {}, 'https://evil.com'), seven, expected),
      reason('origin'),
    )
    const changed = { ...assertion(8), authenticatorData: authData({ flags: 1, count: 9 }) }
    assert.throws(() => provenCount(changed, seven, expected), reason('signature'))
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
