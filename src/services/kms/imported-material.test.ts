import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { bytes, importInto, kmsOf, type Loose, refusedAs, wrap } from './calls.test-support.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())
const kms = kmsOf(() => account)

const newKey = async (input: object = {}): Promise<Loose> =>
  (await kms('CreateKey', { Origin: 'EXTERNAL', ...input })).KeyMetadata
const state = async (KeyId: string): Promise<Loose> =>
  (await kms('DescribeKey', { KeyId })).KeyMetadata
const advance = (seconds: number) =>
  account.house.ask('POST', 'clock', { body: { advanceSeconds: seconds } })
const inDays = async (days: number) => {
  const { json } = await account.house.ask('GET', 'clock')
  return new Date(Date.parse(json.now) + days * 86_400_000)
}
const forGood = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
const incorrect = refusedAs('IncorrectKeyMaterialException')

test('a key without material waits for it, and works when it is there', async () => {
  const { KeyId, KeyState, Enabled, Arn, CurrentKeyMaterialId } = await newKey()
  assert.deepEqual([KeyState, Enabled, CurrentKeyMaterialId], ['PendingImport', false, undefined])
  const pending = refusedAs('KMSInvalidStateException', `${Arn} is pending import.`)
  await assert.rejects(kms('Encrypt', { KeyId, Plaintext: bytes('x') }), pending)
  const material = crypto.randomBytes(32)
  const { KeyId: named, KeyMaterialId } = await importInto(kms, KeyId, material)
  assert.equal(named, Arn)
  assert.match(KeyMaterialId, /^[0-9a-f]{64}$/)
  const { ExpirationModel, CurrentKeyMaterialId: now } = await state(KeyId)
  assert.deepEqual([ExpirationModel, now], ['KEY_MATERIAL_DOES_NOT_EXPIRE', KeyMaterialId])
  const { CiphertextBlob } = await kms('Encrypt', { KeyId, Plaintext: bytes('x') })

  assert.deepEqual(await kms('DeleteImportedKeyMaterial', { KeyId }).then(bare), {
    KeyId: Arn,
    KeyMaterialId,
  })
  await assert.rejects(kms('Decrypt', { CiphertextBlob }), pending)
  await assert.rejects(importInto(kms, KeyId, crypto.randomBytes(32)), incorrect)
  const again = await importInto(kms, KeyId, material, forGood, 'RSAES_OAEP_SHA_1')
  assert.equal(again.KeyMaterialId, KeyMaterialId)
  assert.deepEqual((await kms('Decrypt', { CiphertextBlob })).Plaintext, bytes('x'))
})

const bare = ({ $metadata: _, ...rest }: Loose) => rest

test('material that expires goes by itself, and may come back', async () => {
  const { KeyId } = await newKey()
  const material = crypto.randomBytes(32)
  const refused = (more: object, text: RegExp) =>
    assert.rejects(importInto(kms, KeyId, material, more), refusedAs('ValidationException', text))
  await refused({}, /A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES/)
  await refused({ ValidTo: await inDays(-1) }, /must be in the future/)
  await refused({ ValidTo: await inDays(366) }, /at most 365 days/)
  await refused({ ...forGood, ValidTo: await inDays(1) }, /must not be set/)
  const ValidTo = await inDays(10)
  await importInto(kms, KeyId, material, { ValidTo })
  const told = await state(KeyId)
  assert.deepEqual(
    [told.ExpirationModel, Math.floor(+told.ValidTo / 1000)],
    ['KEY_MATERIAL_EXPIRES', Math.floor(+ValidTo / 1000)],
  )
  await advance(9 * 86_400)
  assert.equal((await state(KeyId)).KeyState, 'Enabled')
  await advance(2 * 86_400)
  const gone = await state(KeyId)
  assert.deepEqual([gone.KeyState, gone.ExpirationModel], ['PendingImport', undefined])
  await importInto(kms, KeyId, material)
  await advance(400 * 86_400)
  assert.equal((await state(KeyId)).KeyState, 'Enabled')
})

test('tokens: for one key, for a day, unforgeable; wrappings that fit', async () => {
  const { KeyId } = await newKey()
  const other = await newKey()
  const wrapping = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_3072' }
  const parameters = await kms('GetParametersForImport', { KeyId, ...wrapping })
  assert.equal(+parameters.ParametersValidTo > Date.now(), true)
  const { ImportToken, PublicKey } = parameters
  const EncryptedKeyMaterial = wrap('RSAES_OAEP_SHA_256', PublicKey, crypto.randomBytes(32))
  const send = (more: object) =>
    kms('ImportKeyMaterial', { KeyId, ImportToken, EncryptedKeyMaterial, ...forGood, ...more })
  const invalid = refusedAs('InvalidImportTokenException')
  await assert.rejects(send({ KeyId: other.KeyId }), invalid)
  const bent = Uint8Array.from(ImportToken)
  bent[50] = bent[50] === 65 ? 66 : 65
  await assert.rejects(send({ ImportToken: bent }), invalid)
  await assert.rejects(
    send({ EncryptedKeyMaterial: crypto.randomBytes(384) }),
    refusedAs('InvalidCiphertextException'),
  )
  const short = wrap('RSAES_OAEP_SHA_256', PublicKey, crypto.randomBytes(16))
  await assert.rejects(send({ EncryptedKeyMaterial: short }), incorrect)
  await advance(86_500)
  await assert.rejects(send({}), refusedAs('ExpiredImportTokenException'))

  const unsupported = refusedAs('UnsupportedOperationException')
  const ask = (id: string, WrappingAlgorithm: string, WrappingKeySpec = 'RSA_2048') =>
    kms('GetParametersForImport', { KeyId: id, WrappingAlgorithm, WrappingKeySpec })
  await assert.rejects(ask(KeyId, 'RSAES_PKCS1_V1_5'), unsupported)
  await assert.rejects(ask(KeyId, 'RSA_AES_KEY_WRAP_SHA_256'), unsupported)
  await assert.rejects(ask(KeyId, 'SM2PKE', 'SM2'), unsupported)
  const rsa = await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
  await assert.rejects(ask(rsa.KeyId, 'RSAES_OAEP_SHA_256'), unsupported)
  const p521 = await newKey({ KeySpec: 'ECC_NIST_P521', KeyUsage: 'SIGN_VERIFY' })
  await assert.rejects(ask(p521.KeyId, 'RSAES_OAEP_SHA_1'), unsupported)
  const own = (await kms('CreateKey')).KeyMetadata
  await assert.rejects(ask(own.KeyId, 'RSAES_OAEP_SHA_256'), unsupported)
  await assert.rejects(kms('DeleteImportedKeyMaterial', { KeyId: own.KeyId }), unsupported)
  await assert.rejects(newKey({ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' }), unsupported)
})

test('several materials: a new one waits until the key is rotated on demand', async () => {
  const { KeyId, Arn } = await newKey()
  const [one, two, three] = [1, 2, 3].map(() => crypto.randomBytes(32)) as [Buffer, Buffer, Buffer]
  const first = await importInto(kms, KeyId, one, { ...forGood, KeyMaterialDescription: 'one' })
  const old = await kms('Encrypt', { KeyId, Plaintext: bytes('old') })
  const none = refusedAs(
    'KMSInvalidStateException',
    `No available key material pending rotation for the key: ${Arn}.`,
  )
  await assert.rejects(kms('RotateKeyOnDemand', { KeyId }), none)
  const asNew = { ...forGood, ImportType: 'NEW_KEY_MATERIAL' }
  await assert.rejects(importInto(kms, KeyId, two), incorrect)
  await assert.rejects(importInto(kms, KeyId, one, asNew), incorrect)
  const waiting = await importInto(kms, KeyId, two, asNew)
  await assert.rejects(importInto(kms, KeyId, three, asNew), refusedAs('KMSInvalidStateException'))
  // What waits may be taken away again, and replaced.
  await kms('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: waiting.KeyMaterialId })
  assert.equal((await state(KeyId)).KeyState, 'Enabled')
  const third = await importInto(kms, KeyId, three, asNew)
  const list = async () =>
    (await kms('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations
  const short = (entries: Loose[]) =>
    entries.map((r) => [r.KeyMaterialId, r.KeyMaterialState, r.ImportState])
  assert.deepEqual(short(await list()), [
    [first.KeyMaterialId, 'CURRENT', 'IMPORTED'],
    [third.KeyMaterialId, 'PENDING_ROTATION', 'IMPORTED'],
  ])
  await kms('RotateKeyOnDemand', { KeyId })
  const fresh = await kms('Encrypt', { KeyId, Plaintext: bytes('fresh') })
  for (const { CiphertextBlob } of [old, fresh]) await kms('Decrypt', { CiphertextBlob })
  assert.equal((await state(KeyId)).CurrentKeyMaterialId, third.KeyMaterialId)

  // Without one of its materials the key does nothing.
  await kms('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: first.KeyMaterialId })
  assert.equal((await state(KeyId)).KeyState, 'PendingImport')
  const entries = await list()
  assert.deepEqual(short(entries), [
    [first.KeyMaterialId, 'NON_CURRENT', 'PENDING_IMPORT'],
    [third.KeyMaterialId, 'CURRENT', 'IMPORTED'],
  ])
  assert.equal(entries[0].KeyMaterialDescription, 'one')
  assert.equal(entries[1].RotationType, 'ON_DEMAND')
  const wrong = { ...forGood, KeyMaterialId: third.KeyMaterialId }
  await assert.rejects(importInto(kms, KeyId, one, wrong), incorrect)
  await importInto(kms, KeyId, one, { ...forGood, KeyMaterialId: first.KeyMaterialId })
  await kms('Decrypt', { CiphertextBlob: old.CiphertextBlob })
})

test('asymmetric and HMAC keys: what was made outside signs, decrypts and authenticates here', async () => {
  const pkcs8 = { format: 'der', type: 'pkcs8' } as const
  const cases = [
    ['RSA_2048', crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ECC_NIST_P256', crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['ECC_NIST_P521', crypto.generateKeyPairSync('ec', { namedCurve: 'P-521' })],
    ['ECC_SECG_P256K1', crypto.generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
    ['ECC_NIST_EDWARDS25519', crypto.generateKeyPairSync('ed25519')],
  ] as const
  for (const [i, [KeySpec, pair]] of cases.entries()) {
    const { KeyId, Arn } = await newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' })
    await assert.rejects(kms('GetPublicKey', { KeyId }), refusedAs('KMSInvalidStateException'))
    const wrapping = 'RSA_AES_KEY_WRAP_SHA_256'
    const foreign = cases[(i + 1) % cases.length]![1].privateKey.export(pkcs8)
    const load = (der: Uint8Array, more: object = forGood) =>
      importInto(kms, KeyId, der, more, wrapping)
    await assert.rejects(load(foreign), incorrect)
    await assert.rejects(load(crypto.randomBytes(48)), incorrect)
    await assert.rejects(
      load(pair.privateKey.export(pkcs8), { ...forGood, ImportType: 'NEW_KEY_MATERIAL' }),
      refusedAs('UnsupportedOperationException'),
    )
    await load(pair.privateKey.export(pkcs8))
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
    const told = await kms('GetPublicKey', { KeyId })
    assert.deepEqual(Buffer.from(told.PublicKey), spki)
    const [SigningAlgorithm] = told.SigningAlgorithms
    await kms('Sign', { KeyId, Message: bytes('m'), SigningAlgorithm })
    await kms('DeleteImportedKeyMaterial', { KeyId })
    assert.deepEqual(Buffer.from((await kms('GetPublicKey', { KeyId })).PublicKey), spki)
    await assert.rejects(
      kms('Sign', { KeyId, Message: bytes('m'), SigningAlgorithm }),
      refusedAs('KMSInvalidStateException', `${Arn} is pending import.`),
    )
    await load(pair.privateKey.export(pkcs8))
  }
  const mac = await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
  for (const length of [31, 129])
    await assert.rejects(importInto(kms, mac.KeyId, crypto.randomBytes(length)), incorrect)
  const secret = crypto.randomBytes(64)
  await importInto(kms, mac.KeyId, secret)
  const { Mac } = await kms('GenerateMac', {
    KeyId: mac.KeyId,
    Message: bytes('m'),
    MacAlgorithm: 'HMAC_SHA_256',
  })
  const outside = crypto.createHmac('sha256', secret).update('m').digest()
  assert.deepEqual(Buffer.from(Mac), outside)
})
