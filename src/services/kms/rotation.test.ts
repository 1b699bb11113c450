import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { bytes, kmsOf, type Loose, refusedAs } from './calls.test-support.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())
const kms = kmsOf(() => account)

const newKey = async (input: object = {}): Promise<string> =>
  (await kms('CreateKey', input)).KeyMetadata.KeyId
const status = (KeyId: string) => kms('GetKeyRotationStatus', { KeyId })
const current = async (KeyId: string): Promise<string> =>
  (await kms('DescribeKey', { KeyId })).KeyMetadata.CurrentKeyMaterialId
const pass = (days: number) =>
  account.house.ask('POST', 'clock', { body: { advanceSeconds: days * 86_400 } })
const days = (from: Date, to: Date) => Math.round((to.getTime() - from.getTime()) / 86_400_000)

test('rotation: off, on with a period, off again', async () => {
  const KeyId = await newKey()
  const off = await status(KeyId)
  assert.equal(off.KeyRotationEnabled, false)
  assert.equal(off.NextRotationDate, undefined)
  await kms('EnableKeyRotation', { KeyId })
  const usual = await status(KeyId)
  assert.equal(usual.RotationPeriodInDays, 365)
  await kms('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 })
  const { KeyRotationEnabled, RotationPeriodInDays, NextRotationDate } = await status(KeyId)
  assert.deepEqual([KeyRotationEnabled, RotationPeriodInDays], [true, 90])
  assert.equal(days(NextRotationDate, usual.NextRotationDate), 275)
  await kms('DisableKeyRotation', { KeyId })
  assert.equal((await status(KeyId)).KeyRotationEnabled, false)
  for (const RotationPeriodInDays of [89, 2_561])
    await assert.rejects(
      kms('EnableKeyRotation', { KeyId, RotationPeriodInDays }),
      refusedAs('ValidationException'),
    )
})

test('what is rotated encrypts anew, and opens all that was ever encrypted', async () => {
  const KeyId = await newKey()
  const first = await current(KeyId)
  const sealed: Loose[] = [await kms('Encrypt', { KeyId, Plaintext: bytes('0') })]
  await kms('EnableKeyRotation', { KeyId, RotationPeriodInDays: 100 })
  await pass(99)
  assert.equal(await current(KeyId), first)
  await pass(2)
  const second = await current(KeyId)
  assert.notEqual(second, first)
  sealed.push(await kms('Encrypt', { KeyId, Plaintext: bytes('1') }))
  const answer = await kms('RotateKeyOnDemand', { KeyId })
  assert.equal(answer.KeyId, KeyId)
  const third = await current(KeyId)
  sealed.push(await kms('Encrypt', { KeyId, Plaintext: bytes('2') }))
  for (const [i, { CiphertextBlob }] of sealed.entries()) {
    const { Plaintext, KeyMaterialId } = await kms('Decrypt', { CiphertextBlob })
    assert.deepEqual(Plaintext, bytes(String(i)))
    assert.equal(KeyMaterialId, [first, second, third][i])
  }
  const { Rotations } = await kms('ListKeyRotations', { KeyId })
  assert.deepEqual(
    Rotations.map((r: Loose) => [r.KeyMaterialId, r.RotationType, r.KeyMaterialState]),
    [
      [second, 'AUTOMATIC', 'NON_CURRENT'],
      [third, 'ON_DEMAND', 'CURRENT'],
    ],
  )
  const all = { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL', Limit: 2 }
  const page = await kms('ListKeyRotations', all)
  assert.equal(page.Truncated, true)
  assert.equal(page.Rotations[0].KeyMaterialId, first)
  assert.equal(page.Rotations[0].RotationDate, undefined)
  assert.equal(page.Rotations[0].ImportState, undefined)
  const rest = await kms('ListKeyRotations', { ...all, Marker: page.NextMarker })
  assert.deepEqual(
    [rest.Truncated, rest.Rotations.length, rest.Rotations[0].KeyMaterialId],
    [false, 1, third],
  )
  await assert.rejects(
    kms('ListKeyRotations', { KeyId, Marker: page.NextMarker }),
    refusedAs('InvalidMarkerException'),
  )
  // On demand changes nothing of the schedule.
  assert.equal((await status(KeyId)).RotationPeriodInDays, 100)
  await pass(100)
  assert.notEqual(await current(KeyId), third)
})

test('a disabled key misses its day and is rotated when it is enabled', async () => {
  const KeyId = await newKey()
  await kms('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 })
  const first = await current(KeyId)
  await kms('DisableKey', { KeyId })
  for (const call of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'])
    await assert.rejects(kms(call, { KeyId }), refusedAs('DisabledException'))
  await pass(95)
  assert.equal((await status(KeyId)).KeyRotationEnabled, true)
  assert.equal(await current(KeyId), first)
  await kms('EnableKey', { KeyId })
  await pass(0)
  const second = await current(KeyId)
  assert.notEqual(second, first)
  await pass(80)
  assert.equal(await current(KeyId), second)
  await kms('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 30 })
  assert.equal((await status(KeyId)).KeyRotationEnabled, false)
  await assert.rejects(
    kms('EnableKeyRotation', { KeyId }),
    refusedAs('KMSInvalidStateException', /is pending deletion\.$/),
  )
  await pass(20)
  await kms('CancelKeyDeletion', { KeyId })
  assert.equal((await status(KeyId)).KeyRotationEnabled, true)
  assert.equal(await current(KeyId), second)
  await kms('EnableKey', { KeyId })
  await pass(0)
  assert.notEqual(await current(KeyId), second)
})

test('on demand: twenty-five times, and not shortly before the automatic rotation', async () => {
  const KeyId = await newKey()
  for (let i = 0; i < 25; i++) await kms('RotateKeyOnDemand', { KeyId })
  await assert.rejects(kms('RotateKeyOnDemand', { KeyId }), refusedAs('LimitExceededException'))
  const other = await newKey()
  await kms('EnableKeyRotation', { KeyId: other, RotationPeriodInDays: 90 })
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 90 * 86_400 - 900 } })
  await assert.rejects(kms('RotateKeyOnDemand', { KeyId: other }), refusedAs('ConflictException'))
  await pass(1)
  await kms('RotateKeyOnDemand', { KeyId: other })
})

test('keys that are not rotated say so', async () => {
  const KeyId = await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
  assert.equal((await status(KeyId)).KeyRotationEnabled, false)
  for (const call of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'])
    await assert.rejects(kms(call, { KeyId }), refusedAs('UnsupportedOperationException'))
  await assert.rejects(
    kms('ListKeyRotations', { KeyId }),
    refusedAs('UnsupportedOperationException'),
  )
  const imported = await newKey({ Origin: 'EXTERNAL' })
  const origin = /origin is EXTERNAL which is not valid for this operation\.$/
  for (const call of ['EnableKeyRotation', 'DisableKeyRotation', 'GetKeyRotationStatus'])
    await assert.rejects(
      kms(call, { KeyId: imported }),
      refusedAs('UnsupportedOperationException', origin),
    )
  await assert.rejects(
    kms('RotateKeyOnDemand', { KeyId: imported }),
    refusedAs('KMSInvalidStateException', /is pending import\.$/),
  )
})
