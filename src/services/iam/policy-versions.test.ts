import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const create = async (PolicyName: string): Promise<string> =>
  (await account.iam('CreatePolicy', { PolicyName, PolicyDocument: policy(allow('s3:*')) })).Policy
    .Arn

interface Listed {
  readonly VersionId: string
  readonly IsDefaultVersion: boolean
}
const listed = async (PolicyArn: string) => {
  const { Versions } = await account.iam('ListPolicyVersions', { PolicyArn })
  return Versions.map(
    ({ VersionId, IsDefaultVersion }: Listed) => VersionId + (IsDefaultVersion ? '*' : ''),
  )
}

test('five versions at most, newest first, numbers never used again', async () => {
  const PolicyArn = await create('many')
  const add = (more: object = {}) =>
    account.iam('CreatePolicyVersion', {
      PolicyArn,
      PolicyDocument: policy(allow('s3:Get*')),
      ...more,
    })
  const { PolicyVersion } = await add()
  assert.deepEqual([PolicyVersion.VersionId, PolicyVersion.IsDefaultVersion], ['v2', false])
  for (let i = 0; i < 3; i++) await add()
  assert.deepEqual(await listed(PolicyArn), ['v5', 'v4', 'v3', 'v2', 'v1*'])
  await account.refuses(
    ['iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument: policy(allow('s3:*')) }],
    'LimitExceeded',
    409,
    'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  )
  await account.iam('DeletePolicyVersion', { PolicyArn, VersionId: 'v5' })
  await add({ SetAsDefault: true })
  assert.deepEqual(await listed(PolicyArn), ['v6*', 'v4', 'v3', 'v2', 'v1'])
  const first = await account.iam('ListPolicyVersions', { PolicyArn, MaxItems: 3 })
  const rest = await account.iam('ListPolicyVersions', { PolicyArn, Marker: first.Marker })
  assert.deepEqual(
    rest.Versions.map(({ VersionId }: Listed) => VersionId),
    ['v2', 'v1'],
  )
})

test('the default version is in force, told by GetPolicy, and stays', async () => {
  const PolicyArn = await create('current')
  const keys = await account.user('reader')
  await account.iam('AttachUserPolicy', { UserName: 'reader', PolicyArn })
  const PolicyDocument = policy(allow('iam:ListUsers'))
  await account.iam('CreatePolicyVersion', { PolicyArn, PolicyDocument })
  await account.refuses(['iam', 'ListUsers', {}, keys], 'AccessDenied', 403, /iam:ListUsers/)
  await account.iam('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v2' })
  await account.iam('ListUsers', {}, keys)
  assert.equal((await account.iam('GetPolicy', { PolicyArn })).Policy.DefaultVersionId, 'v2')
  await account.refuses(
    ['iam', 'DeletePolicyVersion', { PolicyArn, VersionId: 'v2' }],
    'DeleteConflict',
    409,
    'Cannot delete the default version of a policy.',
  )
  const read = await account.iam('GetPolicyVersion', { PolicyArn, VersionId: 'v2' })
  assert.equal(decodeURIComponent(read.PolicyVersion.Document), PolicyDocument)
  assert.equal(read.PolicyVersion.CreateDate.getTime() % 1_000, 0)
})

test('a version that is not there, and a name that is none', async () => {
  const PolicyArn = await create('missing')
  for (const operation of ['GetPolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicyVersion']) {
    await account.refuses(
      ['iam', operation, { PolicyArn, VersionId: 'v9' }],
      'NoSuchEntity',
      404,
      `Policy ${PolicyArn} version v9 does not exist or is not attachable.`,
    )
    await account.refuses(
      ['iam', operation, { PolicyArn, VersionId: 'latest' }],
      'ValidationError',
      400,
      /versionId/,
    )
  }
})
