import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allow, keysOf, openAccount, policy, trusting } from '../account.ts'

/** Last uses come from recorded calls, and survive a process that ended before it wrote them. */
test('keys and roles tell when and for what they were last used', async (t) => {
  const account = await openAccount('--test-clock')
  t.after(() => account.close())
  const { house, iam, sts } = account
  const keys = await account.user('reader', 'iam:ListUsers')
  const lastUsed = async () =>
    (await iam('GetAccessKeyLastUsed', { AccessKeyId: keys.accessKeyId })) as {
      UserName: string
      AccessKeyLastUsed: { LastUsedDate?: Date; ServiceName: string; Region: string }
    }
  const unused = await lastUsed()
  assert.equal(unused.UserName, 'reader')
  assert.deepEqual(unused.AccessKeyLastUsed, { ServiceName: 'N/A', Region: 'N/A' })

  await iam('ListUsers', {}, keys)
  const { AccessKeyLastUsed: first } = await lastUsed()
  assert.deepEqual([first.ServiceName, first.Region], ['iam', 'us-east-1'])
  await house.ask('POST', 'clock', { body: { advanceSeconds: 3_600 } })
  await sts('GetCallerIdentity', {}, keys)
  const { AccessKeyLastUsed: second } = await lastUsed()
  assert.equal(second.ServiceName, 'sts')
  assert.ok(second.LastUsedDate!.getTime() - first.LastUsedDate!.getTime() >= 3_600_000)
  // A refused call was authenticated too.
  await assert.rejects(iam('ListRoles', {}, keys))
  assert.equal((await lastUsed()).AccessKeyLastUsed.ServiceName, 'iam')
  await account.refuses(
    ['iam', 'GetAccessKeyLastUsed', { AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }],
    'NoSuchEntity',
    404,
    'The Access Key with id AKIAAAAAAAAAAAAAAAAA cannot be found.',
  )

  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trusting('000000000000') })
  const user = await account.user('assumer', 'sts:AssumeRole')
  await iam('PutRolePolicy', {
    RoleName: 'r',
    PolicyName: 'own',
    PolicyDocument: policy(allow('iam:ListUsers')),
  })
  const RoleArn = 'arn:aws:iam::000000000000:role/r'
  const session = keysOf(await sts('AssumeRole', { RoleArn, RoleSessionName: 'jo' }, user))
  assert.deepEqual((await iam('GetRole', { RoleName: 'r' })).Role.RoleLastUsed, {})
  await iam('ListUsers', {}, session)
  const { RoleLastUsed } = (await iam('GetRole', { RoleName: 'r' })).Role
  assert.equal(RoleLastUsed.Region, 'us-east-1')
  assert.ok(RoleLastUsed.LastUsedDate instanceof Date)
  const details = await iam('GetAccountAuthorizationDetails', { Filter: ['Role'] })
  assert.deepEqual(details.RoleDetailList[0].RoleLastUsed, RoleLastUsed)
})
