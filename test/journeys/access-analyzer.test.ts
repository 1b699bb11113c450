import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { keysOf, policy, trusting } from '../account.ts'
import { type Analysis, openAnalysis, refusal } from '../analysis.ts'
import type { Keys } from '../installation.ts'

/**
 * A year of a security engineer: a partner is let in on purpose, somebody is let in by mistake, and
 * a role that could do everything keeps what it needs.
 */

const own = '000000000000'
const partner = '111122223333'
const stranger = '444455556666'
const minute = 1 / 1_440
const root = (account: string) => `arn:aws:iam::${account}:root`

let account: Analysis
let external: string
let unused: string
let engineer: Keys
let developer: Keys
before(async () => {
  account = await openAnalysis()
  engineer = await account.user('engineer', 'access-analyzer:*', 'iam:*')
  developer = await account.user('developer', 'sts:AssumeRole', 'access-analyzer:List*')
})
after(() => account.close())

const open = async () => {
  const filter = { status: { eq: ['ACTIVE'] } }
  const { findings } = await account.analyze(
    'ListFindings',
    { analyzerArn: external, filter },
    engineer,
  )
  return findings as { id: string; principal: { AWS: string }; resource: string }[]
}

test('the engineer sets up what watches; the developer may look and not touch', async () => {
  const make = async (analyzerName: string, type: string, more: object = {}) =>
    (await account.analyze('CreateAnalyzer', { analyzerName, type, ...more }, engineer)).arn
  external = await make('external', 'ACCOUNT', {
    archiveRules: [{ ruleName: 'partner', filter: { 'principal.AWS': { eq: [partner] } } }],
  })
  unused = await make('unused', 'ACCOUNT_UNUSED_ACCESS', {
    configuration: { unusedAccess: { unusedAccessAge: 90 } },
  })
  const { analyzers } = await account.analyze('ListAnalyzers', {}, developer)
  assert.equal(analyzers.length, 2)
  const error = await refusal(
    account.analyze('DeleteAnalyzer', { analyzerName: 'external' }, developer),
  )
  assert.equal(error.name, 'AccessDeniedException')
  assert.match(
    error.message,
    /user\/developer is not authorized to perform: access-analyzer:DeleteAnalyzer on resource: arn:aws:access-analyzer:us-east-1:000000000000:analyzer\/external/,
  )
})

test('a trust is previewed, given, found where nobody expected it, and taken back', async () => {
  await account.role('for-partner', trusting(root(partner)))
  assert.deepEqual(await open(), [])
  const resource = `arn:aws:iam::${own}:role/for-stranger`
  const { id: accessPreviewId } = await account.analyze(
    'CreateAccessPreview',
    {
      analyzerArn: external,
      configurations: { [resource]: { iamRole: { trustPolicy: trusting(root(stranger)) } } },
    },
    engineer,
  )
  const preview = await account.analyze(
    'ListAccessPreviewFindings',
    { analyzerArn: external, accessPreviewId },
    engineer,
  )
  assert.deepEqual(
    preview.findings.map((one: { changeType: string }) => one.changeType),
    ['NEW'],
  )
  await account.role('for-stranger', trusting(root(stranger)))
  const [found, ...more] = await open()
  assert.deepEqual(more, [])
  assert.deepEqual([found!.resource, found!.principal.AWS], [resource, stranger])
  await account.iam('UpdateAssumeRolePolicy', {
    RoleName: 'for-stranger',
    PolicyDocument: trusting(root(own)),
  })
  assert.deepEqual(await open(), [])
})

test('a role that may everything ends with what it does', async () => {
  const RoleName = 'deployer'
  const principalArn = await account.role(RoleName, trusting(root(own)))
  await account.iam('AttachRolePolicy', {
    RoleName,
    PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
  })
  const deploy = async () => {
    const command = new AssumeRoleCommand({ RoleArn: principalArn, RoleSessionName: 'deploy' })
    const { Credentials } = await account.house.as(developer).sts.send(command)
    const keys = keysOf({ Credentials: Credentials! })
    const profile = { InstanceProfileName: 'app' }
    await account.iam('CreateInstanceProfile', profile, keys)
    await account.iam('AddRoleToInstanceProfile', { ...profile, RoleName: 'app' }, keys)
    await account.iam('RemoveRoleFromInstanceProfile', { ...profile, RoleName: 'app' }, keys)
    await account.iam('DeleteInstanceProfile', profile, keys)
  }
  await account.role(
    'app',
    policy({
      Effect: 'Allow',
      Principal: { Service: 'ec2.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
  )
  await account.wait(100)
  await deploy()
  await account.wait(minute)
  const permissions = async (status: string) =>
    account.findings(unused, {
      filter: {
        findingType: { eq: ['UnusedPermission'] },
        resource: { eq: [principalArn] },
        status: { eq: [status] },
      },
    })
  const [{ id }] = await permissions('ACTIVE')
  const { findingDetails } = await account.analyze('GetFindingV2', { analyzerArn: unused, id })
  const services = findingDetails.map(
    (one: { unusedPermissionDetails: { serviceNamespace: string; actions?: object[] } }) =>
      one.unusedPermissionDetails,
  )
  const iam = services.find(
    ({ serviceNamespace }: { serviceNamespace: string }) => serviceNamespace === 'iam',
  )
  assert.ok(services.length === 100 && iam === undefined, 'the first hundred of many services')

  const { jobId } = await account.analyze(
    'StartPolicyGeneration',
    { policyGenerationDetails: { principalArn } },
    engineer,
  )
  await account.wait(0)
  const { generatedPolicyResult } = await account.analyze('GetGeneratedPolicy', { jobId }, engineer)
  for (const [i, { policy: PolicyDocument }] of generatedPolicyResult.generatedPolicies.entries())
    await account.iam('PutRolePolicy', { RoleName, PolicyName: `needed-${i}`, PolicyDocument })
  await account.iam('DetachRolePolicy', {
    RoleName,
    PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
  })
  await deploy()
  await account.wait(minute)
  assert.equal((await permissions('ACTIVE')).length, 0)
  assert.equal((await permissions('RESOLVED')).length, 1)
})

test('the history tells who analyzed what', async () => {
  const { cloudtrail } = account.house.as()
  const { Events = [] } = await cloudtrail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'StartPolicyGeneration' }],
    }),
  )
  assert.deepEqual(
    Events.map(({ EventSource, Username }) => [EventSource, Username]),
    [['access-analyzer.amazonaws.com', 'engineer']],
  )
})
