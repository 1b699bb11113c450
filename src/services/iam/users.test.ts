import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const arn = (path: string) => `arn:aws:iam::000000000000:user/${path}`
const blue = [{ Key: 'team', Value: 'blue' }]

test('a new user is answered as AWS answers it, with dates of whole seconds', async () => {
  const { User } = await account.iam('CreateUser', { UserName: 'Ada', Path: '/math/', Tags: blue })
  assert.match(User.UserId, /^AIDA[A-Z2-7]{17}$/)
  assert.equal(User.CreateDate.getTime() % 1_000, 0)
  assert.deepEqual(
    { ...User, UserId: '', CreateDate: '' },
    {
      Path: '/math/',
      UserName: 'Ada',
      UserId: '',
      Arn: arn('math/Ada'),
      CreateDate: '',
      Tags: blue,
    },
  )
  const { text } = await account.raw('iam', 'GetUser', { UserName: 'Ada' })
  assert.match(text, /<CreateDate>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/CreateDate>/)
  assert.match(
    text,
    /^(<\?xml[^>]*>\s*)?<GetUserResponse xmlns="https:\/\/iam\.amazonaws\.com\/doc\/2010-05-08\/">/,
  )
  const { Users } = await account.iam('ListUsers', { PathPrefix: '/math' })
  assert.deepEqual(Object.keys(Users[0]).sort(), [
    'Arn',
    'CreateDate',
    'Path',
    'UserId',
    'UserName',
  ])
})

test('names are told apart without regard to case, and keep their spelling', async () => {
  await account.iam('CreateUser', { UserName: 'Grace' })
  await account.refuses(
    ['iam', 'CreateUser', { UserName: 'gRACE' }],
    'EntityAlreadyExists',
    409,
    'User with name gRACE already exists.',
  )
  const { User } = await account.iam('GetUser', { UserName: 'GRACE' })
  assert.equal(User.UserName, 'Grace')
})

test('what the model does not allow is a validation error, and changes nothing', async () => {
  const before = (await account.iam('ListUsers')).Users.length
  for (const input of [
    { UserName: 'a b' },
    { UserName: '' },
    { UserName: 'x'.repeat(65) },
    { UserName: 'ok', Path: 'no-slashes' },
    { UserName: 'ok', Tags: [{ Key: '', Value: '' }] },
    { UserName: 'ok', Tags: [{ Key: 'k'.repeat(129), Value: '' }] },
    { UserName: 'ok', Tags: [{ Key: 'k', Value: 'v'.repeat(257) }] },
    {},
  ])
    await account.refuses(
      ['iam', 'CreateUser', input],
      'ValidationError',
      400,
      /^\d+ validation errors? detected: /,
    )
  assert.equal((await account.iam('ListUsers')).Users.length, before)
})

test('nobody of that name: one sentence for all operations', async () => {
  const UserName = 'nobody'
  for (const [operation, input] of [
    ['GetUser', {}],
    ['DeleteUser', {}],
    ['UpdateUser', { NewUserName: 'n' }],
    ['TagUser', { Tags: blue }],
    ['UntagUser', { TagKeys: ['a'] }],
    ['ListUserTags', {}],
    ['ListGroupsForUser', {}],
    ['ListAccessKeys', {}],
    ['CreateAccessKey', {}],
    ['ListUserPolicies', {}],
    ['ListAttachedUserPolicies', {}],
    ['GetUserPolicy', { PolicyName: 'p' }],
    ['PutUserPolicy', { PolicyName: 'p', PolicyDocument: policy(allow('s3:*')) }],
  ] as const)
    await account.refuses(
      ['iam', operation, { UserName, ...input }],
      'NoSuchEntity',
      404,
      'The user with name nobody cannot be found.',
    )
})

test('a renamed user stays who it is: id, key, groups, policies', async () => {
  const keys = await account.user('before', 'iam:GetUser')
  await account.iam('CreateGroup', { GroupName: 'kept' })
  await account.iam('AddUserToGroup', { GroupName: 'kept', UserName: 'before' })
  const { User: old } = await account.iam('GetUser', { UserName: 'before' })
  await account.iam('UpdateUser', { UserName: 'before', NewUserName: 'after', NewPath: '/moved/' })
  const { User } = await account.iam('GetUser', {}, keys)
  assert.deepEqual([User.Arn, User.UserId], [arn('moved/after'), old.UserId])
  assert.deepEqual(User.CreateDate, old.CreateDate)
  assert.equal((await account.sts('GetCallerIdentity', {}, keys)).Arn, arn('moved/after'))
  const { Groups } = await account.iam('ListGroupsForUser', { UserName: 'after' })
  assert.equal(Groups[0].GroupName, 'kept')
  await account.refuses(['iam', 'GetUser', { UserName: 'before' }], 'NoSuchEntity', 404, /before/)
  await account.iam('UpdateUser', { UserName: 'after', NewUserName: 'After' })
  assert.equal((await account.iam('GetUser', { UserName: 'after' })).User.UserName, 'After')
  await account.iam('CreateUser', { UserName: 'other' })
  await account.refuses(
    ['iam', 'UpdateUser', { UserName: 'other', NewUserName: 'AFTER' }],
    'EntityAlreadyExists',
    409,
    'User with name AFTER already exists.',
  )
})

test('a user goes only when nothing hangs on it', async () => {
  const UserName = 'leaving'
  const { accessKeyId: AccessKeyId } = await account.user(UserName, 's3:GetObject')
  await account.iam('CreateGroup', { GroupName: 'left' })
  const member = { GroupName: 'left', UserName }
  await account.iam('AddUserToGroup', member)
  const attached = { UserName, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }
  await account.iam('AttachUserPolicy', attached)
  const stays = (remedy: string) =>
    account.refuses(
      ['iam', 'DeleteUser', { UserName }],
      'DeleteConflict',
      409,
      `Cannot delete entity, ${remedy}`,
    )
  await stays('must delete access keys first.')
  await account.iam('DeleteAccessKey', { UserName, AccessKeyId })
  await stays('must remove users from group first.')
  await account.iam('RemoveUserFromGroup', member)
  await stays('must detach all policies first.')
  await account.iam('DetachUserPolicy', attached)
  await stays('must delete policies first.')
  await account.iam('DeleteUserPolicy', { UserName, PolicyName: 'granted' })
  await account.iam('DeleteUser', { UserName })
  await account.refuses(['iam', 'GetUser', { UserName }], 'NoSuchEntity', 404, /leaving/)
})

test('without a name the caller is meant; a role session must name one', async () => {
  const keys = await account.user('myself', 'iam:GetUser')
  assert.equal((await account.iam('GetUser', {}, keys)).User.UserName, 'myself')
  const { User } = await account.iam('GetUser')
  assert.equal(User.Arn, 'arn:aws:iam::000000000000:root')
  assert.equal(User.UserId, '000000000000')
})

test('pages: MaxItems, IsTruncated, Marker, and markers of other lists', async () => {
  for (const name of ['p1', 'p2', 'p3'])
    await account.iam('CreateUser', { UserName: name, Path: '/paged/' })
  const list = (more: object) => account.iam('ListUsers', { PathPrefix: '/paged/', ...more })
  const first = await list({ MaxItems: 2 })
  assert.deepEqual([first.IsTruncated, first.Users.length], [true, 2])
  // What is deleted and created between two pages does not make others appear twice or vanish.
  await account.iam('DeleteUser', { UserName: 'p2' })
  await account.iam('CreateUser', { UserName: 'p0', Path: '/paged/' })
  const second = await list({ Marker: first.Marker })
  assert.deepEqual(
    second.Users.map((user: { UserName: string }) => user.UserName),
    ['p3'],
  )
  assert.deepEqual([second.IsTruncated, second.Marker], [false, undefined])
  const { text } = await account.raw('iam', 'ListUsers', { PathPrefix: '/paged/' })
  assert.match(text, /<IsTruncated>false<\/IsTruncated>/)
  for (const [operation, input] of [
    ['ListUsers', { Marker: 'forged' }],
    ['ListGroups', { Marker: first.Marker }],
  ] as const)
    await account.refuses(['iam', operation, input], 'ValidationError', 400, /Marker/)
  for (const MaxItems of [0, 1_001])
    await account.refuses(['iam', 'ListUsers', { MaxItems }], 'ValidationError', 400, /maxItems/)
})

test('who may not list is told the path, as AWS tells it', async () => {
  const keys = await account.user('no-lists')
  const me = `User: ${arn('no-lists')} is not authorized to perform:`
  for (const [operation, on] of [
    ['ListUsers', 'arn:aws:iam::000000000000:user/'],
    ['ListRoles', 'arn:aws:iam::000000000000:role/'],
    ['ListPolicies', 'policy path /'],
  ])
    await account.refuses(
      ['iam', operation!, {}, keys],
      'AccessDenied',
      403,
      `${me} iam:${operation} on resource: ${on} because no identity-based policy allows the iam:${operation} action`,
    )
})

test('tags: keys differ by more than case, aws: is reserved, fifty are the limit', async () => {
  const UserName = 'tagged'
  await account.iam('CreateUser', { UserName, Tags: [{ Key: 'Team', Value: 'red' }] })
  await account.iam('TagUser', { UserName, Tags: blue })
  assert.deepEqual((await account.iam('ListUserTags', { UserName })).Tags, blue)
  const tag = (...Tags: object[]) => ['iam', 'TagUser', { UserName, Tags }] as const
  await account.refuses(
    tag({ Key: 'a', Value: '' }, { Key: 'A', Value: '' }),
    'InvalidInput',
    400,
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  await account.refuses(tag({ Key: 'aws:x', Value: '' }), 'InvalidInput', 400, /System tags/)
  const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' }))
  await account.refuses(tag(...many), 'LimitExceeded', 409, /maximum limit/)
  await account.refuses(tag(...many, ...blue), 'ValidationError', 400, /tags/)
  await account.iam('UntagUser', { UserName, TagKeys: ['TEAM', 'never-there'] })
  assert.deepEqual((await account.iam('ListUserTags', { UserName })).Tags, [])
  await account.iam('TagUser', {
    UserName,
    Tags: [{ Key: '__proto__', Value: 'x' }, ...many.slice(1)],
  })
  const page = await account.iam('ListUserTags', { UserName, MaxItems: 30 })
  const rest = await account.iam('ListUserTags', { UserName, Marker: page.Marker })
  assert.equal(page.Tags.length + rest.Tags.length, 50)
  assert.ok([...page.Tags, ...rest.Tags].some(({ Key }) => Key === '__proto__'))
})

test('a boundary must be a policy that the account may attach', async () => {
  const UserName = 'bounded'
  await account.iam('CreateUser', { UserName })
  for (const PermissionsBoundary of [
    'arn:aws:iam::000000000000:policy/none',
    'arn:aws:iam::aws:policy/NoSuchPolicy',
  ]) {
    const message = `Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`
    for (const operation of ['PutUserPermissionsBoundary', 'CreateUser'])
      await account.refuses(
        [
          'iam',
          operation,
          { UserName: operation === 'CreateUser' ? 'nobody-yet' : UserName, PermissionsBoundary },
        ],
        'NoSuchEntity',
        404,
        message,
      )
  }
  await account.refuses(
    ['iam', 'GetUser', { UserName: 'nobody-yet' }],
    'NoSuchEntity',
    404,
    /nobody-yet/,
  )
  const PermissionsBoundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await account.iam('PutUserPermissionsBoundary', { UserName, PermissionsBoundary })
  assert.deepEqual((await account.iam('GetUser', { UserName })).User.PermissionsBoundary, {
    PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
    PermissionsBoundaryArn: PermissionsBoundary,
  })
  await account.iam('DeleteUserPermissionsBoundary', { UserName })
  assert.equal((await account.iam('GetUser', { UserName })).User.PermissionsBoundary, undefined)
  await account.refuses(
    ['iam', 'DeleteUserPermissionsBoundary', { UserName }],
    'NoSuchEntity',
    404,
    /boundary/,
  )
})
