import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { importInto, kmsOf } from '../../src/services/kms/calls.test-support.ts'
import { type Account, openAccount } from '../account.ts'
import { isAtLength } from '../runs.ts'

/** Wycheproof's vectors, through the API: their keys are imported, and used as anybody would. */

// biome-ignore lint/suspicious/noExplicitAny: the suite's own form
type Loose = any

const folder = new URL('../../../shared/vectors/wycheproof/', import.meta.url)
const groupsOf = (file: string): Loose[] =>
  JSON.parse(readFileSync(new URL(`${file}_test.json`, folder), 'utf8')).testGroups
/** Every one, or where tests are to be quick, some of each result from all over the list. */
function sampled(tests: readonly Loose[], most = 4): readonly Loose[] {
  if (isAtLength) return tests
  return [...Map.groupBy(tests, ({ result }) => result).values()].flatMap((alike) => {
    const step = Math.ceil(alike.length / most)
    return alike.filter((_, i) => i % step === 0)
  })
}
const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const refusedWith =
  (...names: string[]) =>
  ({ name }: Error) =>
    names.includes(name)

let account: Account
const kms = kmsOf(() => account)

async function imported(
  KeySpec: string,
  KeyUsage: string,
  material: Uint8Array,
  wrapping?: string,
): Promise<string> {
  const { KeyMetadata } = await kms('CreateKey', { Origin: 'EXTERNAL', KeySpec, KeyUsage })
  const { KeyId } = KeyMetadata
  const forGood = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
  await importInto(kms, KeyId, material, forGood, wrapping)
  return KeyId
}

const wrapped = 'RSA_AES_KEY_WRAP_SHA_256'

describe('Wycheproof through KMS', { skip: !existsSync(folder) }, () => {
  before(async () => {
    account = await openAccount()
  })
  after(() => account.close())

  for (const [file, EncryptionAlgorithm] of [
    ['rsa_oaep_2048_sha1_mgf1sha1', 'RSAES_OAEP_SHA_1'],
    ['rsa_oaep_2048_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'],
    ['rsa_oaep_3072_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'],
    ['rsa_oaep_4096_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'],
  ] as const)
    test(file, async () => {
      for (const { privateKeyPkcs8, keySize, tests } of groupsOf(file)) {
        const spec = `RSA_${keySize}`
        const KeyId = await imported(spec, 'ENCRYPT_DECRYPT', hex(privateKeyPkcs8), wrapped)
        for (const { tcId, msg, ct, label, result } of sampled(tests)) {
          // KMS has no labels, and takes no empty ciphertexts.
          if (label !== '' || ct === '') continue
          const call = kms('Decrypt', { KeyId, EncryptionAlgorithm, CiphertextBlob: hex(ct) })
          if (result === 'invalid')
            await assert.rejects(call, refusedWith('InvalidCiphertextException'), `${tcId}`)
          else assert.deepEqual(Buffer.from((await call).Plaintext), hex(msg), `${tcId}`)
        }
      }
    })

  for (const size of [2048, 3072, 4096])
    test(`rsa_pkcs1_${size}_sig_gen`, async () => {
      const keys = new Map<string, string>()
      let signed = 0
      for (const { privateKeyPkcs8, keySize, sha, tests } of groupsOf(
        `rsa_pkcs1_${size}_sig_gen`,
      )) {
        const bits = /^SHA-(256|384|512)$/.exec(sha)?.[1]
        if (keySize !== size || bits === undefined) continue
        const KeyId =
          keys.get(privateKeyPkcs8) ??
          (await imported(`RSA_${size}`, 'SIGN_VERIFY', hex(privateKeyPkcs8), wrapped))
        keys.set(privateKeyPkcs8, KeyId)
        const SigningAlgorithm = `RSASSA_PKCS1_V1_5_SHA_${bits}`
        for (const { tcId, msg, sig, result } of sampled(tests)) {
          if (msg === '' || result !== 'valid') continue
          const made = await kms('Sign', { KeyId, SigningAlgorithm, Message: hex(msg) })
          assert.deepEqual(Buffer.from(made.Signature), hex(sig), `${tcId}`)
          signed++
        }
      }
      assert.ok(signed > 0)
    })

  for (const bits of [224, 256, 384, 512])
    test(`hmac_sha${bits}`, async () => {
      let checked = 0
      for (const { keySize, tagSize, tests } of groupsOf(`hmac_sha${bits}`)) {
        if (keySize < bits || keySize > 1_024 || tagSize !== bits) continue
        // Each of them has a key of its own: some of each result are enough.
        const some = [
          ...tests.filter((one: Loose) => one.msg !== '' && one.result === 'valid').slice(0, 8),
          ...tests.filter((one: Loose) => one.msg !== '' && one.result === 'invalid').slice(0, 8),
        ]
        const keys = new Map<string, string>()
        for (const { tcId, key, msg, tag, result } of sampled(some, 2)) {
          const KeyId =
            keys.get(key) ?? (await imported(`HMAC_${bits}`, 'GENERATE_VERIFY_MAC', hex(key)))
          keys.set(key, KeyId)
          const MacAlgorithm = `HMAC_SHA_${bits}`
          const input = { KeyId, MacAlgorithm, Message: hex(msg) }
          const verified = kms('VerifyMac', { ...input, Mac: hex(tag) })
          if (result === 'invalid')
            await assert.rejects(verified, refusedWith('KMSInvalidMacException'), `${tcId}`)
          else {
            assert.equal((await verified).MacValid, true, `${tcId}`)
            assert.deepEqual(Buffer.from((await kms('GenerateMac', input)).Mac), hex(tag))
          }
          checked++
        }
      }
      assert.ok(checked > 0)
    })

  for (const [curve, spec] of [
    ['secp256r1', 'ECC_NIST_P256'],
    ['secp384r1', 'ECC_NIST_P384'],
    ['secp521r1', 'ECC_NIST_P521'],
  ] as const)
    test(`ecdh_${curve}`, async () => {
      const all: Loose[] = groupsOf(`ecdh_${curve}`).flatMap(({ tests }) => tests)
      const byKey = Map.groupBy(all, (one) => one.private as string)
      // The keys that most vectors share.
      const keys = [...byKey].sort(([, a], [, b]) => b.length - a.length).slice(0, 2)
      let agreed = 0
      for (const [scalar, tests] of keys) {
        const KeyId = await imported(spec, 'KEY_AGREEMENT', pkcs8(curve, scalar), wrapped)
        for (const { tcId, public: point, shared, result } of sampled(tests, 10)) {
          const call = kms('DeriveSharedSecret', {
            KeyId,
            KeyAgreementAlgorithm: 'ECDH',
            PublicKey: hex(point),
          })
          const made = await call.catch((error: Error) => {
            // What is acceptable may be refused as well: unusual forms of a public key.
            assert.notEqual(result, 'valid', `${tcId}: ${error.message}`)
            assert.equal(error.name, 'ValidationException', `${tcId}`)
          })
          if (made === undefined) continue
          assert.notEqual(result, 'invalid', `${tcId}`)
          assert.deepEqual(Buffer.from(made.SharedSecret), hex(shared), `${tcId}`)
          agreed++
        }
      }
      assert.ok(agreed > 0)
    })
})

/** A scalar as a private key in PKCS #8. */
function pkcs8(curve: string, scalar: string): Buffer {
  const names: Record<string, readonly [string, string, number]> = {
    secp256r1: ['P-256', 'prime256v1', 32],
    secp384r1: ['P-384', 'secp384r1', 48],
    secp521r1: ['P-521', 'secp521r1', 66],
  }
  const [crv, name, length] = names[curve]!
  const d = hex(scalar.padStart(length * 2, '0').slice(-length * 2))
  const pair = crypto.createECDH(name)
  pair.setPrivateKey(d)
  const point = pair.getPublicKey()
  const text = (bytes: Buffer) => bytes.toString('base64url')
  const [x, y] = [point.subarray(1, 1 + length), point.subarray(1 + length)]
  const jwk = { kty: 'EC', crv, x: text(x), y: text(y), d: text(d) }
  return crypto
    .createPrivateKey({ key: jwk, format: 'jwk' })
    .export({ type: 'pkcs8', format: 'der' })
}
