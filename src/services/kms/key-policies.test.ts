import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount, policy } from '../../../test/account.ts'
import { bytes, kmsOf, refusedAs } from './calls.test-support.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())
const kms = kmsOf(() => account)

const root = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::000000000000:root' },
  Action: 'kms:*',
  Resource: '*',
}
const letting = (AWS: string, Action = 'kms:Encrypt') =>
  policy(root, { Effect: 'Allow', Principal: { AWS }, Action, Resource: '*' })
const user = (name: string) => `arn:aws:iam::000000000000:user/${name}`
const invalid = refusedAs(
  'MalformedPolicyDocumentException',
  'Policy contains a statement with one or more invalid principals.',
)

test('a policy names whom there is, and goes on meaning them', async () => {
  const ann = await account.user('ann')
  const Policy = letting(user('ann'))
  const { KeyId } = (await kms('CreateKey', { Policy })).KeyMetadata
  assert.equal((await kms('GetKeyPolicy', { KeyId })).Policy, Policy)
  const encrypt = (as: typeof ann) => kms('Encrypt', { KeyId, Plaintext: bytes('x') }, as)
  await encrypt(ann)
  await account.iam('UpdateUser', { UserName: 'ann', NewUserName: 'anne' })
  await encrypt(ann)
  assert.equal((await kms('GetKeyPolicy', { KeyId })).Policy, letting(user('anne')))
  // Somebody else of the old name is nobody to the policy.
  const other = await account.user('ann')
  await assert.rejects(encrypt(other), refusedAs('AccessDeniedException'))
  const { AccessKeyMetadata } = await account.iam('ListAccessKeys', { UserName: 'anne' })
  const [{ AccessKeyId }] = AccessKeyMetadata
  await account.iam('DeleteAccessKey', { UserName: 'anne', AccessKeyId })
  await account.iam('DeleteUser', { UserName: 'anne' })
  const left = (await kms('GetKeyPolicy', { KeyId })).Policy
  assert.match(left, /"AWS":"AIDA[A-Z0-9]{17}"/)
  await assert.rejects(kms('PutKeyPolicy', { KeyId, Policy: left }), invalid)
})

test('principals that do not exist, or are none, are refused in the words of KMS', async () => {
  for (const name of [
    user('nobody'),
    'arn:aws:iam::000000000000:role/none',
    'AIDAAAAAAAAAAAAAAAAAA',
  ])
    await assert.rejects(kms('CreateKey', { Policy: letting(name) }), invalid)
  await assert.rejects(kms('CreateKey', { Policy: letting('nonsense') }), invalid)
  const { KeyId } = (await kms('CreateKey')).KeyMetadata
  await assert.rejects(kms('PutKeyPolicy', { KeyId, Policy: letting(user('nobody')) }), invalid)
  const long = letting('*', `kms:${'x'.repeat(32_768)}`)
  await assert.rejects(
    kms('PutKeyPolicy', { KeyId, Policy: long }),
    refusedAs('LimitExceededException'),
  )
  await assert.rejects(
    kms('PutKeyPolicy', { KeyId, Policy: letting(user('nobody')), PolicyName: 'other' }),
    refusedAs('NotFoundException', 'No such policy exists'),
  )
})
