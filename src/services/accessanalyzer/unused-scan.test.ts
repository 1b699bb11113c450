import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetUserCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { allow, keysOf, policy, trusting } from '../../../test/account.ts'
import { type Analysis, openAnalysis } from '../../../test/analysis.ts'
import type { Keys } from '../../../test/installation.ts'

let account: Analysis
let analyzerArn: string
let alice: Keys
const own = 'arn:aws:iam::000000000000:root'
/** Of a day: an analyzer of unused access does not look at everything more often than it must. */
const minute = 1 / 1_440
const short = (arn: string) => arn.split(':').at(-1)!

before(async () => {
  account = await openAnalysis()
  analyzerArn = await account.analyzer('unused', 'ACCOUNT_UNUSED_ACCESS', {
    configuration: {
      unusedAccess: {
        unusedAccessAge: 30,
        analysisRule: { exclusions: [{ resourceTags: [{ keep: 'yes', team: 'blue' }] }] },
      },
    },
  })
  alice = await account.user('alice', 'iam:GetUser', 'iam:ListUsers', 'iam:DeleteUser', 'sqs:*')
  await account.user('bob', 'iam:GetUser')
  await account.iam('CreateLoginProfile', { UserName: 'bob', Password: 'Correct-Horse-9!' })
  await account.role('idle', trusting(own))
  await account.role('kept', trusting(own))
  await account.iam('TagRole', {
    RoleName: 'kept',
    Tags: [
      { Key: 'keep', Value: 'yes' },
      { Key: 'team', Value: 'blue' },
    ],
  })
  await account.role('busy', trusting(own))
  await account.iam('PutRolePolicy', {
    RoleName: 'busy',
    PolicyName: 'p',
    PolicyDocument: policy(allow('iam:GetUser')),
  })
})
after(() => account.close())

async function everybodyWorks(): Promise<void> {
  const asAlice = account.house.as(alice).iam
  await asAlice.send(new GetUserCommand({}))
  await asAlice.send(new ListUsersCommand({}))
  const RoleArn = 'arn:aws:iam::000000000000:role/busy'
  const keys = await account.user(`helper-${Math.trunc(performance.now())}`, 'sts:AssumeRole')
  const assumed = await account.house
    .as(keys)
    .sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'work' }))
  const session = keysOf({ Credentials: assumed.Credentials! })
  await account.house.as(session).iam.send(new GetUserCommand({ UserName: 'alice' }))
}

const active = async () => {
  const all = await account.findings(analyzerArn, { filter: { status: { eq: ['ACTIVE'] } } })
  return all.map(({ findingType, resource }) => `${findingType} ${short(resource)}`).sort()
}

test('nobody is blamed who has not had the time', async () => {
  assert.deepEqual(await active(), [])
})

test('what was not used for longer than the age is found; what was is not', async () => {
  await account.wait(31)
  await everybodyWorks()
  await account.wait(minute)
  assert.deepEqual(await active(), [
    'UnusedIAMRole role/idle',
    'UnusedIAMUserAccessKey user/bob',
    'UnusedIAMUserPassword user/bob',
    'UnusedPermission user/alice',
  ])
})

const one = async (findingType: string) => {
  const [found] = await account.findings(analyzerArn, {
    filter: { findingType: { eq: [findingType] }, status: { eq: ['ACTIVE'] } },
  })
  return account.analyze('GetFindingV2', { analyzerArn, id: found.id })
}

test('a finding tells which permissions, key or password it means', async () => {
  const permission = await one('UnusedPermission')
  assert.equal(permission.resourceType, 'AWS::IAM::User')
  const [iam, sqs] = permission.findingDetails.map(
    (one: { unusedPermissionDetails: object }) => one.unusedPermissionDetails,
  )
  assert.equal(iam.serviceNamespace, 'iam')
  assert.deepEqual(iam.actions, [{ action: 'DeleteUser' }])
  assert.ok(iam.lastAccessed instanceof Date)
  assert.deepEqual(sqs, { serviceNamespace: 'sqs' })
  const first = await account.analyze('GetFindingV2', {
    analyzerArn,
    id: permission.id,
    maxResults: 1,
  })
  assert.equal(first.findingDetails.length, 1)
  const rest = await account.analyze('GetFindingV2', {
    analyzerArn,
    id: permission.id,
    nextToken: first.nextToken,
  })
  assert.deepEqual(rest.findingDetails, permission.findingDetails.slice(1))
  const { AccessKeyMetadata } = await account.iam('ListAccessKeys', { UserName: 'bob' })
  assert.deepEqual((await one('UnusedIAMUserAccessKey')).findingDetails, [
    { unusedIamUserAccessKeyDetails: { accessKeyId: AccessKeyMetadata[0].AccessKeyId } },
  ])
  assert.deepEqual((await one('UnusedIAMUserPassword')).findingDetails, [
    { unusedIamUserPasswordDetails: {} },
  ])
  assert.deepEqual((await one('UnusedIAMRole')).findingDetails, [{ unusedIamRoleDetails: {} }])
  await account.refuses('ListFindings', { analyzerArn }, 'ValidationException')
})

test('statistics name types and accounts', async () => {
  const { findingsStatistics } = await account.analyze('GetFindingsStatistics', { analyzerArn })
  const [{ unusedAccessFindingsStatistics: told }] = findingsStatistics
  assert.equal(told.totalActiveFindings, 4)
  assert.deepEqual(
    told.unusedAccessTypeStatistics
      .map((one: { unusedAccessType: string; total: number }) => [one.unusedAccessType, one.total])
      .sort(),
    [
      ['UnusedIAMRole', 1],
      ['UnusedIAMUserAccessKey', 1],
      ['UnusedIAMUserPassword', 1],
      ['UnusedPermission', 1],
    ],
  )
  assert.deepEqual(told.topAccounts[0].account, '000000000000')
  assert.equal(told.topAccounts[0].numberOfActiveFindings, 4)
})

test('a recommendation narrows the policy to what is used', async () => {
  const { id } = await one('UnusedPermission')
  const asked = { analyzerArn, id }
  await account.refuses('GetFindingRecommendation', asked, 'ResourceNotFoundException')
  await account.analyze('GenerateFindingRecommendation', asked)
  const told = await account.analyze('GetFindingRecommendation', asked)
  assert.equal(told.status, 'SUCCEEDED')
  assert.equal(told.recommendationType, 'UnusedPermissionRecommendation')
  assert.equal(told.resourceArn, 'arn:aws:iam::000000000000:user/alice')
  const steps = told.recommendedSteps.map(
    (step: { unusedPermissionsRecommendedStep: object }) => step.unusedPermissionsRecommendedStep,
  )
  assert.deepEqual(
    steps.map((step: { recommendedAction: string; existingPolicyId: string }) => [
      step.recommendedAction,
      step.existingPolicyId,
    ]),
    [
      ['CREATE_POLICY', 'granted'],
      ['DETACH_POLICY', 'granted'],
    ],
  )
  assert.deepEqual(JSON.parse(steps[0].recommendedPolicy).Statement, [
    { Effect: 'Allow', Action: ['iam:GetUser', 'iam:ListUsers'], Resource: '*' },
  ])
  await account.iam('CreatePolicy', {
    PolicyName: 'narrow',
    PolicyDocument: steps[0].recommendedPolicy,
  })
  const role = await one('UnusedIAMRole')
  await account.refuses(
    'GenerateFindingRecommendation',
    { analyzerArn, id: role.id },
    'ValidationException',
  )
})

test('what is taken away or used again is resolved', async () => {
  await account.iam('DeleteRole', { RoleName: 'idle' })
  await account.iam('DeleteLoginProfile', { UserName: 'bob' })
  await account.iam('PutUserPolicy', {
    UserName: 'alice',
    PolicyName: 'granted',
    PolicyDocument: policy(allow(['iam:GetUser', 'iam:ListUsers'])),
  })
  await account.wait(minute)
  assert.deepEqual(await active(), ['UnusedIAMUserAccessKey user/bob'])
  const resolved = await account.findings(analyzerArn, {
    filter: { status: { eq: ['RESOLVED'] } },
  })
  const told = resolved.map(({ findingType, resource }) => `${findingType} ${short(resource)}`)
  for (const one of [
    'UnusedIAMRole role/idle',
    'UnusedIAMUserPassword user/bob',
    'UnusedPermission user/alice',
  ])
    assert.ok(told.includes(one), one)
})
