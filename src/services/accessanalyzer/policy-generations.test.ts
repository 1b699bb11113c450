import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { allow, keysOf, policy, trusting } from '../../../test/account.ts'
import { type Analysis, openAnalysis, refusal } from '../../../test/analysis.ts'
import type { Keys } from '../../../test/installation.ts'

let account: Analysis
let helper: Keys
const own = 'arn:aws:iam::000000000000:root'
const RoleName = 'worker'
const principalArn = `arn:aws:iam::000000000000:role/${RoleName}`
const service = policy({
  Effect: 'Allow',
  Principal: { Service: 'access-analyzer.amazonaws.com' },
  Action: 'sts:AssumeRole',
})

before(async () => {
  account = await openAnalysis()
  await account.role(RoleName, trusting(own))
  await account.iam('PutRolePolicy', {
    RoleName,
    PolicyName: 'everything',
    PolicyDocument: policy(allow('*'), { ...allow('iam:DeleteGroup'), Effect: 'Deny' }),
  })
  helper = await account.user('helper', 'sts:AssumeRole')
})
after(() => account.close())

const assume = async (): Promise<Keys> => {
  const command = new AssumeRoleCommand({ RoleArn: principalArn, RoleSessionName: 'work' })
  const { Credentials } = await account.house.as(helper).sts.send(command)
  return keysOf({ Credentials: Credentials! })
}

/** The work of the role, leaving everything as it was. */
async function work(keys: Keys): Promise<void> {
  const as = (operation: string, input: object) => account.iam(operation, input, keys)
  for (const UserName of ['one', 'two']) await as('CreateUser', { UserName, Path: '/made/' })
  await as('TagUser', { UserName: 'one', Tags: [{ Key: 'a', Value: 'b' }] })
  const inline = { UserName: 'two', PolicyName: 'p' }
  await as('PutUserPolicy', { ...inline, PolicyDocument: policy(allow('s3:*')) })
  await as('ListUsers', { PathPrefix: '/made/' })
  await account.analyze('ListAnalyzers', {}, keys)
  await as('DeleteUserPolicy', inline)
  for (const UserName of ['one', 'two']) await as('DeleteUser', { UserName })
}

async function generate(more: object = {}): Promise<string> {
  const { jobId } = await account.analyze('StartPolicyGeneration', {
    policyGenerationDetails: { principalArn },
    ...more,
  })
  await account.wait(0)
  return jobId
}

test('a role bounded to its generated policy can repeat what it did, and nothing else', async () => {
  await work(await assume())
  await refusal(account.iam('DeleteGroup', { GroupName: 'none' }, await assume()))
  const jobId = await generate()
  const { jobDetails, generatedPolicyResult } = await account.analyze('GetGeneratedPolicy', {
    jobId,
  })
  assert.equal(jobDetails.status, 'SUCCEEDED')
  assert.ok(jobDetails.completedOn >= jobDetails.startedOn)
  assert.equal(generatedPolicyResult.properties.principalArn, principalArn)
  assert.equal(generatedPolicyResult.properties.isComplete, true)
  const [{ policy: PolicyDocument }, ...more] = generatedPolicyResult.generatedPolicies
  assert.deepEqual(more, [])
  const { Statement } = JSON.parse(PolicyDocument)
  const actions = Statement.flatMap(({ Action }: { Action: string[] }) => Action)
  assert.ok(!actions.includes('iam:DeleteGroup'), 'what was refused is not granted')
  const users = ['one', 'two'].map((name) => `arn:aws:iam::000000000000:user/made/${name}`)
  const about = (action: string) =>
    Statement.find(({ Action }: { Action: string[] }) => Action.includes(action))
  assert.deepEqual(about('iam:CreateUser').Resource, users)
  assert.deepEqual(about('iam:TagUser').Resource, users[0])
  assert.deepEqual(about('access-analyzer:ListAnalyzers').Resource, '*')

  const { Policy } = await account.iam('CreatePolicy', { PolicyName: 'least', PolicyDocument })
  await account.iam('AttachRolePolicy', { RoleName, PolicyArn: Policy.Arn })
  await account.iam('DeleteRolePolicy', { RoleName, PolicyName: 'everything' })
  const keys = await assume()
  await work(keys)
  for (const [operation, input] of [
    ['CreateUser', { UserName: 'three', Path: '/made/' }],
    ['ListUsers', {}],
    ['ListRoles', {}],
  ] as const) {
    const error = await refusal(account.iam(operation, input, keys))
    assert.match(error.name, /AccessDenied/)
  }
  await account.iam('DetachRolePolicy', { RoleName, PolicyArn: Policy.Arn })
})

test('placeholders stand for resources, and services for actions, where they are asked for', async () => {
  const jobId = await generate()
  const get = async (more: object) => {
    const { generatedPolicyResult } = await account.analyze('GetGeneratedPolicy', {
      jobId,
      ...more,
    })
    return generatedPolicyResult.generatedPolicies.map((one: { policy: string }) => one.policy)
  }
  const [shown] = await get({ includeResourcePlaceholders: true })
  assert.match(shown, /arn:aws:iam::\$\{Account\}:user\/\$\{UserNameWithPath\}/)
  assert.doesNotMatch(shown, /000000000000/)
  assert.deepEqual(await get({ includeServiceLevelTemplate: true }), await get({}))
})

test('only the time that was asked for counts', async () => {
  await account.wait(10)
  const startTime = new Date(Date.now() + 9 * 86_400_000)
  await account.iam('CreateRole', { RoleName: 'reader', AssumeRolePolicyDocument: service })
  const trail = {
    trails: [
      { cloudTrailArn: 'arn:aws:cloudtrail:us-east-1:000000000000:trail/t', allRegions: true },
    ],
    accessRole: 'arn:aws:iam::000000000000:role/reader',
    startTime,
  }
  const jobId = await generate({ cloudTrailDetails: trail })
  const { jobDetails, generatedPolicyResult } = await account.analyze('GetGeneratedPolicy', {
    jobId,
  })
  assert.equal(jobDetails.status, 'SUCCEEDED', JSON.stringify(jobDetails))
  assert.deepEqual(generatedPolicyResult.generatedPolicies, [])
  const { cloudTrailProperties } = generatedPolicyResult.properties
  assert.deepEqual(cloudTrailProperties.trailProperties, trail.trails)
  assert.deepEqual(cloudTrailProperties.startTime, startTime)
})

test('a role that does not trust the service, or is not there, makes the job fail', async () => {
  const jobId = await generate({
    cloudTrailDetails: {
      trails: [{ cloudTrailArn: 'arn:aws:cloudtrail:us-east-1:000000000000:trail/t' }],
      accessRole: principalArn,
      startTime: new Date(),
    },
  })
  const { jobDetails } = await account.analyze('GetGeneratedPolicy', { jobId })
  assert.equal(jobDetails.status, 'FAILED')
  assert.equal(jobDetails.jobError.code, 'AUTHORIZATION_ERROR')
})

test('jobs are listed newest first, cancelled, and one runs at a time', async () => {
  const input = { policyGenerationDetails: { principalArn }, clientToken: 'mine' }
  const { jobId } = await account.analyze('StartPolicyGeneration', input)
  assert.equal((await account.analyze('StartPolicyGeneration', input)).jobId, jobId)
  await account.analyze('CancelPolicyGeneration', { jobId })
  const list = async (more: object = {}) =>
    (await account.analyze('ListPolicyGenerations', more)).policyGenerations
  const all = await list({ principalArn })
  assert.equal(all[0].jobId, jobId)
  assert.match(all[0].status, /^(CANCELED|SUCCEEDED)$/)
  assert.ok(all.length >= 4)
  assert.deepEqual(await list({ principalArn: 'arn:aws:iam::000000000000:user/helper' }), [])
  const page = await account.analyze('ListPolicyGenerations', { maxResults: 1 })
  assert.equal((await list({ nextToken: page.nextToken })).length, all.length - 1)
  for (const operation of ['GetGeneratedPolicy', 'CancelPolicyGeneration'])
    await account.refuses(operation, { jobId: 'none' }, 'ValidationException')
})

test('what cannot be generated is refused', async () => {
  const trail = {
    trails: [{ cloudTrailArn: 'arn:aws:cloudtrail:us-east-1:000000000000:trail/t' }],
    accessRole: 'arn:aws:iam::000000000000:role/reader',
  }
  const day = 86_400_000
  const at = (days: number) => new Date(Date.now() + days * day)
  for (const input of [
    { policyGenerationDetails: { principalArn: 'arn:aws:iam::000000000000:role/none' } },
    { policyGenerationDetails: { principalArn: 'arn:aws:iam::111122223333:role/worker' } },
    { policyGenerationDetails: { principalArn: 'worker' } },
    { cloudTrailDetails: { ...trail, startTime: at(-100) } },
    { cloudTrailDetails: { ...trail, startTime: at(-1), endTime: at(-2) } },
    { cloudTrailDetails: { ...trail, startTime: at(100) } },
    { cloudTrailDetails: { ...trail, trails: [], startTime: at(-1) } },
  ])
    await account.refuses(
      'StartPolicyGeneration',
      { policyGenerationDetails: { principalArn }, ...input },
      'ValidationException',
    )
})
