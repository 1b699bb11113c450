import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { bytes, kmsOf, type Loose, refusedAs } from './calls.test-support.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())
const kms = kmsOf(() => account)

const newKey = async (KeySpec: string, KeyUsage: string): Promise<Loose> =>
  (await kms('CreateKey', { KeySpec, KeyUsage })).KeyMetadata

const publicKeyOf = async (KeyId: string) => {
  const { PublicKey } = await kms('GetPublicKey', { KeyId })
  return crypto.createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
}

const hashes: Record<string, string> = { '256': 'sha256', '384': 'sha384', '512': 'sha512' }

/** Whether OpenSSL takes the signature for one of the message. */
function isGood(
  algorithm: string,
  message: Uint8Array,
  key: crypto.KeyObject,
  signature: Uint8Array,
) {
  const hash = hashes[algorithm.slice(-3)]!
  if (algorithm.startsWith('RSASSA_PSS'))
    return crypto.verify(
      hash,
      message,
      {
        key,
        padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
        saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST,
      },
      signature,
    )
  const own = algorithm === 'ED25519_SHA_512' || algorithm === 'ML_DSA_SHAKE_256'
  return crypto.verify(own ? null : hash, message, key, signature)
}

const message = bytes('the message')
const invalid = refusedAs('KMSInvalidSignatureException')

for (const spec of [
  'RSA_2048',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'ECC_NIST_EDWARDS25519',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
])
  test(`${spec}: signatures that OpenSSL verifies, of messages and of digests`, async () => {
    const { KeyId, SigningAlgorithms, Arn } = await newKey(spec, 'SIGN_VERIFY')
    const key = await publicKeyOf(KeyId)
    for (const SigningAlgorithm of SigningAlgorithms) {
      const call = { KeyId, SigningAlgorithm }
      const check = async (input: object) => {
        const { Signature, KeyId: by } = await kms('Sign', { ...call, ...input })
        assert.equal(by, Arn)
        const { SignatureValid } = await kms('Verify', { ...call, ...input, Signature })
        assert.equal(SignatureValid, true)
        const bent = Uint8Array.from(Signature)
        bent[bent.length - 3]! ^= 1
        await assert.rejects(kms('Verify', { ...call, ...input, Signature: bent }), invalid)
        return Signature as Uint8Array
      }
      if (SigningAlgorithm === 'ED25519_PH_SHA_512') {
        const Message = crypto.createHash('sha512').update(message).digest()
        await check({ Message, MessageType: 'DIGEST' })
        await assert.rejects(
          kms('Sign', { ...call, Message: message }),
          refusedAs('ValidationException', /MessageType RAW is incompatible/),
        )
        continue
      }
      const raw = await check({ Message: message })
      assert.ok(isGood(SigningAlgorithm, message, key, raw), SigningAlgorithm)
      const other = { ...call, Message: bytes('another'), Signature: raw }
      await assert.rejects(kms('Verify', other), invalid)
      if (SigningAlgorithm === 'ED25519_SHA_512') {
        await assert.rejects(
          kms('Sign', { ...call, Message: new Uint8Array(64), MessageType: 'DIGEST' }),
          refusedAs('ValidationException'),
        )
        continue
      }
      if (SigningAlgorithm === 'ML_DSA_SHAKE_256') {
        const jwk = key.export({ format: 'jwk' }) as Record<string, string>
        const shake = (...parts: Uint8Array[]) => {
          const hash = crypto.createHash('shake256', { outputLength: 64 })
          for (const part of parts) hash.update(part)
          return hash.digest()
        }
        const mu = shake(shake(Buffer.from(jwk.pub!, 'base64url')), Buffer.of(0, 0), message)
        const outside = await check({ Message: mu, MessageType: 'EXTERNAL_MU' })
        assert.ok(isGood(SigningAlgorithm, message, key, outside))
        const mixed = { ...call, Message: mu, MessageType: 'EXTERNAL_MU', Signature: raw }
        assert.equal((await kms('Verify', mixed)).SignatureValid, true)
        continue
      }
      const digest = crypto.createHash(hashes[SigningAlgorithm.slice(-3)]!).update(message).digest()
      const ofDigest = await check({ Message: digest, MessageType: 'DIGEST' })
      assert.ok(isGood(SigningAlgorithm, message, key, ofDigest), `${SigningAlgorithm} of a digest`)
      const mixed = { ...call, Message: digest, MessageType: 'DIGEST', Signature: raw }
      assert.equal((await kms('Verify', mixed)).SignatureValid, true)
      await assert.rejects(
        kms('Sign', { ...call, Message: digest.subarray(1), MessageType: 'DIGEST' }),
        refusedAs(
          'ValidationException',
          `Digest is invalid length for algorithm ${SigningAlgorithm}.`,
        ),
      )
    }
    const foreign = spec === 'RSA_2048' ? 'ECDSA_SHA_256' : 'RSASSA_PSS_SHA_256'
    await assert.rejects(
      kms('Sign', { KeyId, SigningAlgorithm: foreign, Message: message }),
      refusedAs(
        'InvalidKeyUsageException',
        `Algorithm ${foreign} is incompatible with key spec ${spec}.`,
      ),
    )
    await assert.rejects(
      kms('Encrypt', { KeyId, Plaintext: message }),
      refusedAs(
        'InvalidKeyUsageException',
        `${Arn} key usage is SIGN_VERIFY which is not valid for Encrypt.`,
      ),
    )
  })

test('RSA: what OpenSSL encrypts is decrypted, and the other way about', async () => {
  const { KeyId, Arn } = await newKey('RSA_2048', 'ENCRYPT_DECRYPT')
  const key = await publicKeyOf(KeyId)
  const limits = { RSAES_OAEP_SHA_1: 214, RSAES_OAEP_SHA_256: 190 }
  for (const [EncryptionAlgorithm, most] of Object.entries(limits)) {
    const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING
    const oaepHash = EncryptionAlgorithm.endsWith('256') ? 'sha256' : 'sha1'
    const Plaintext = crypto.randomBytes(most)
    const outside = crypto.publicEncrypt({ key, padding, oaepHash }, Plaintext)
    const opened = await kms('Decrypt', { KeyId, CiphertextBlob: outside, EncryptionAlgorithm })
    assert.deepEqual(Buffer.from(opened.Plaintext), Plaintext)
    const own = await kms('Encrypt', { KeyId, Plaintext, EncryptionAlgorithm })
    const { CiphertextBlob } = own
    const again = await kms('Decrypt', { KeyId, CiphertextBlob, EncryptionAlgorithm })
    assert.deepEqual(Buffer.from(again.Plaintext), Plaintext)
    await assert.rejects(
      kms('Encrypt', { KeyId, Plaintext: crypto.randomBytes(most + 1), EncryptionAlgorithm }),
      refusedAs('ValidationException', new RegExp(`cannot encrypt data larger than ${most} bytes`)),
    )
  }
  await assert.rejects(
    kms('Encrypt', { KeyId, Plaintext: message }),
    refusedAs(
      'InvalidKeyUsageException',
      /SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048/,
    ),
  )
  await assert.rejects(
    kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256' }),
    refusedAs('InvalidKeyUsageException', new RegExp(`${Arn} key spec is RSA_2048`)),
  )
})

test('MACs are those that OpenSSL makes only with the key: verified, and refused when bent', async () => {
  for (const [spec, length] of [
    ['HMAC_224', 28],
    ['HMAC_256', 32],
    ['HMAC_384', 48],
    ['HMAC_512', 64],
  ] as const) {
    const { KeyId, MacAlgorithms } = await newKey(spec, 'GENERATE_VERIFY_MAC')
    const call = { KeyId, MacAlgorithm: MacAlgorithms[0], Message: message }
    const { Mac } = await kms('GenerateMac', call)
    assert.equal(Mac.length, length)
    assert.equal((await kms('VerifyMac', { ...call, Mac })).MacValid, true)
    Mac[0] ^= 1
    await assert.rejects(kms('VerifyMac', { ...call, Mac }), refusedAs('KMSInvalidMacException'))
    await assert.rejects(kms('GetPublicKey', { KeyId }), refusedAs('UnsupportedOperationException'))
  }
})

test('two sides of an agreement reach the same secret', async () => {
  for (const [spec, curve] of [
    ['ECC_NIST_P256', 'P-256'],
    ['ECC_NIST_P384', 'P-384'],
    ['ECC_NIST_P521', 'P-521'],
  ] as const) {
    const { KeyId } = await newKey(spec, 'KEY_AGREEMENT')
    const mine = crypto.generateKeyPairSync('ec', { namedCurve: curve })
    const spki = { type: 'spki', format: 'der' } as const
    const call = { KeyId, KeyAgreementAlgorithm: 'ECDH' }
    const { SharedSecret } = await kms('DeriveSharedSecret', {
      ...call,
      PublicKey: mine.publicKey.export(spki),
    })
    const publicKey = await publicKeyOf(KeyId)
    const secret = crypto.diffieHellman({ privateKey: mine.privateKey, publicKey })
    assert.deepEqual(Buffer.from(SharedSecret), secret)
    const other = crypto.generateKeyPairSync('ed25519').publicKey.export(spki)
    for (const PublicKey of [other, bytes('nonsense')])
      await assert.rejects(
        kms('DeriveSharedSecret', { ...call, PublicKey }),
        refusedAs('ValidationException'),
      )
  }
})

test('encapsulated secrets are opened with OpenSSL and by KMS; a bent one opens to another', async () => {
  const kem = crypto as unknown as {
    encapsulate(key: crypto.KeyObject): { sharedKey: Buffer; ciphertext: Buffer }
  }
  for (const spec of ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024']) {
    const { KeyId } = await newKey(spec, 'ENCAPSULATE_DECAPSULATE')
    const call = { KeyId, EncapsulationAlgorithm: 'ML_KEM' }
    const made = await kms('Encapsulate', call)
    const open = (SharedSecretCiphertextBlob: Uint8Array) =>
      kms('Decapsulate', { ...call, SharedSecretCiphertextBlob })
    assert.deepEqual((await open(made.SharedSecretCiphertextBlob)).SharedSecret, made.SharedSecret)
    const { sharedKey, ciphertext } = kem.encapsulate(await publicKeyOf(KeyId))
    assert.deepEqual(Buffer.from((await open(ciphertext)).SharedSecret), sharedKey)
    ciphertext[5]! ^= 1
    const other = await open(ciphertext)
    assert.equal(other.SharedSecret.length, 32)
    assert.notDeepEqual(Buffer.from(other.SharedSecret), sharedKey)
    await assert.rejects(open(ciphertext.subarray(1)), refusedAs('InvalidCiphertextException'))
  }
})

test('data key pairs: the private key under the key, the public one for everybody', async () => {
  const { KeyId } = (await kms('CreateKey')).KeyMetadata
  for (const KeyPairSpec of [
    'RSA_2048',
    'ECC_NIST_P256',
    'ECC_NIST_P384',
    'ECC_SECG_P256K1',
    'ECC_NIST_EDWARDS25519',
    'ML_KEM_768',
  ]) {
    const pair = await kms('GenerateDataKeyPair', { KeyId, KeyPairSpec })
    const { PrivateKeyPlaintext, PrivateKeyCiphertextBlob: CiphertextBlob, PublicKey } = pair
    const opened = await kms('Decrypt', { CiphertextBlob })
    assert.deepEqual(opened.Plaintext, PrivateKeyPlaintext)
    const key = Buffer.from(PrivateKeyPlaintext)
    const privateKey = crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    const spki = crypto.createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
    assert.deepEqual(spki, Buffer.from(PublicKey))
  }
  const bare = await kms('GenerateDataKeyPairWithoutPlaintext', {
    KeyId,
    KeyPairSpec: 'ECC_NIST_P256',
  })
  assert.equal(bare.PrivateKeyPlaintext, undefined)
  await assert.rejects(
    kms('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'SM2' }),
    refusedAs('UnsupportedOperationException'),
  )
})

test('specs and usages that do not go together are refused', async () => {
  await assert.rejects(
    kms('CreateKey', { KeySpec: 'RSA_2048' }),
    refusedAs('ValidationException', /^You must specify a KeyUsage value for all KMS keys/),
  )
  await assert.rejects(
    kms('CreateKey', { KeySpec: 'HMAC_256', KeyUsage: 'SIGN_VERIFY' }),
    refusedAs(
      'ValidationException',
      'KeyUsage SIGN_VERIFY is not compatible with KeySpec HMAC_256',
    ),
  )
  await assert.rejects(
    kms('CreateKey', { KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' }),
    refusedAs('UnsupportedOperationException'),
  )
})
