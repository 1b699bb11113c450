import assert from 'node:assert/strict'
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { test } from 'node:test'
import { isSrpPublic, srpChallenge, srpSignature, srpVerifier } from './srp.ts'

const N = BigInt(
  `0x${[
    'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD',
    'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED',
    'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F',
    '83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B',
    'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510',
    '15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7',
    'ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C',
    'BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF',
  ].join('')}`,
)

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let b = base % N, e = exponent; e > 0n; e >>= 1n, b = (b * b) % N)
    if (e & 1n) result = (result * b) % N
  return result
}

const padHex = (value: bigint): string => {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return /^[89a-f]/.test(even) ? `00${even}` : even
}
const hashed = (hex: string) => BigInt(`0x${createHash('sha256').update(hex, 'hex').digest('hex')}`)

test('a client that reckons with plain integers comes to the same signature', () => {
  const identity = 'poolname'.concat('ada')
  const salt = '8f0123456789abcdef0123456789abcd'
  const secret = Buffer.alloc(32, 0xc3)
  const a = hashed('abcd')
  const A = power(2n, a).toString(16)
  const verifier = srpVerifier(identity, 'Password-1', salt)
  const B = srpChallenge(verifier, secret)

  const k = hashed(padHex(N) + padHex(2n))
  assert.equal(k.toString(16), '538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6')
  const inner = createHash('sha256').update(`${identity}:Password-1`).digest('hex')
  const x = hashed(padHex(BigInt(`0x${salt}`)) + inner)
  assert.equal(verifier, power(2n, x).toString(16))
  const u = hashed(padHex(BigInt(`0x${A}`)) + padHex(BigInt(`0x${B}`)))
  const base = (((BigInt(`0x${B}`) - k * power(2n, x)) % N) + N) % N
  const S = Buffer.from(padHex(power(base, a + u * x)), 'hex')
  const key = hkdfSync('sha256', S, Buffer.from(padHex(u), 'hex'), 'Caldera Derived Key', 16)
  const expected = createHmac('sha256', new Uint8Array(key))
    .update(`${identity}now`)
    .digest('base64')

  const given = { A, B, verifier, secret }
  assert.equal(srpSignature(given, [identity, 'now']), expected)
  assert.notEqual(srpSignature(given, [identity, 'then']), expected)
})

test('values that would give the secret away are no public values', () => {
  for (const odd of ['0', N.toString(16), (2n * N).toString(16), '1', 'xyz', 'f'.repeat(771), ''])
    assert.equal(isSrpPublic(odd), false, odd.slice(0, 8))
  assert.equal(isSrpPublic('2'), true)
})
