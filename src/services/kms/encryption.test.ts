import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'
import { bytes, kmsOf, type Loose, refusedAs } from './calls.test-support.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const kms = kmsOf(() => account)
const newKey = async (input: object = {}) => (await kms('CreateKey', input)).KeyMetadata

test('what is encrypted is decrypted under its context, and under no other', async () => {
  const { KeyId, Arn, CurrentKeyMaterialId } = await newKey()
  const EncryptionContext = { b: '2', a: '1' }
  const sealed = await kms('Encrypt', { KeyId, Plaintext: bytes('secret'), EncryptionContext })
  assert.deepEqual([sealed.KeyId, sealed.EncryptionAlgorithm], [Arn, 'SYMMETRIC_DEFAULT'])
  const CiphertextBlob = sealed.CiphertextBlob
  const opened = await kms('Decrypt', { CiphertextBlob, EncryptionContext: { a: '1', b: '2' } })
  assert.equal(Buffer.from(opened.Plaintext).toString(), 'secret')
  assert.deepEqual([opened.KeyId, opened.KeyMaterialId], [Arn, CurrentKeyMaterialId])
  const again = await kms('Encrypt', { KeyId, Plaintext: bytes('secret'), EncryptionContext })
  assert.notDeepEqual(again.CiphertextBlob, CiphertextBlob)

  const invalid = refusedAs('InvalidCiphertextException')
  for (const other of [undefined, {}, { a: '1' }, { a: '12', b: '' }, { A: '1', b: '2' }])
    await assert.rejects(kms('Decrypt', { CiphertextBlob, EncryptionContext: other }), invalid)
  for (const at of [0, 1, 5, 20, 28, 40, 50, CiphertextBlob.length - 1]) {
    const bent = Uint8Array.from(CiphertextBlob)
    bent[at]! ^= 1
    await assert.rejects(
      kms('Decrypt', { CiphertextBlob: bent, EncryptionContext }),
      (error: Error) => /InvalidCiphertext|AccessDenied/.test(error.name),
    )
  }
  await assert.rejects(kms('Decrypt', { CiphertextBlob: bytes('nonsense') }), invalid)
  const other = await newKey()
  await assert.rejects(
    kms('Decrypt', { CiphertextBlob, EncryptionContext, KeyId: other.KeyId }),
    refusedAs('IncorrectKeyException', /does not identify a CMK/),
  )
  await kms('Decrypt', { CiphertextBlob, EncryptionContext, KeyId: Arn })
})

test('contexts that look alike when they are run together are not the same', async () => {
  const { KeyId } = await newKey()
  const sealed = await kms('Encrypt', {
    KeyId,
    Plaintext: bytes('x'),
    EncryptionContext: { ab: 'c' },
  })
  await assert.rejects(
    kms('Decrypt', { CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: { a: 'bc' } }),
    refusedAs('InvalidCiphertextException'),
  )
})

test('data keys come with their ciphertext, and move from key to key', async () => {
  const one = await newKey()
  const two = await newKey()
  const made = await kms('GenerateDataKey', { KeyId: one.KeyId, KeySpec: 'AES_256' })
  assert.equal(made.Plaintext.length, 32)
  const { Plaintext: _none, ...bare } = await kms('GenerateDataKeyWithoutPlaintext', {
    KeyId: one.KeyId,
    NumberOfBytes: 100,
  })
  assert.equal(bare.Plaintext, undefined)
  const moved = await kms('ReEncrypt', {
    CiphertextBlob: made.CiphertextBlob,
    DestinationKeyId: two.KeyId,
    DestinationEncryptionContext: { to: 'two' },
  })
  assert.deepEqual([moved.SourceKeyId, moved.KeyId], [one.Arn, two.Arn])
  const opened = await kms('Decrypt', {
    CiphertextBlob: moved.CiphertextBlob,
    EncryptionContext: { to: 'two' },
  })
  assert.deepEqual(opened.Plaintext, made.Plaintext)
  await assert.rejects(
    kms('GenerateDataKey', { KeyId: one.KeyId }),
    refusedAs('ValidationException', /number of bytes or key spec/),
  )
  assert.equal((await kms('GenerateRandom', { NumberOfBytes: 24 })).Plaintext.length, 24)
  await assert.rejects(
    kms('Encrypt', { KeyId: one.KeyId, Plaintext: bytes('x'), DryRun: true }),
    refusedAs('DryRunOperationException'),
  )
})

test('names of keys: id, ARN, alias, alias ARN; and what names none', async () => {
  const { KeyId, Arn } = await newKey()
  await kms('CreateAlias', { AliasName: 'alias/app', TargetKeyId: KeyId })
  const aliasArn = 'arn:aws:kms:us-east-1:000000000000:alias/app'
  for (const name of [KeyId, Arn, 'alias/app', aliasArn])
    assert.equal((await kms('DescribeKey', { KeyId: name })).KeyMetadata.Arn, Arn)
  await assert.rejects(
    kms('GetKeyPolicy', { KeyId: 'alias/app' }),
    refusedAs('NotFoundException', "Invalid keyId 'alias/app'"),
  )
  await assert.rejects(
    kms('DescribeKey', { KeyId: 'nonsense' }),
    refusedAs('NotFoundException', "Invalid keyId 'nonsense'"),
  )
  const gone = '12345678-1234-1234-1234-123456789012'
  await assert.rejects(
    kms('DescribeKey', { KeyId: gone }),
    refusedAs(
      'NotFoundException',
      `Key 'arn:aws:kms:us-east-1:000000000000:key/${gone}' does not exist`,
    ),
  )
  await assert.rejects(
    kms('DescribeKey', { KeyId: Arn.replace('us-east-1', 'eu-west-1') }),
    refusedAs('NotFoundException', 'Invalid arn eu-west-1'),
  )
  await assert.rejects(
    kms('DescribeKey', { KeyId: 'alias/none' }),
    refusedAs('NotFoundException', /^Alias arn:aws:kms:.*:alias\/none is not found\.$/),
  )
  const other = await newKey()
  await kms('UpdateAlias', { AliasName: 'alias/app', TargetKeyId: other.KeyId })
  assert.equal((await kms('DescribeKey', { KeyId: 'alias/app' })).KeyMetadata.Arn, other.Arn)
  const listed = await kms('ListAliases', { KeyId: other.KeyId })
  assert.deepEqual(
    listed.Aliases.map(({ AliasName }: Loose) => AliasName),
    ['alias/app'],
  )
  await assert.rejects(
    kms('CreateAlias', { AliasName: 'alias/app', TargetKeyId: KeyId }),
    refusedAs('AlreadyExistsException', `An alias with the name ${aliasArn} already exists`),
  )
  await kms('DeleteAlias', { AliasName: 'alias/app' })
  await assert.rejects(
    kms('DeleteAlias', { AliasName: 'alias/app' }),
    refusedAs('NotFoundException'),
  )
})

test('the key policy decides, with the account where it delegates', async () => {
  const jo = await account.user('jo', 'kms:*')
  const bo = await account.user('bo')
  const key = await newKey()
  const encrypt = (as: Keys, more: object = {}) =>
    kms('Encrypt', { KeyId: key.KeyId, Plaintext: bytes('x'), ...more }, as)
  await encrypt(jo)
  await assert.rejects(
    encrypt(bo),
    refusedAs(
      'AccessDeniedException',
      `User: arn:aws:iam::000000000000:user/bo is not authorized to perform: kms:Encrypt on resource: ${key.Arn} because no identity-based policy allows the kms:Encrypt action`,
    ),
  )
  const put = (...statements: object[]) =>
    kms(
      'PutKeyPolicy',
      {
        KeyId: key.KeyId,
        Policy: policy(
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::000000000000:user/jo' },
            Action: ['kms:PutKeyPolicy', 'kms:GetKeyPolicy'],
            Resource: '*',
          },
          ...statements,
        ),
      },
      jo,
    )
  await put({
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::000000000000:user/bo' },
    Action: 'kms:Encrypt',
    Resource: '*',
    Condition: {
      StringEquals: { 'kms:EncryptionContext:team': 'blue', 'kms:CallerAccount': '000000000000' },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['team'] },
    },
  })
  await encrypt(bo, { EncryptionContext: { team: 'blue' } })
  await assert.rejects(
    encrypt(bo, { EncryptionContext: { team: 'red' } }),
    refusedAs('AccessDeniedException'),
  )
  await assert.rejects(encrypt(bo), refusedAs('AccessDeniedException'))
  // No longer delegated: what IAM allows counts for nothing, also for the root.
  await assert.rejects(
    encrypt(jo),
    refusedAs('AccessDeniedException', /no resource-based policy allows/),
  )
  await assert.rejects(encrypt(account.house.admin), refusedAs('AccessDeniedException'))
  await assert.rejects(
    kms(
      'PutKeyPolicy',
      { KeyId: key.KeyId, Policy: policy({ ...allow('kms:Encrypt'), Principal: '*' }) },
      jo,
    ),
    refusedAs('MalformedPolicyDocumentException', /will not allow you to update the key policy/),
  )
})

test('states: disabled, pending deletion, gone', async () => {
  const key = await newKey({ Description: 'short-lived', Tags: [{ TagKey: 'a', TagValue: 'b' }] })
  const { KeyId, Arn } = key
  const sealed = await kms('Encrypt', { KeyId, Plaintext: bytes('x') })
  await kms('DisableKey', { KeyId })
  const use = () => kms('Decrypt', { CiphertextBlob: sealed.CiphertextBlob })
  await assert.rejects(use(), refusedAs('DisabledException', `${Arn} is disabled.`))
  await kms('EnableKey', { KeyId })
  await use()
  const { DeletionDate, KeyState } = await kms('ScheduleKeyDeletion', {
    KeyId,
    PendingWindowInDays: 7,
  })
  assert.equal(KeyState, 'PendingDeletion')
  const state = refusedAs('KMSInvalidStateException', `${Arn} is pending deletion.`)
  for (const call of [
    use(),
    kms('EnableKey', { KeyId }),
    kms('UpdateKeyDescription', { KeyId, Description: 'x' }),
    kms('CreateAlias', { AliasName: 'alias/late', TargetKeyId: KeyId }),
    kms('TagResource', { KeyId, Tags: [{ TagKey: 'c', TagValue: 'd' }] }),
    kms('ScheduleKeyDeletion', { KeyId }),
  ])
    await assert.rejects(call, state)
  await kms('CancelKeyDeletion', { KeyId })
  assert.equal((await kms('DescribeKey', { KeyId })).KeyMetadata.KeyState, 'Disabled')
  await assert.rejects(
    kms('CancelKeyDeletion', { KeyId }),
    refusedAs('KMSInvalidStateException', `${Arn} is not pending deletion.`),
  )
  await kms('EnableKey', { KeyId })
  await use()
  await kms('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  assert.ok(DeletionDate.getTime() > Date.now())
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 7 * 86_400 + 5 } })
  await assert.rejects(kms('DescribeKey', { KeyId }), refusedAs('NotFoundException'))
  await assert.rejects(use(), refusedAs('InvalidCiphertextException'))
})
