import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount, trusting } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
  await account.iam('CreateRole', { RoleName: 'web', AssumeRolePolicyDocument: trusting('*') })
  await account.iam('CreateRole', { RoleName: 'other', AssumeRolePolicyDocument: trusting('*') })
})
after(() => account.close())

test('a profile holds one role, and tells it whole', async () => {
  const InstanceProfileName = 'Servers'
  const { InstanceProfile } = await account.iam('CreateInstanceProfile', {
    InstanceProfileName,
    Path: '/ec2/',
  })
  assert.match(InstanceProfile.InstanceProfileId, /^AIPA[A-Z2-7]{17}$/)
  assert.equal(InstanceProfile.Arn, 'arn:aws:iam::000000000000:instance-profile/ec2/Servers')
  assert.deepEqual(InstanceProfile.Roles, [])
  await account.refuses(
    ['iam', 'CreateInstanceProfile', { InstanceProfileName: 'SERVERS' }],
    'EntityAlreadyExists',
    409,
    'Instance Profile SERVERS already exists.',
  )
  await account.iam('AddRoleToInstanceProfile', { InstanceProfileName, RoleName: 'web' })
  await account.refuses(
    ['iam', 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName: 'other' }],
    'LimitExceeded',
    409,
    'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
  )
  const read = await account.iam('GetInstanceProfile', { InstanceProfileName: 'servers' })
  const [role] = read.InstanceProfile.Roles
  assert.equal(role.Arn, 'arn:aws:iam::000000000000:role/web')
  assert.equal(decodeURIComponent(role.AssumeRolePolicyDocument), trusting('*'))
  const { InstanceProfiles } = await account.iam('ListInstanceProfilesForRole', { RoleName: 'web' })
  assert.equal(InstanceProfiles[0].InstanceProfileName, InstanceProfileName)
  await account.refuses(
    ['iam', 'DeleteInstanceProfile', { InstanceProfileName }],
    'DeleteConflict',
    409,
    'Cannot delete entity, must remove roles from instance profile first.',
  )
  await account.refuses(
    ['iam', 'RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName: 'other' }],
    'NoSuchEntity',
    404,
    'The role with name other cannot be found.',
  )
  await account.iam('RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName: 'web' })
  await account.iam('DeleteInstanceProfile', { InstanceProfileName })
  await account.refuses(
    ['iam', 'GetInstanceProfile', { InstanceProfileName }],
    'NoSuchEntity',
    404,
    'Instance Profile Servers cannot be found.',
  )
})

test('tags of a profile', async () => {
  const InstanceProfileName = 'tagged'
  const Tags = [{ Key: 'a', Value: '1' }]
  await account.iam('CreateInstanceProfile', { InstanceProfileName, Tags })
  await account.iam('TagInstanceProfile', { InstanceProfileName, Tags: [{ Key: 'b', Value: '2' }] })
  await account.iam('UntagInstanceProfile', { InstanceProfileName, TagKeys: ['a'] })
  const { Tags: left, IsTruncated } = await account.iam('ListInstanceProfileTags', {
    InstanceProfileName,
  })
  assert.deepEqual([left, IsTruncated], [[{ Key: 'b', Value: '2' }], false])
})
