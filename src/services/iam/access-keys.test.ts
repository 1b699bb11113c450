import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

test('a key: shape, two per user, the secret only once', async () => {
  const UserName = 'keys'
  await account.iam('CreateUser', { UserName })
  const { AccessKey } = await account.iam('CreateAccessKey', { UserName })
  assert.match(AccessKey.AccessKeyId, /^AKIA[A-Z2-7]{16}$/)
  assert.match(AccessKey.SecretAccessKey, /^[A-Za-z0-9+/]{40}$/)
  assert.deepEqual([AccessKey.Status, AccessKey.UserName], ['Active', UserName])
  assert.equal(AccessKey.CreateDate.getTime() % 1_000, 0)
  await account.iam('CreateAccessKey', { UserName })
  await account.refuses(
    ['iam', 'CreateAccessKey', { UserName }],
    'LimitExceeded',
    409,
    'Cannot exceed quota for AccessKeysPerUser: 2',
  )
  const { text } = await account.raw('iam', 'ListAccessKeys', { UserName })
  assert.ok(!text.includes('Secret'))
  assert.equal(text.match(/<AccessKeyId>/g)!.length, 2)
})

test('an inactive key is refused at once, and works again when it is active', async () => {
  const keys = await account.user('switch', 'iam:ListUsers')
  const set = (Status: string) =>
    account.iam('UpdateAccessKey', { UserName: 'switch', AccessKeyId: keys.accessKeyId, Status })
  await account.iam('ListUsers', {}, keys)
  await set('Inactive')
  await account.refuses(
    ['iam', 'ListUsers', {}, keys],
    'InvalidClientTokenId',
    403,
    'The security token included in the request is invalid.',
  )
  const { AccessKeyMetadata } = await account.iam('ListAccessKeys', { UserName: 'switch' })
  assert.equal(AccessKeyMetadata[0].Status, 'Inactive')
  await set('Active')
  await account.iam('ListUsers', {}, keys)
  await account.iam('DeleteAccessKey', { UserName: 'switch', AccessKeyId: keys.accessKeyId })
  await account.refuses(['iam', 'ListUsers', {}, keys], 'InvalidClientTokenId', 403, /invalid/)
})

test("one's own keys without a name, nobody else's by theirs", async () => {
  const keys = await account.user('own', 'iam:*AccessKey*')
  const other = await account.user('elses')
  const { AccessKeyMetadata } = await account.iam('ListAccessKeys', {}, keys)
  assert.deepEqual(
    AccessKeyMetadata.map(({ UserName }: { UserName: string }) => UserName),
    ['own'],
  )
  for (const [operation, more] of [
    ['UpdateAccessKey', { Status: 'Inactive' }],
    ['DeleteAccessKey', {}],
  ] as const)
    for (const AccessKeyId of [other.accessKeyId, 'AKIAAAAAAAAAAAAAAAAA'])
      await account.refuses(
        ['iam', operation, { AccessKeyId, ...more }, keys],
        'NoSuchEntity',
        404,
        `The Access Key with id ${AccessKeyId} cannot be found.`,
      )
  await account.refuses(
    ['iam', 'UpdateAccessKey', { AccessKeyId: keys.accessKeyId, Status: 'Sometimes' }],
    'ValidationError',
    400,
    /status/,
  )
})
