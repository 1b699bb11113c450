import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { allow, policy } from '../../../test/account.ts'
import { type Analysis, openAnalysis } from '../../../test/analysis.ts'
import { probeService } from '../../../test/probe-service.ts'
import type { PolicedResource } from '../../kernel/inventory.ts'

const own = '000000000000'
const bucketArn = 'arn:aws:s3:::vault'
let bucketPolicy = ''

/** A bucket that no service keeps yet. */
async function* buckets(): AsyncGenerator<PolicedResource> {
  const facts = { type: 'AWS::S3::Bucket', account: own, region: '', tags: { team: 'blue' } }
  yield { ...facts, arn: bucketArn, policy: bucketPolicy }
  yield { ...facts, arn: 'arn:aws:s3:::other', policy: '' }
}

let account: Analysis
let analyzerArn: string
before(async () => {
  const probe = probeService({})
  const load = async () => ({ ...(await probe.load()), provides: { policedResources: buckets } })
  account = await openAnalysis({ services: [{ ...probe, load }] })
  analyzerArn = await account.analyzer('inside', 'ACCOUNT_INTERNAL_ACCESS', {
    configuration: {
      internalAccess: {
        analysisRule: {
          inclusions: [{ resourceTypes: ['AWS::S3::Bucket'], resourceArns: [bucketArn] }],
        },
      },
    },
  })
})
after(() => account.close())

const minute = 1 / 1_440
const put = (UserName: string, ...statements: object[]) =>
  account.iam('PutUserPolicy', {
    UserName,
    PolicyName: 'p',
    PolicyDocument: policy(...statements),
  })

/** Who can do what, by name, while it is active. */
async function reach(): Promise<Record<string, string[]>> {
  await account.wait(minute)
  const all = await account.findings(analyzerArn, { filter: { status: { eq: ['ACTIVE'] } } })
  const told = await Promise.all(
    all.map(async ({ id }) => {
      const { findingDetails } = await account.analyze('GetFindingV2', { analyzerArn, id })
      const { principal, action } = findingDetails[0].internalAccessDetails
      return [principal.AWS.split('/').at(-1), action] as const
    }),
  )
  return Object.fromEntries(told)
}

test('who can reach a watched resource by its own policies, or by the policy of the resource', async () => {
  for (const UserName of ['reader', 'guarded', 'conditional', 'nobody', 'elsewhere'])
    await account.iam('CreateUser', { UserName })
  await put('reader', allow('s3:GetObject', `${bucketArn}/*`))
  await put('guarded', allow('s3:*'), {
    ...allow('s3:*', [bucketArn, `${bucketArn}/*`]),
    Effect: 'Deny',
  })
  await put('conditional', {
    ...allow('s3:ListBucket', bucketArn),
    Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
  })
  await put('elsewhere', allow('s3:GetObject', 'arn:aws:s3:::other/*'))
  assert.deepEqual(await reach(), {
    reader: ['s3:GetObject'],
    conditional: ['s3:ListBucket'],
  })
  bucketPolicy = policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${own}:user/nobody` },
    Action: 's3:PutObject',
    Resource: `${bucketArn}/*`,
  })
  assert.deepEqual((await reach()).nobody, ['s3:PutObject'])
})

test('a finding tells the principal, the kind of access, and that nothing of an organization holds', async () => {
  const [one] = await account.findings(analyzerArn, {
    filter: { 'principal.AWS': { contains: ['user/reader'] }, principalType: { eq: ['IAM_USER'] } },
  })
  const { findingDetails, ...finding } = await account.analyze('GetFindingV2', {
    analyzerArn,
    id: one.id,
  })
  assert.deepEqual(
    [finding.resource, finding.resourceType, finding.findingType],
    [bucketArn, 'AWS::S3::Bucket', 'InternalAccess'],
  )
  assert.deepEqual(findingDetails, [
    {
      internalAccessDetails: {
        action: ['s3:GetObject'],
        condition: {},
        principal: { AWS: `arn:aws:iam::${own}:user/reader` },
        principalOwnerAccount: own,
        accessType: 'INTRA_ACCOUNT',
        principalType: 'IAM_USER',
        resourceControlPolicyRestriction: 'NOT_APPLICABLE',
        serviceControlPolicyRestriction: 'NOT_APPLICABLE',
      },
    },
  ])
  const { findingsStatistics } = await account.analyze('GetFindingsStatistics', { analyzerArn })
  const [{ internalAccessFindingsStatistics: told }] = findingsStatistics
  assert.equal(told.resourceTypeStatistics['AWS::S3::Bucket'].totalActiveFindings, 3)
})

test('a boundary keeps out, and access that is taken away is resolved', async () => {
  await account.iam('PutUserPermissionsBoundary', {
    UserName: 'reader',
    PermissionsBoundary: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess',
  })
  bucketPolicy = ''
  assert.deepEqual(Object.keys(await reach()), ['conditional'])
  const resolved = await account.findings(analyzerArn, { filter: { status: { eq: ['RESOLVED'] } } })
  assert.equal(resolved.length, 2)
})
