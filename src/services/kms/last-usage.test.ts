import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { bytes, kmsOf } from './calls.test-support.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())
const kms = kmsOf(() => account)

test('a key says what it was used for last, and when', async () => {
  const { KeyId, CreationDate } = (await kms('CreateKey')).KeyMetadata
  await kms('DescribeKey', { KeyId })
  const unused = await kms('GetKeyLastUsage', { KeyId })
  assert.deepEqual(unused.KeyLastUsage, {})
  assert.deepEqual(unused.KeyCreationDate, CreationDate)
  assert.deepEqual(unused.TrackingStartDate, CreationDate)
  const encrypted = await kms('Encrypt', { KeyId, Plaintext: bytes('x') })
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 60 } })
  const { CiphertextBlob } = encrypted
  const decrypted = await kms('Decrypt', { CiphertextBlob })
  // What only looks, and what fails, is no use of the key.
  await kms('DescribeKey', { KeyId })
  await assert.rejects(kms('Encrypt', { KeyId, Plaintext: bytes('x'), DryRun: true }))
  const { KeyLastUsage, KeyId: named } = await kms('GetKeyLastUsage', { KeyId })
  assert.equal(named, KeyId)
  assert.equal(KeyLastUsage.Operation, 'Decrypt')
  assert.equal(KeyLastUsage.KmsRequestId, decrypted.$metadata.requestId)
  assert.match(KeyLastUsage.CloudTrailEventId, /^[0-9a-f-]{36}$/)
  assert.ok(+KeyLastUsage.Timestamp - +CreationDate >= 58_000)
})
