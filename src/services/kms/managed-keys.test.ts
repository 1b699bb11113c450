import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'
import { probeService } from '../../../test/probe-service.ts'
import type { CallAs, CallContext } from '../../kernel/context.ts'
import { bytes, kmsOf, type Loose, refusedAs } from './calls.test-support.ts'

/** What the service was asked to call, and what came of it. */
interface Errand {
  readonly name: string
  readonly input: object
  readonly as?: CallAs
  readonly sourceArn?: string
}
let answer: Loose
const errands = async (text: string, ctx: CallContext) => {
  const { name, input, as = 'caller', sourceArn } = JSON.parse(text, revived) as Errand
  answer = await ctx.call('kms', name, input, { as, sourceArn })
}
const revived = (_: string, value: Loose) =>
  typeof value?.base64 === 'string' ? Uint8Array.from(Buffer.from(value.base64, 'base64')) : value
const base64 = (value: Uint8Array) => ({ base64: Buffer.from(value).toString('base64') })

let account: Account
let jo: Keys
before(async () => {
  account = await openAccount({ services: [probeService({ send: errands })] }, '--test-clock')
  jo = await account.user('jo')
})
after(() => account.close())
const kms = kmsOf(() => account)

/** Lets the service `sqs` call KMS for somebody. */
async function through(errand: Errand, credentials: Keys = jo): Promise<Loose> {
  const options = { endpoint: account.house.url, region: 'us-east-1', credentials }
  const client = new SQSClient({ ...options, maxAttempts: 1, md5: false })
  try {
    const QueueUrl = `${account.house.url}/q`
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(errand) }))
    return answer
  } finally {
    client.destroy()
  }
}

const KeyId = 'alias/aws/sqs'
const denied = refusedAs('AccessDeniedException')
const listed = async () =>
  ((await kms('ListAliases')).Aliases as Loose[]).find((one) => one.AliasName === KeyId)

test('a key of the service: made when it is used, for callers through the service only', async () => {
  assert.deepEqual(await listed(), {
    AliasName: KeyId,
    AliasArn: 'arn:aws:kms:us-east-1:000000000000:alias/aws/sqs',
  })
  const use = { KeyId, KeySpec: 'AES_256' }
  // Nobody uses it directly, made or not; its making needs no permission of jo's.
  await assert.rejects(kms('GenerateDataKey', use), denied)
  assert.equal((await kms('ListKeys')).Keys.length, 0)
  const made = await through({ name: 'GenerateDataKey', input: use })
  assert.equal(made.Plaintext.length, 32)
  await assert.rejects(kms('GenerateDataKey', use), denied)
  await assert.rejects(kms('Decrypt', { CiphertextBlob: made.CiphertextBlob }), denied)
  const { Plaintext } = await through({
    name: 'Decrypt',
    input: { CiphertextBlob: base64(made.CiphertextBlob) },
  })
  assert.deepEqual(Plaintext, made.Plaintext)
  const { KeyMetadata } = await kms('DescribeKey', { KeyId })
  assert.equal(KeyMetadata.KeyManager, 'AWS')
  assert.equal((await listed()).TargetKeyId, KeyMetadata.KeyId)
  assert.equal((await through({ name: 'GenerateDataKey', input: use })).KeyId, KeyMetadata.Arn)
  await assert.rejects(kms('DescribeKey', { KeyId }, jo), denied)
})

test('an AWS managed key is changed and deleted by nobody, and rotated every year', async () => {
  const { KeyMetadata } = await kms('DescribeKey', { KeyId })
  const own = { KeyId: KeyMetadata.KeyId }
  for (const [name, input] of [
    ['ScheduleKeyDeletion', {}],
    ['DisableKey', {}],
    ['EnableKeyRotation', {}],
    ['DisableKeyRotation', {}],
    ['RotateKeyOnDemand', {}],
    ['UpdateKeyDescription', { Description: 'x' }],
    ['TagResource', { Tags: [{ TagKey: 'a', TagValue: 'b' }] }],
    ['PutKeyPolicy', { Policy: policy(allow('kms:*')) }],
  ] as const)
    await assert.rejects(kms(name, { ...own, ...input }), denied, name)
  await assert.rejects(
    kms('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: own.KeyId }),
    denied,
  )
  const { KeyRotationEnabled, RotationPeriodInDays } = await kms('GetKeyRotationStatus', own)
  assert.deepEqual([KeyRotationEnabled, RotationPeriodInDays], [true, 365])
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 366 * 86_400 } })
  const now = (await kms('DescribeKey', { KeyId })).KeyMetadata
  assert.notEqual(now.CurrentKeyMaterialId, KeyMetadata.CurrentKeyMaterialId)
})

test('a service describes its key into being; only names that AWS has are keys', async () => {
  const other = { KeyId: 'alias/aws/ssm' }
  const { KeyMetadata } = await kms('DescribeKey', other)
  assert.equal(KeyMetadata.KeyManager, 'AWS')
  assert.equal((await kms('DescribeKey', other)).KeyMetadata.KeyId, KeyMetadata.KeyId)
  await assert.rejects(
    kms('DescribeKey', { KeyId: 'alias/aws/nothing' }),
    refusedAs('NotFoundException', /alias\/aws\/nothing is not found/),
  )
  // Of another service, also through one.
  const use = { name: 'GenerateDataKey', input: { ...other, KeySpec: 'AES_256' } }
  await assert.rejects(through(use))
})

test('a customer key for the service: with ViaService, and with a grant for the service', async () => {
  const via = (Action: string[], condition: object, AWS = 'arn:aws:iam::000000000000:user/jo') => ({
    Effect: 'Allow',
    Principal: { AWS },
    Action,
    Resource: '*',
    Condition: condition,
  })
  const root = { ...via(['kms:*'], {}, 'arn:aws:iam::000000000000:root'), Condition: undefined }
  const ViaService = { StringEquals: { 'kms:ViaService': 'sqs.us-east-1.amazonaws.com' } }
  const IsForResource = { Bool: { 'kms:GrantIsForAWSResource': 'true' } }
  const { KeyMetadata } = await kms('CreateKey', {
    Policy: policy(
      root,
      via(['kms:Encrypt', 'kms:Decrypt'], ViaService),
      via(['kms:CreateGrant', 'kms:RevokeGrant'], IsForResource),
    ),
  })
  const own = KeyMetadata.Arn as string
  const encrypt = { KeyId: own, Plaintext: bytes('x') }
  await assert.rejects(kms('Encrypt', encrypt, jo), denied)
  const input = { KeyId: own, Plaintext: base64(bytes('x')) }
  const sealed = await through({ name: 'Encrypt', input })
  const opened = await kms('Decrypt', { CiphertextBlob: sealed.CiphertextBlob })
  assert.deepEqual(opened.Plaintext, bytes('x'))

  // The service by itself may nothing until a grant says so.
  await assert.rejects(through({ name: 'Encrypt', input, as: 'service' }))
  const sourceArn = 'arn:aws:sqs:us-east-1:000000000000:q'
  const grant = {
    KeyId: own,
    GranteeServicePrincipal: 'sqs.amazonaws.com',
    Operations: ['Encrypt'],
    Constraints: { SourceArn: sourceArn },
  }
  await assert.rejects(kms('CreateGrant', grant, jo), denied)
  const { GrantId } = await through({ name: 'CreateGrant', input: grant })
  await through({ name: 'Encrypt', input, as: 'service', sourceArn })
  await assert.rejects(
    through({ name: 'Encrypt', input, as: 'service', sourceArn: `${sourceArn}x` }),
  )
  await through({ name: 'RevokeGrant', input: { KeyId: own, GrantId } })
  await assert.rejects(through({ name: 'Encrypt', input, as: 'service', sourceArn }))
})

test('aliases come in pages, AWS own among them', async () => {
  const { KeyMetadata } = await kms('CreateKey')
  for (const name of ['alias/aaa', 'alias/b', 'alias/zz'])
    await kms('CreateAlias', { AliasName: name, TargetKeyId: KeyMetadata.KeyId })
  const whole = (await kms('ListAliases')).Aliases.map((one: Loose) => one.AliasName)
  assert.deepEqual(whole, whole.toSorted())
  const seen: string[] = []
  let Marker: string | undefined
  do {
    const page = await kms('ListAliases', { Limit: 4, Marker })
    assert.ok(page.Aliases.length <= 4)
    seen.push(...page.Aliases.map((one: Loose) => one.AliasName))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.deepEqual(seen, whole)
})
