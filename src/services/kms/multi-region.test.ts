import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'
import { probeService } from '../../../test/probe-service.ts'
import type { Fact } from '../../kernel/store.ts'
import { bytes, importInto, kmsOf, type Loose, refusedAs } from './calls.test-support.ts'
import { keys } from './key-records.ts'

/** What the primary has told other Regions about new replicas. */
const told: Fact[] = []
let account: Account
before(async () => {
  const listener = probeService({
    on: { 'kms.KeyReplicated': async (fact) => void told.push(fact) },
  })
  account = await openAccount({ services: [listener] }, '--test-clock')
})
after(() => account.close())
const home = kmsOf(() => account)
const west = kmsOf(() => account, 'eu-west-1')
const north = kmsOf(() => account, 'eu-north-1')

const newKey = async (input: object = {}): Promise<Loose> =>
  (await home('CreateKey', { MultiRegion: true, ...input })).KeyMetadata
const described = async (kms: typeof home, KeyId: string): Promise<Loose> =>
  (await kms('DescribeKey', { KeyId })).KeyMetadata
const pass = (days: number) =>
  account.house.ask('POST', 'clock', { body: { advanceSeconds: days * 86_400 } })
/** Resolves when every Region has heard everything. */
const heard = () => account.house.app.store.factsSettled()

test('replicas have the same material and their own everything else', async () => {
  const { KeyId, Arn, MultiRegionConfiguration } = await newKey({ Description: 'first' })
  assert.match(KeyId, /^mrk-[0-9a-f]{32}$/)
  assert.equal(MultiRegionConfiguration.MultiRegionKeyType, 'PRIMARY')
  const sealed = await home('Encrypt', { KeyId, Plaintext: bytes('x') })
  const made = await home('ReplicateKey', {
    KeyId,
    ReplicaRegion: 'eu-west-1',
    Description: 'second',
    Tags: [{ TagKey: 'a', TagValue: 'b' }],
  })
  assert.deepEqual(made.ReplicaTags, [{ TagKey: 'a', TagValue: 'b' }])
  assert.match(made.ReplicaPolicy, /key-default-1/)
  const arn = Arn.replace('us-east-1', 'eu-west-1')
  const replica = await described(west, KeyId)
  assert.deepEqual([replica.Arn, replica.Description, replica.KeyState], [arn, 'second', 'Enabled'])
  assert.deepEqual(replica.MultiRegionConfiguration, {
    MultiRegionKeyType: 'REPLICA',
    PrimaryKey: { Arn, Region: 'us-east-1' },
    ReplicaKeys: [{ Arn: arn, Region: 'eu-west-1' }],
  })
  const { Plaintext, KeyId: by } = await west('Decrypt', { CiphertextBlob: sealed.CiphertextBlob })
  assert.deepEqual([Plaintext, by], [bytes('x'), arn])
  await home('DisableKey', { KeyId })
  await west('Encrypt', { KeyId, Plaintext: bytes('y') })
  await home('EnableKey', { KeyId })
  await assert.rejects(
    home('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' }),
    refusedAs('AlreadyExistsException'),
  )
  const primaryOnly = refusedAs(
    'UnsupportedOperationException',
    `${arn} is not a multi-region primary key.`,
  )
  await assert.rejects(west('ReplicateKey', { KeyId, ReplicaRegion: 'eu-north-1' }), primaryOnly)
  for (const call of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'])
    await assert.rejects(west(call, { KeyId }), primaryOnly)
  const single = (await home('CreateKey')).KeyMetadata
  await assert.rejects(
    home('ReplicateKey', { KeyId: single.KeyId, ReplicaRegion: 'eu-west-1' }),
    refusedAs('UnsupportedOperationException'),
  )
})

test('rotation reaches every Region before anything is encrypted anew', async () => {
  const { KeyId, CurrentKeyMaterialId: first } = await newKey()
  for (const ReplicaRegion of ['eu-west-1', 'eu-north-1'])
    await home('ReplicateKey', { KeyId, ReplicaRegion })
  await home('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 })
  await heard()
  const status = await north('GetKeyRotationStatus', { KeyId })
  assert.deepEqual([status.KeyRotationEnabled, status.RotationPeriodInDays], [true, 90])
  await home('RotateKeyOnDemand', { KeyId })
  await heard()
  const second = (await described(home, KeyId)).CurrentKeyMaterialId
  assert.notEqual(second, first)
  await pass(91)
  await heard()
  const third = (await described(home, KeyId)).CurrentKeyMaterialId
  assert.notEqual(third, second)
  for (const kms of [west, north]) {
    assert.equal((await described(kms, KeyId)).CurrentKeyMaterialId, third)
    const { Rotations } = await kms('ListKeyRotations', { KeyId })
    assert.deepEqual(
      Rotations.map((r: Loose) => [r.KeyMaterialId, r.RotationType]),
      [
        [second, 'ON_DEMAND'],
        [third, 'AUTOMATIC'],
      ],
    )
    const { CiphertextBlob } = await kms('Encrypt', { KeyId, Plaintext: bytes('z') })
    assert.equal((await home('Decrypt', { CiphertextBlob })).KeyMaterialId, third)
  }
})

test('another primary: it rotates, the former one follows', async () => {
  const { KeyId } = await newKey()
  for (const ReplicaRegion of ['eu-west-1', 'eu-north-1'])
    await home('ReplicateKey', { KeyId, ReplicaRegion })
  await home('EnableKeyRotation', { KeyId, RotationPeriodInDays: 100 })
  await heard()
  await home('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'eu-west-1' })
  await heard()
  for (const [kms, type] of [
    [home, 'REPLICA'],
    [west, 'PRIMARY'],
    [north, 'REPLICA'],
  ] as const) {
    const { MultiRegionConfiguration: all } = await described(kms, KeyId)
    assert.equal(all.MultiRegionKeyType, type)
    assert.equal(all.PrimaryKey.Region, 'eu-west-1')
    assert.deepEqual(all.ReplicaKeys.map((r: Loose) => r.Region).sort(), [
      'eu-north-1',
      'us-east-1',
    ])
  }
  await assert.rejects(
    home('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'eu-north-1' }),
    refusedAs('UnsupportedOperationException', /is not a multi-region primary key/),
  )
  await assert.rejects(
    west('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'eu-south-1' }),
    refusedAs('NotFoundException'),
  )
  const before = (await described(west, KeyId)).CurrentKeyMaterialId
  await pass(101)
  await heard()
  const now = (await described(west, KeyId)).CurrentKeyMaterialId
  assert.notEqual(now, before)
  assert.equal((await described(home, KeyId)).CurrentKeyMaterialId, now)
  await west('RotateKeyOnDemand', { KeyId })
  await heard()
  const last = (await described(west, KeyId)).CurrentKeyMaterialId
  assert.equal((await described(home, KeyId)).CurrentKeyMaterialId, last)
  assert.equal((await described(north, KeyId)).CurrentKeyMaterialId, last)
})

test('a primary outlives its replicas: its own days are counted from the last one', async () => {
  const { KeyId } = await newKey()
  await home('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  const asked = await home('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  assert.deepEqual(
    [asked.KeyState, asked.DeletionDate, asked.PendingWindowInDays],
    ['PendingReplicaDeletion', undefined, 7],
  )
  assert.equal((await described(home, KeyId)).PendingDeletionWindowInDays, 7)
  await assert.rejects(
    home('Encrypt', { KeyId, Plaintext: bytes('x') }),
    refusedAs('KMSInvalidStateException', /is pending replica deletion\.$/),
  )
  await pass(30)
  assert.equal((await described(home, KeyId)).KeyState, 'PendingReplicaDeletion')
  await west('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 8 })
  await pass(9)
  await heard()
  await assert.rejects(described(west, KeyId), refusedAs('NotFoundException'))
  const left = await described(home, KeyId)
  assert.equal(left.KeyState, 'PendingDeletion')
  assert.deepEqual(left.MultiRegionConfiguration.ReplicaKeys, [])
  await pass(8)
  await assert.rejects(described(home, KeyId), refusedAs('NotFoundException'))
})

test('imported material goes into each Region by itself', async () => {
  const { KeyId } = await newKey({ Origin: 'EXTERNAL' })
  await assert.rejects(
    home('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' }),
    refusedAs('KMSInvalidStateException', /is pending import\.$/),
  )
  const [one, two] = [crypto.randomBytes(32), crypto.randomBytes(32)]
  const { KeyMaterialId } = await importInto(home, KeyId, one)
  const { ReplicaKeyMetadata } = await home('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  assert.equal(ReplicaKeyMetadata.KeyState, 'PendingImport')
  await assert.rejects(importInto(west, KeyId, two), refusedAs('IncorrectKeyMaterialException'))
  const forGood = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
  const asNew = { ...forGood, ImportType: 'NEW_KEY_MATERIAL' }
  await assert.rejects(
    importInto(west, KeyId, two, asNew),
    refusedAs('UnsupportedOperationException'),
  )
  assert.equal((await importInto(west, KeyId, one)).KeyMaterialId, KeyMaterialId)
  const { CiphertextBlob } = await west('Encrypt', { KeyId, Plaintext: bytes('x') })
  await home('Decrypt', { CiphertextBlob })

  const fresh = await importInto(home, KeyId, two, asNew)
  await heard()
  const states = async (kms: typeof home) =>
    (
      await kms('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
    ).Rotations.map((r: Loose) => [r.KeyMaterialState, r.ImportState])
  const waiting = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION'
  assert.deepEqual(await states(home), [
    ['CURRENT', 'IMPORTED'],
    [waiting, 'IMPORTED'],
  ])
  assert.deepEqual((await states(west))[1], [waiting, 'PENDING_IMPORT'])
  assert.equal((await described(west, KeyId)).KeyState, 'Enabled')
  const none = refusedAs('KMSInvalidStateException', /^No available key material pending rotation/)
  await assert.rejects(home('RotateKeyOnDemand', { KeyId }), none)
  await importInto(west, KeyId, two)
  await heard()
  assert.deepEqual((await states(home))[1], ['PENDING_ROTATION', 'IMPORTED'])
  await west('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: fresh.KeyMaterialId })
  await heard()
  await assert.rejects(home('RotateKeyOnDemand', { KeyId }), none)
  await importInto(west, KeyId, two)
  await heard()
  await home('RotateKeyOnDemand', { KeyId })
  await heard()
  for (const kms of [home, west])
    assert.equal((await described(kms, KeyId)).CurrentKeyMaterialId, fresh.KeyMaterialId)
})

test('the Region of a replica, and of a primary, can be limited by policy', async () => {
  const keys = await account.user('replicator', 'kms:CreateKey', 'kms:DescribeKey')
  const limited = (Action: string, key: string) => ({
    ...allow(Action),
    Condition: { StringEquals: { [key]: 'eu-west-1' } },
  })
  await account.iam('PutUserPolicy', {
    UserName: 'replicator',
    PolicyName: 'more',
    PolicyDocument: policy(
      limited('kms:ReplicateKey', 'kms:ReplicaRegion'),
      limited('kms:UpdatePrimaryRegion', 'kms:PrimaryRegion'),
    ),
  })
  const { KeyId } = await newKey()
  const denied = refusedAs('AccessDeniedException')
  await assert.rejects(home('ReplicateKey', { KeyId, ReplicaRegion: 'eu-north-1' }, keys), denied)
  await home('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' }, keys)
  await home('ReplicateKey', { KeyId, ReplicaRegion: 'eu-north-1' })
  const move = (PrimaryRegion: string) =>
    home('UpdatePrimaryRegion', { KeyId, PrimaryRegion }, keys)
  await assert.rejects(move('eu-north-1'), denied)
  await move('eu-west-1')
})

test('a replica is made although the node ends in between, and old news change nothing', async () => {
  const { KeyId, AWSAccountId } = await newKey()
  await home('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  await heard()
  const fact = told.find(({ detail }) => (detail.replica as Loose).id === KeyId)!
  const storeIn = (region: string) =>
    account.house.app.store.storeFor({ account: AWSAccountId, region })
  // As if the node had ended after its own commit.
  await storeIn('eu-west-1').transaction((tx) => tx.of(keys).delete([KeyId]))
  await assert.rejects(described(west, KeyId), refusedAs('NotFoundException'))
  const tell = async () => {
    await storeIn('us-east-1').transaction(async (tx) => tx.emit(fact))
    await heard()
  }
  await tell()
  const sealed = await west('Encrypt', { KeyId, Plaintext: bytes('x') })
  const opened = await home('Decrypt', { CiphertextBlob: sealed.CiphertextBlob })
  assert.deepEqual(opened.Plaintext, bytes('x'))
  await home('RotateKeyOnDemand', { KeyId })
  await heard()
  const { CurrentKeyMaterialId } = await described(west, KeyId)
  assert.notEqual(CurrentKeyMaterialId, opened.KeyMaterialId)
  await tell()
  assert.equal((await described(west, KeyId)).CurrentKeyMaterialId, CurrentKeyMaterialId)
})
