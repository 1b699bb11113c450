import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount, policy, trusting } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const trust = trusting('arn:aws:iam::000000000000:root')

test('a role: shape, encoded trust policy, defaults', async () => {
  const { Role } = await account.iam('CreateRole', {
    RoleName: 'App',
    Path: '/svc/',
    AssumeRolePolicyDocument: trust,
    Description: 'runs the app',
  })
  assert.match(Role.RoleId, /^AROA[A-Z2-7]{17}$/)
  assert.equal(Role.Arn, 'arn:aws:iam::000000000000:role/svc/App')
  assert.equal(Role.CreateDate.getTime() % 1_000, 0)
  const { text } = await account.raw('iam', 'GetRole', { RoleName: 'app' })
  const sent = /<AssumeRolePolicyDocument>(.*?)</.exec(text)![1]!
  assert.match(sent, /^%7B%22Version%22%3A%222012-10-17%22/, 'percent-encoded as RFC 3986 has it')
  assert.equal(decodeURIComponent(sent), trust)
  const { Role: read } = await account.iam('GetRole', { RoleName: 'APP' })
  assert.deepEqual([read.MaxSessionDuration, read.Description], [3_600, 'runs the app'])
  assert.deepEqual([read.RoleLastUsed, read.Tags], [{}, undefined])
  await account.refuses(
    ['iam', 'CreateRole', { RoleName: 'APP', AssumeRolePolicyDocument: trust }],
    'EntityAlreadyExists',
    409,
    'Role with name APP already exists.',
  )
  await account.refuses(
    ['iam', 'GetRole', { RoleName: 'none' }],
    'NoSuchEntity',
    404,
    'The role with name none cannot be found.',
  )
})

test('trust policies that IAM does not take', async () => {
  const create = (AssumeRolePolicyDocument: string) =>
    ['iam', 'CreateRole', { RoleName: 'never', AssumeRolePolicyDocument }] as const
  for (const document of [
    '{',
    '[]',
    policy({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
    policy({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Resource: '*' }),
    policy({ Effect: 'Allow', Principal: { AWS: 'nonsense' }, Action: 'sts:AssumeRole' }),
  ])
    await account.refuses(create(document), 'MalformedPolicyDocument', 400, /./)
  const long = policy({
    Sid: 'x'.repeat(2_048),
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: 'sts:AssumeRole',
  })
  await account.refuses(
    create(long),
    'LimitExceeded',
    409,
    'Cannot exceed quota for ACLSizePerRole: 2048',
  )
  await account.refuses(['iam', 'GetRole', { RoleName: 'never' }], 'NoSuchEntity', 404, /never/)
})

test('a role changes: description, duration, trust', async () => {
  const RoleName = 'changing'
  await account.iam('CreateRole', { RoleName, AssumeRolePolicyDocument: trust })
  await account.iam('UpdateRole', { RoleName, Description: 'one', MaxSessionDuration: 7_200 })
  const { Role } = await account.iam('UpdateRoleDescription', { RoleName, Description: 'two' })
  assert.deepEqual([Role.Description, Role.MaxSessionDuration], ['two', 7_200])
  for (const MaxSessionDuration of [3_599, 43_201])
    await account.refuses(
      ['iam', 'UpdateRole', { RoleName, MaxSessionDuration }],
      'ValidationError',
      400,
      /maxSessionDuration/,
    )
  const PolicyDocument = trusting('*')
  await account.iam('UpdateAssumeRolePolicy', { RoleName, PolicyDocument })
  const { Role: read } = await account.iam('GetRole', { RoleName })
  assert.equal(decodeURIComponent(read.AssumeRolePolicyDocument), PolicyDocument)
  await account.refuses(
    ['iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument: '{}' }],
    'MalformedPolicyDocument',
    400,
    /./,
  )
})

test('a role goes only when nothing hangs on it', async () => {
  const RoleName = 'going'
  await account.iam('CreateRole', { RoleName, AssumeRolePolicyDocument: trust })
  const held = { InstanceProfileName: 'holder', RoleName }
  await account.iam('CreateInstanceProfile', { InstanceProfileName: 'holder' })
  await account.iam('AddRoleToInstanceProfile', held)
  const attached = { RoleName, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }
  await account.iam('AttachRolePolicy', attached)
  const inline = { RoleName, PolicyName: 'inline' }
  const PolicyDocument = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
  await account.iam('PutRolePolicy', { ...inline, PolicyDocument })
  const stays = (remedy: string) =>
    account.refuses(
      ['iam', 'DeleteRole', { RoleName }],
      'DeleteConflict',
      409,
      `Cannot delete entity, ${remedy}`,
    )
  await stays('must remove roles from instance profile first.')
  await account.iam('RemoveRoleFromInstanceProfile', held)
  await stays('must detach all policies first.')
  await account.iam('DetachRolePolicy', attached)
  await stays('must delete policies first.')
  await account.iam('DeleteRolePolicy', inline)
  await account.iam('DeleteRole', { RoleName })
})
