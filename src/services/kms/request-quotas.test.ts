import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import type { Quota } from '../../kernel/quota.ts'
import { kmsOf, refusedAs } from './calls.test-support.ts'
import { requestQuotas } from './request-quotas.ts'

let account: Account
before(async () => {
  account = await openAccount('--throttle')
})
after(() => account.close())
const kms = kmsOf(() => account)

test('who calls too fast is told so in the words of KMS', async () => {
  const { KeyId } = (await kms('CreateKey', { Origin: 'EXTERNAL' })).KeyMetadata
  const wrapping = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }
  await kms('GetParametersForImport', { KeyId, ...wrapping })
  await assert.rejects(
    kms('GetParametersForImport', { KeyId, ...wrapping }),
    refusedAs(
      'ThrottlingException',
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    ),
  )
  await kms('DescribeKey', { KeyId })
})

test('cryptographic operations share a rate for each kind of key', () => {
  const of = (name: string, spec: string, region = 'us-east-1') => {
    const quota = requestQuotas[name]!
    assert.equal(typeof quota, 'function')
    const targets = [{ resource: '*', record: { spec } }]
    const ask = quota as (asked: object) => Quota
    const { rate, group } = ask({
      input: { KeyPairSpec: spec },
      targets,
      region,
    })
    return [rate, group]
  }
  assert.deepEqual(of('Encrypt', 'SYMMETRIC_DEFAULT'), [100_000, 'symmetric'])
  assert.deepEqual(of('GenerateMac', 'HMAC_256', 'eu-central-1'), [20_000, 'symmetric'])
  assert.deepEqual(of('Decrypt', 'SYMMETRIC_DEFAULT', 'sa-east-1'), [10_000, 'symmetric'])
  assert.deepEqual(of('Decrypt', 'RSA_4096'), of('Sign', 'RSA_2048'))
  assert.notDeepEqual(of('Sign', 'ECC_NIST_P256'), of('Sign', 'RSA_2048'))
  assert.deepEqual(of('GenerateDataKeyPair', 'RSA_4096'), [1, 'pairs RSA_4096'])
})
