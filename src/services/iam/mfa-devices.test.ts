import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { toBuffer } from 'qrcode'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'
import { authenticator } from '../../../test/authenticator.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const serial = (name: string) => `arn:aws:iam::000000000000:mfa/${name}`
const advance = (seconds: number) =>
  account.house.ask('POST', 'clock', { body: { advanceSeconds: seconds } })

async function device(VirtualMFADeviceName: string, more: object = {}) {
  const input = { VirtualMFADeviceName, ...more }
  const { VirtualMFADevice } = await account.iam('CreateVirtualMFADevice', input)
  return {
    ...VirtualMFADevice,
    app: authenticator(VirtualMFADevice.Base32StringSeed, account.house),
  }
}

/** A user with an enabled device. */
async function enrolled(UserName: string) {
  await account.iam('CreateUser', { UserName })
  const { app, SerialNumber } = await device(UserName)
  await account.iam('EnableMFADevice', { UserName, SerialNumber, ...app.pair() })
  const user = (await account.iam('GetUser', { UserName })).User
  const uses = (code: string, by = user.UserId) =>
    account.house.app.house.principals.mfa('000000000000', by, SerialNumber, code)
  return { UserName, SerialNumber, app, uses }
}

test('a device is made with a seed and its QR code, which are told once', async () => {
  const made = await device('ada', { Path: '/team/', Tags: [{ Key: 'team', Value: 'blue' }] })
  assert.equal(made.SerialNumber, serial('team/ada'))
  assert.deepEqual(made.Tags, [{ Key: 'team', Value: 'blue' }])
  assert.match(new TextDecoder().decode(made.Base32StringSeed), /^[A-Z2-7]{64}$/)
  assert.deepEqual([...made.QRCodePNG.slice(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10])
  const secret = new TextDecoder().decode(made.Base32StringSeed)
  const issuer = 'Amazon%20Web%20Services'
  const scanned = await toBuffer(
    `otpauth://totp/${issuer}:ada@000000000000?secret=${secret}&issuer=${issuer}`,
  )
  assert.deepEqual([...made.QRCodePNG], [...scanned])
  for (const VirtualMFADeviceName of ['ada', 'ADA'])
    await account.refuses(
      ['iam', 'CreateVirtualMFADevice', { VirtualMFADeviceName, Path: '/team/' }],
      'EntityAlreadyExists',
      409,
      'MFADevice entity at the same path and name already exists.',
    )
  const { VirtualMFADevices } = await account.iam('ListVirtualMFADevices')
  assert.deepEqual(VirtualMFADevices, [{ SerialNumber: serial('team/ada') }])
  await account.iam('DeleteVirtualMFADevice', { SerialNumber: serial('team/ada') })
  await account.refuses(
    ['iam', 'DeleteVirtualMFADevice', { SerialNumber: serial('team/ada') }],
    'NoSuchEntity',
    404,
    `VirtualMFADevice with serial number ${serial('team/ada')} does not exist.`,
  )
})

test('a device has a serial number that requests can carry', async () => {
  const create = (VirtualMFADeviceName: string, Path: string) =>
    ['iam', 'CreateVirtualMFADevice', { VirtualMFADeviceName, Path }] as const
  const SerialNumber = serial('n'.repeat(256 - serial('').length))
  await account.iam('CreateVirtualMFADevice', create(SerialNumber.slice(serial('').length), '/')[2])
  await account.iam('DeleteVirtualMFADevice', { SerialNumber })
  for (const call of [create('n'.repeat(5_000), '/'), create('n', `/${'p'.repeat(300)}/`)])
    await account.refuses(call, 'ValidationError', 400, /less than or equal to 256/)
})

test('two consecutive codes enable a device, and nothing else does', async () => {
  const UserName = 'grace'
  await account.iam('CreateUser', { UserName })
  const { app, SerialNumber } = await device(UserName)
  const enable = (codes: object) =>
    ['iam', 'EnableMFADevice', { UserName, SerialNumber, ...codes }] as const
  const { AuthenticationCode1, AuthenticationCode2 } = app.pair()
  for (const codes of [
    { AuthenticationCode1: AuthenticationCode2, AuthenticationCode2: AuthenticationCode1 },
    { AuthenticationCode1, AuthenticationCode2: AuthenticationCode1 },
    { AuthenticationCode1: app.code(-2), AuthenticationCode2 },
    app.pair(25),
  ])
    await account.refuses(
      enable(codes),
      'InvalidAuthenticationCode',
      403,
      'Authentication code for device is not valid.',
    )
  await account.iam('EnableMFADevice', { UserName, SerialNumber, ...app.pair() })
  await account.refuses(enable(app.pair(1)), 'EntityAlreadyExists', 409, /in use/)
  const { MFADevices } = await account.iam('ListMFADevices', { UserName })
  assert.deepEqual(
    MFADevices.map((d: { UserName: string; SerialNumber: string }) => [d.UserName, d.SerialNumber]),
    [[UserName, SerialNumber]],
  )
  assert.equal(
    (await account.iam('GetMFADevice', { UserName, SerialNumber })).SerialNumber,
    SerialNumber,
  )
  const assigned = await account.iam('ListVirtualMFADevices', { AssignmentStatus: 'Assigned' })
  assert.equal(assigned.VirtualMFADevices[0].User.UserName, UserName)
  const free = await account.iam('ListVirtualMFADevices', { AssignmentStatus: 'Unassigned' })
  assert.deepEqual(free.VirtualMFADevices, [])
  await account.refuses(
    ['iam', 'DeleteVirtualMFADevice', { SerialNumber }],
    'DeleteConflict',
    409,
    'MFA VirtualDevice in use. Must deactivate first.',
  )
  await account.refuses(
    ['iam', 'DeleteUser', { UserName }],
    'DeleteConflict',
    409,
    'Cannot delete entity, must delete MFA device first.',
  )
  await account.iam('CreateUser', { UserName: 'hopper' })
  for (const operation of ['DeactivateMFADevice', 'GetMFADevice'])
    await account.refuses(
      ['iam', operation, { UserName: 'hopper', SerialNumber }],
      'NoSuchEntity',
      404,
      'MFA Device invalid for user.',
    )
  await account.iam('UpdateUser', { UserName, NewUserName: 'amazing' })
  await account.iam('DeactivateMFADevice', { UserName: 'amazing', SerialNumber })
  await account.refuses(enable({ ...app.pair() }), 'NoSuchEntity', 404, /grace/)
  await account.refuses(
    ['iam', 'EnableMFADevice', { UserName: 'amazing', SerialNumber, ...app.pair() }],
    'InvalidAuthenticationCode',
    403,
    /not valid/,
  )
  await account.iam('DeleteVirtualMFADevice', { SerialNumber })
  await account.iam('DeleteUser', { UserName: 'amazing' })
})

test('a code is good once, for its user, within a step to either side', async () => {
  const { app, uses } = await enrolled('once')
  assert.equal(await uses(app.code()), false, 'it enabled the device')
  assert.equal(await uses(app.code(1), 'AIDAELSE'), false)
  assert.equal(await uses(app.code(3)), false)
  const twice = await Promise.all([uses(app.code(1)), uses(app.code(1))])
  assert.deepEqual(twice.toSorted(), [false, true])
  await advance(90)
  assert.equal(await uses(app.code(-1)), true)
  assert.equal(await uses(app.code()), true)
  assert.equal(await uses(app.code(-1)), false, 'older than one that was used')
})

test('a device whose clock runs away is followed, or resynchronized', async () => {
  const { app, uses, UserName, SerialNumber } = await enrolled('drifting')
  await advance(300)
  assert.equal(await uses(app.code(5)), false)
  await account.iam('ResyncMFADevice', { UserName, SerialNumber, ...app.pair(5) })
  await advance(60)
  assert.equal(await uses(app.code(6)), true)
  await advance(60)
  assert.equal(await uses(app.code(7)), true)
  await account.refuses(
    ['iam', 'ResyncMFADevice', { UserName, SerialNumber, ...app.pair(-9) }],
    'InvalidAuthenticationCode',
    403,
    /not valid/,
  )
})

test('wrong codes in a row hold the device for a while', async () => {
  const { app, uses } = await enrolled('guessed')
  await advance(60)
  const wrong = app.code(100)
  for (let i = 0; i < 5; i++) assert.equal(await uses(wrong), false)
  assert.equal(await uses(app.code()), false, 'held')
  await advance(30)
  assert.equal(await uses(wrong), false)
  await advance(30)
  assert.equal(await uses(app.code()), false, 'held for twice as long')
  await advance(30)
  assert.equal(await uses(app.code()), true)
})

test('a user manages the own devices by the documented policy, and no other', async () => {
  const keys = await account.user('self')
  const me = 'arn:aws:iam::*:user/${aws:username}'
  await account.iam('PutUserPolicy', {
    UserName: 'self',
    PolicyName: 'own-mfa',
    PolicyDocument: policy(
      allow('iam:CreateVirtualMFADevice', 'arn:aws:iam::*:mfa/*'),
      allow(['iam:EnableMFADevice', 'iam:ListMFADevices', 'iam:DeactivateMFADevice'], me),
    ),
  })
  const make = { VirtualMFADeviceName: 'self' }
  const { VirtualMFADevice } = await account.iam('CreateVirtualMFADevice', make, keys)
  const app = authenticator(VirtualMFADevice.Base32StringSeed, account.house)
  const { SerialNumber } = VirtualMFADevice
  const input = { UserName: 'self', SerialNumber, ...app.pair() }
  await account.iam('EnableMFADevice', input, keys)
  assert.equal((await account.iam('ListMFADevices', {}, keys)).MFADevices.length, 1)
  await account.refuses(
    ['iam', 'ListVirtualMFADevices', {}, keys],
    'AccessDenied',
    403,
    /iam:ListVirtualMFADevices on resource: arn:aws:iam::000000000000:mfa\//,
  )
  await account.iam('CreateUser', { UserName: 'not-me' })
  await account.refuses(
    ['iam', 'EnableMFADevice', { ...input, UserName: 'not-me' }, keys],
    'AccessDenied',
    403,
    /iam:EnableMFADevice on resource: user not-me/,
  )
})

test('the root user has devices too', async () => {
  const { app, SerialNumber } = await device('root-account-mfa-device')
  await account.iam('EnableMFADevice', { UserName: 'root', SerialNumber, ...app.pair() })
  const { MFADevices } = await account.iam('ListMFADevices')
  assert.equal(MFADevices[0].SerialNumber, SerialNumber)
  const assigned = await account.iam('ListVirtualMFADevices', { AssignmentStatus: 'Assigned' })
  const users = assigned.VirtualMFADevices.map((d: { User: { Arn: string } }) => d.User.Arn)
  assert.ok(users.includes('arn:aws:iam::000000000000:root'))
  assert.equal((await account.iam('GetAccountSummary')).SummaryMap.AccountMFAEnabled, 1)
  await account.iam('DeactivateMFADevice', { SerialNumber })
  const { SummaryMap } = await account.iam('GetAccountSummary')
  assert.equal(SummaryMap.AccountMFAEnabled, 0)
  assert.ok(SummaryMap.MFADevices > SummaryMap.MFADevicesInUse)
})

test('eight devices are a user’s limit', async () => {
  const UserName = 'many'
  await account.iam('CreateUser', { UserName })
  for (let i = 1; i <= 9; i++) {
    const { app, SerialNumber } = await device(`many-${i}`)
    const input = { UserName, SerialNumber, ...app.pair() }
    if (i <= 8) await account.iam('EnableMFADevice', input)
    else
      await account.refuses(
        ['iam', 'EnableMFADevice', input],
        'LimitExceeded',
        409,
        'Cannot exceed quota for MFADevicesPerUser: 8',
      )
  }
})

test('devices are tagged, and told by their tags', async () => {
  const { SerialNumber } = await device('tagged')
  await account.iam('TagMFADevice', { SerialNumber, Tags: [{ Key: 'a', Value: '1' }] })
  await account.iam('TagMFADevice', { SerialNumber, Tags: [{ Key: 'b', Value: '2' }] })
  await account.iam('UntagMFADevice', { SerialNumber, TagKeys: ['a'] })
  const { Tags } = await account.iam('ListMFADeviceTags', { SerialNumber })
  assert.deepEqual(Tags, [{ Key: 'b', Value: '2' }])
})

test('no seed, code or QR code reaches the event log', async () => {
  const { SerialNumber, Base32StringSeed, app } = await device('quiet')
  await account.iam('CreateUser', { UserName: 'quiet' })
  const codes = app.pair()
  await account.iam('EnableMFADevice', { UserName: 'quiet', SerialNumber, ...codes })
  const { cloudtrail } = account.house.as()
  const { LookupEventsCommand } = await import('@aws-sdk/client-cloudtrail')
  const { Events = [] } = await cloudtrail.send(new LookupEventsCommand({ MaxResults: 50 }))
  const text = Events.map((event) => event.CloudTrailEvent).join('\n')
  assert.match(text, /"virtualMFADeviceName":"quiet"/)
  const seed = new TextDecoder().decode(Base32StringSeed)
  for (const secret of [seed, codes.AuthenticationCode1, codes.AuthenticationCode2, 'iVBORw'])
    assert.ok(!text.includes(secret))
})
