import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const arn = (path: string) => `arn:aws:iam::000000000000:group/${path}`

test('a group: shape, case, path, rename', async () => {
  const { Group } = await account.iam('CreateGroup', { GroupName: 'Devs', Path: '/a/' })
  assert.match(Group.GroupId, /^AGPA[A-Z2-7]{17}$/)
  assert.equal(Group.Arn, arn('a/Devs'))
  assert.equal(Group.CreateDate.getTime() % 1_000, 0)
  await account.refuses(
    ['iam', 'CreateGroup', { GroupName: 'DEVS' }],
    'EntityAlreadyExists',
    409,
    'Group with name DEVS already exists.',
  )
  await account.iam('UpdateGroup', { GroupName: 'devs', NewGroupName: 'Ops', NewPath: '/b/' })
  const read = await account.iam('GetGroup', { GroupName: 'ops' })
  assert.deepEqual([read.Group.Arn, read.Group.GroupId], [arn('b/Ops'), Group.GroupId])
  assert.deepEqual([read.Users, read.IsTruncated], [[], false])
  await account.iam('CreateGroup', { GroupName: 'third' })
  await account.refuses(
    ['iam', 'UpdateGroup', { GroupName: 'third', NewGroupName: 'OPS' }],
    'EntityAlreadyExists',
    409,
    'Group with name OPS already exists.',
  )
  await account.refuses(
    ['iam', 'GetGroup', { GroupName: 'Devs' }],
    'NoSuchEntity',
    404,
    'The group with name Devs cannot be found.',
  )
  const { Groups } = await account.iam('ListGroups', { PathPrefix: '/b/' })
  assert.deepEqual(
    Groups.map(({ GroupName }: { GroupName: string }) => GroupName),
    ['Ops'],
  )
})

test('members: added twice is once, ten groups are the limit, in pages', async () => {
  await account.iam('CreateGroup', { GroupName: 'team' })
  for (const UserName of ['m1', 'm2', 'm3']) {
    await account.iam('CreateUser', { UserName })
    await account.iam('AddUserToGroup', { GroupName: 'team', UserName })
    await account.iam('AddUserToGroup', { GroupName: 'team', UserName })
  }
  const first = await account.iam('GetGroup', { GroupName: 'team', MaxItems: 2 })
  const second = await account.iam('GetGroup', { GroupName: 'team', Marker: first.Marker })
  const names = [...first.Users, ...second.Users].map(({ UserName }) => UserName)
  assert.deepEqual(names, ['m1', 'm2', 'm3'])
  for (let i = 1; i < 10; i++) {
    await account.iam('CreateGroup', { GroupName: `extra${i}` })
    await account.iam('AddUserToGroup', { GroupName: `extra${i}`, UserName: 'm1' })
  }
  await account.iam('CreateGroup', { GroupName: 'eleventh' })
  await account.refuses(
    ['iam', 'AddUserToGroup', { GroupName: 'eleventh', UserName: 'm1' }],
    'LimitExceeded',
    409,
    'Cannot exceed quota for GroupsPerUser: 10',
  )
  for (const [GroupName, UserName, message] of [
    ['none', 'm1', 'The group with name none cannot be found.'],
    ['team', 'none', 'The user with name none cannot be found.'],
  ] as const)
    for (const operation of ['AddUserToGroup', 'RemoveUserFromGroup'])
      await account.refuses(
        ['iam', operation, { GroupName, UserName }],
        'NoSuchEntity',
        404,
        message,
      )
  await account.refuses(
    ['iam', 'RemoveUserFromGroup', { GroupName: 'eleventh', UserName: 'm1' }],
    'NoSuchEntity',
    404,
    /m1/,
  )
})

test('a group goes only when nothing hangs on it', async () => {
  const GroupName = 'going'
  await account.iam('CreateGroup', { GroupName })
  await account.iam('CreateUser', { UserName: 'member' })
  await account.iam('AddUserToGroup', { GroupName, UserName: 'member' })
  const attached = { GroupName, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }
  await account.iam('AttachGroupPolicy', attached)
  const stays = (remedy: string) =>
    account.refuses(
      ['iam', 'DeleteGroup', { GroupName }],
      'DeleteConflict',
      409,
      `Cannot delete entity, ${remedy}`,
    )
  await stays('must remove users from group first.')
  await account.iam('RemoveUserFromGroup', { GroupName, UserName: 'member' })
  await stays('must detach all policies first.')
  await account.iam('DetachGroupPolicy', attached)
  await account.iam('DeleteGroup', { GroupName })
  assert.deepEqual((await account.iam('ListGroupsForUser', { UserName: 'member' })).Groups, [])
})
