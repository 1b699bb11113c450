import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type Account,
  allow,
  keysOf,
  openAccount,
  policy,
  trusting,
} from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'

let account: Account
let alice: Keys
const RoleArn = 'arn:aws:iam::000000000000:role/work/app'
const all = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
before(async () => {
  account = await openAccount('--test-clock')
  alice = await account.user('alice', 'sts:*')
  const AssumeRolePolicyDocument = trusting('arn:aws:iam::000000000000:root', all)
  const RoleName = 'app'
  await account.iam('CreateRole', {
    RoleName,
    Path: '/work/',
    AssumeRolePolicyDocument,
    MaxSessionDuration: 43_200,
  })
  await account.iam('PutRolePolicy', {
    RoleName,
    PolicyName: 'p',
    PolicyDocument: policy(allow(['iam:ListUsers', 'sts:*'])),
  })
})
after(() => account.close())

const assume = (more: object = {}, keys: Keys = alice) =>
  account.sts('AssumeRole', { RoleArn, RoleSessionName: 'session', ...more }, keys)
const refused = (
  more: object,
  code: string,
  status: number,
  message: string | RegExp,
  keys = alice,
) =>
  account.refuses(
    ['sts', 'AssumeRole', { RoleArn, RoleSessionName: 'session', ...more }, keys],
    code,
    status,
    message,
  )

test('the answer: session ARN without path, id, whole seconds', async () => {
  const { Credentials, AssumedRoleUser, PackedPolicySize } = await assume()
  const { Role } = await account.iam('GetRole', { RoleName: 'app' })
  assert.deepEqual(AssumedRoleUser, {
    AssumedRoleId: `${Role.RoleId}:session`,
    Arn: 'arn:aws:sts::000000000000:assumed-role/app/session',
  })
  assert.match(Credentials.AccessKeyId, /^ASIA[A-Z2-7]{16}$/)
  assert.equal(Credentials.Expiration.getTime() % 1_000, 0)
  const life = Credentials.Expiration.getTime() - account.house.app.house.clock.now()
  assert.ok(life > 3_590_000 && life <= 3_600_000, 'an hour by default')
  assert.equal(PackedPolicySize, undefined)
  const who = await account.sts('GetCallerIdentity', {}, keysOf({ Credentials }))
  assert.deepEqual([who.UserId, who.Account], [AssumedRoleUser.AssumedRoleId, '000000000000'])
})

test('inputs out of bounds', async () => {
  for (const more of [
    { DurationSeconds: 899 },
    { DurationSeconds: 43_201 },
    { RoleSessionName: 'x' },
    { RoleSessionName: 'no spaces' },
    { RoleSessionName: 'x'.repeat(65) },
    { ExternalId: 'x' },
    { RoleArn: 'short' },
  ])
    await refused(more, 'ValidationError', 400, /validation error/)
  await refused({ Policy: '{"nonsense":1}' }, 'MalformedPolicyDocument', 400, /./)
  const none = 'arn:aws:iam::000000000000:policy/none'
  await refused(
    { PolicyArns: [{ arn: none }] },
    'ValidationError',
    400,
    `PolicyArn ${none} does not exist or is not attachable.`,
  )
})

test('a role that is not there, not by that path, or does not trust: one refusal', async () => {
  for (const arn of ['role/app', 'role/none', 'user/alice'].map(
    (path) => `arn:aws:iam::000000000000:${path}`,
  ))
    await refused(
      { RoleArn: arn },
      'AccessDenied',
      403,
      /is not authorized to perform: sts:AssumeRole on resource: /,
    )
  await refused(
    {},
    'AccessDenied',
    403,
    'Roles may not be assumed by root accounts.',
    account.house.admin,
  )
})

test('session policies bound, and tell how full they are', async () => {
  const Policy = policy(allow('iam:GetUser'))
  const narrow = await assume({ Policy })
  assert.ok(narrow.PackedPolicySize > 0 && narrow.PackedPolicySize < 20)
  await account.refuses(
    ['iam', 'ListUsers', {}, keysOf(narrow)],
    'AccessDenied',
    403,
    /no session policy allows/,
  )
  const arns = [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }]
  await account.iam('ListUsers', {}, keysOf(await assume({ PolicyArns: arns })))
  const long = policy(allow(Array.from({ length: 200 }, (_, i) => `s3:Get${i}`)))
  await refused(
    { Policy: long },
    'PackedPolicyTooLarge',
    400,
    /^Packed policy consumes \d+% of allotted space/,
  )
})

test('session tags: conditions, transitive through chains, conflicts', async () => {
  const Tags = [
    { Key: 'team', Value: 'blue' },
    { Key: 'stage', Value: 'test' },
  ]
  const first = await assume({ Tags, TransitiveTagKeys: ['team'] })
  assert.ok(first.PackedPolicySize > 0, 'tags are packed too')
  const PolicyDocument = trusting('arn:aws:iam::000000000000:role/work/app', all)
  await account.iam('CreateRole', { RoleName: 'second', AssumeRolePolicyDocument: PolicyDocument })
  const byTag = (key: string, value: string) =>
    policy({
      ...allow('iam:ListUsers'),
      Condition: { StringEquals: { [`aws:PrincipalTag/${key}`]: value } },
    })
  const put = (document: string) =>
    account.iam('PutRolePolicy', { RoleName: 'second', PolicyName: 'p', PolicyDocument: document })
  await put(byTag('team', 'blue'))
  const second = { RoleArn: 'arn:aws:iam::000000000000:role/second' }
  const chained = keysOf(await assume(second, keysOf(first)))
  await account.iam('ListUsers', {}, chained)
  await put(byTag('stage', 'test'))
  await account.refuses(['iam', 'ListUsers', {}, chained], 'AccessDenied', 403, /./)
  const conflict = { ...second, Tags: [{ Key: 'TEAM', Value: 'red' }] }
  await refused(conflict, 'ValidationError', 400, /transitive tag key/, keysOf(first))
  await refused(
    { Tags: [...Tags, { Key: 'Team', Value: 'x' }] },
    'ValidationError',
    400,
    /Duplicate tag keys/,
  )
  await refused({ TransitiveTagKeys: ['none'] }, 'ValidationError', 400, /transitive tag key/)
  await refused({ Tags: [{ Key: 'aws:x', Value: '' }] }, 'ValidationError', 400, /aws:/)
})

test('a source identity stays through the chain', async () => {
  const first = await assume({ SourceIdentity: 'alice' })
  assert.equal(first.SourceIdentity, 'alice')
  const again = { RoleArn: 'arn:aws:iam::000000000000:role/second' }
  const second = await assume(again, keysOf(first))
  assert.equal(second.SourceIdentity, 'alice')
  await refused(
    { ...again, SourceIdentity: 'mallory' },
    'AccessDenied',
    403,
    /source identity/,
    keysOf(first),
  )
})
