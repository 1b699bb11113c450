import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount, policy } from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'
import { bytes, kmsOf, type Loose, refusedAs } from './calls.test-support.ts'

let account: Account
let jo: Keys
let bo: Keys
before(async () => {
  account = await openAccount('--test-clock')
  jo = await account.user('jo')
  bo = await account.user('bo')
})
after(() => account.close())
const kms = kmsOf(() => account)
const arn = (name: string) => `arn:aws:iam::000000000000:user/${name}`
const newKey = async (): Promise<Loose> => (await kms('CreateKey')).KeyMetadata
const denied = refusedAs('AccessDeniedException')

test('a grant gives what it says, at once, under its constraints, until it ends', async () => {
  const { KeyId, Arn } = await newKey()
  const Plaintext = bytes('x')
  const EncryptionContext = { team: 'blue' }
  const encrypt = (more: object = {}, as = jo) =>
    kms('Encrypt', { KeyId, Plaintext, EncryptionContext, ...more }, as)
  await assert.rejects(encrypt(), denied)
  const { GrantId, GrantToken } = await kms('CreateGrant', {
    KeyId,
    GranteePrincipal: arn('jo'),
    RetiringPrincipal: arn('bo'),
    Operations: ['Encrypt', 'DescribeKey'],
    Constraints: { EncryptionContextSubset: { team: 'blue' } },
    Name: 'blue',
  })
  await encrypt({ GrantTokens: [GrantToken] })
  await encrypt({ EncryptionContext: { team: 'blue', more: 'x' } })
  await assert.rejects(encrypt({ EncryptionContext: { team: 'red' } }), denied)
  await assert.rejects(encrypt({}, bo), denied)
  await kms('DescribeKey', { KeyId }, jo)
  await assert.rejects(kms('Decrypt', { CiphertextBlob: bytes('no'), KeyId }, jo), denied)
  await assert.rejects(
    encrypt({ GrantTokens: ['nonsense'] }),
    refusedAs('InvalidGrantTokenException'),
  )
  const { Grants } = await kms('ListGrants', { KeyId })
  assert.equal(Grants.length, 1)
  const { CreationDate: _at, ...told } = Grants[0]
  assert.deepEqual(told, {
    KeyId: Arn,
    GrantId,
    Name: 'blue',
    GranteePrincipal: arn('jo'),
    RetiringPrincipal: arn('bo'),
    IssuingAccount: 'arn:aws:iam::000000000000:root',
    Operations: ['Encrypt', 'DescribeKey'],
    Constraints: { EncryptionContextSubset: { team: 'blue' } },
  })
  const retirable = await kms('ListRetirableGrants', { RetiringPrincipal: arn('bo') })
  assert.deepEqual(
    retirable.Grants.map((grant: Loose) => grant.GrantId),
    [GrantId],
  )
  // Deny in IAM wins over a grant.
  await account.iam('PutUserPolicy', {
    UserName: 'jo',
    PolicyName: 'no',
    PolicyDocument: policy({ Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' }),
  })
  await assert.rejects(encrypt(), denied)
  await account.iam('DeleteUserPolicy', { UserName: 'jo', PolicyName: 'no' })
  await encrypt()
  await assert.rejects(kms('RetireGrant', { GrantToken }, jo), denied)
  await kms('RetireGrant', { GrantToken }, bo)
  await assert.rejects(encrypt(), denied)
  await assert.rejects(
    kms('RetireGrant', { KeyId: Arn, GrantId }),
    refusedAs('NotFoundException', `Grant ${GrantId} does not exist`),
  )
})

test('the same name and content is the same grant; revoking ends it', async () => {
  const { KeyId } = await newKey()
  const input = { KeyId, GranteePrincipal: arn('jo'), Operations: ['Decrypt'], Name: 'once' }
  const one = await kms('CreateGrant', input)
  const two = await kms('CreateGrant', input)
  assert.equal(one.GrantId, two.GrantId)
  const other = await kms('CreateGrant', { ...input, Operations: ['Encrypt'] })
  assert.notEqual(other.GrantId, one.GrantId)
  await kms('RevokeGrant', { KeyId, GrantId: one.GrantId })
  await assert.rejects(
    kms('RevokeGrant', { KeyId, GrantId: one.GrantId }),
    refusedAs('NotFoundException'),
  )
  const { Grants } = await kms('ListGrants', { KeyId, GranteePrincipal: arn('jo') })
  assert.deepEqual(
    Grants.map((grant: Loose) => grant.GrantId),
    [other.GrantId],
  )
})

test('who holds only a grant passes on no more than it has', async () => {
  const { KeyId } = await newKey()
  await kms('CreateGrant', {
    KeyId,
    GranteePrincipal: arn('jo'),
    Operations: ['CreateGrant', 'Encrypt', 'Decrypt'],
    Constraints: { EncryptionContextSubset: { team: 'blue' } },
  })
  const pass = (more: object) =>
    kms(
      'CreateGrant',
      {
        KeyId,
        GranteePrincipal: arn('bo'),
        Operations: ['Encrypt'],
        Constraints: { EncryptionContextEquals: { team: 'blue', a: 'b' } },
        ...more,
      },
      jo,
    )
  await pass({})
  await assert.rejects(pass({ Operations: ['Encrypt', 'GenerateDataKey'] }), denied)
  await assert.rejects(pass({ Constraints: undefined }), denied)
  await assert.rejects(pass({ Constraints: { EncryptionContextSubset: { other: 'x' } } }), denied)
  const encrypt = (EncryptionContext: object) =>
    kms('Encrypt', { KeyId, Plaintext: bytes('x'), EncryptionContext }, bo)
  await encrypt({ team: 'blue', a: 'b' })
  await assert.rejects(encrypt({ team: 'blue' }), denied)
})

test('what no grant can be is refused', async () => {
  const { KeyId } = await newKey()
  const create = (input: object) =>
    kms('CreateGrant', { KeyId, GranteePrincipal: arn('jo'), Operations: ['Encrypt'], ...input })
  await assert.rejects(
    create({ Operations: ['Sign'] }),
    refusedAs('ValidationException', /Grant Operations \[Sign\] are not supported for key/),
  )
  await assert.rejects(create({ GranteePrincipal: undefined }), refusedAs('ValidationException'))
  await assert.rejects(
    create({ GranteePrincipal: 'arn:aws:s3:::bucket' }),
    refusedAs('InvalidArnException'),
  )
  const both = { EncryptionContextEquals: { a: 'b' }, EncryptionContextSubset: { a: 'b' } }
  await assert.rejects(
    create({ Constraints: both }),
    refusedAs('ValidationException', /Only one of/),
  )
  await kms('DisableKey', { KeyId })
  await assert.rejects(create({}), refusedAs('DisabledException'))
  const { Grants } = await kms('ListGrants', { KeyId })
  assert.deepEqual(Grants, [])
})
