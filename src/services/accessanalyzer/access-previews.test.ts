import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AccessPreviewFinding } from '@aws-sdk/client-accessanalyzer'
import { policy, trusting } from '../../../test/account.ts'
import { type Analysis, openAnalysis } from '../../../test/analysis.ts'

let account: Analysis
let analyzerArn: string
before(async () => {
  account = await openAnalysis()
  analyzerArn = await account.analyzer('previews')
})
after(() => account.close())

const stranger = '111122223333'
const root = (id: string) => `arn:aws:iam::${id}:root`
const arn = (rest: string) => `arn:aws:${rest}`

async function preview(resource: string, configuration: object) {
  const configurations = { [resource]: configuration }
  const { id: accessPreviewId } = await account.analyze('CreateAccessPreview', {
    analyzerArn,
    configurations,
  })
  const { accessPreview } = await account.analyze('GetAccessPreview', {
    analyzerArn,
    accessPreviewId,
  })
  assert.deepEqual(accessPreview.configurations, configurations)
  return { accessPreviewId, ...accessPreview }
}

async function previewed(resource: string, configuration: object, filter?: object) {
  const { accessPreviewId, status } = await preview(resource, configuration)
  assert.equal(status, 'COMPLETED')
  const input = { analyzerArn, accessPreviewId, filter }
  return (await account.analyze('ListAccessPreviewFindings', input)).findings
}

test('a new role is previewed as it would be found', async () => {
  const resource = arn('iam::000000000000:role/new')
  const trustPolicy = trusting(root(stranger))
  const [found, ...more] = await previewed(resource, { iamRole: { trustPolicy } })
  assert.deepEqual(more, [])
  const { id, createdAt, ...finding } = found
  assert.ok(id.length === 36 && createdAt instanceof Date)
  assert.deepEqual(finding, {
    resource,
    resourceType: 'AWS::IAM::Role',
    resourceOwnerAccount: '000000000000',
    principal: { AWS: stranger },
    action: ['sts:AssumeRole'],
    condition: {},
    isPublic: false,
    changeType: 'NEW',
    status: 'ACTIVE',
    resourceControlPolicyRestriction: 'NOT_APPLICABLE',
  })
  assert.deepEqual(
    await previewed(resource, { iamRole: { trustPolicy: trusting(root('000000000000')) } }),
    [],
  )
})

test('an existing role: what stays, what goes, what comes', async () => {
  const resource = await account.role('old', trusting(root(stranger)))
  const [existing] = await account.findings(analyzerArn)
  const both = policy({
    Effect: 'Allow',
    Principal: { AWS: [root(stranger), root('222233334444')] },
    Action: 'sts:AssumeRole',
  })
  const kinds = async (configuration: object, filter?: object) =>
    (await previewed(resource, { iamRole: configuration }, filter))
      .map((one: AccessPreviewFinding) => [
        one.changeType,
        one.status,
        one.existingFindingId,
        one.existingFindingStatus,
      ])
      .sort()
  const stays = ['UNCHANGED', 'ACTIVE', existing.id, 'ACTIVE']
  const comes = ['NEW', 'ACTIVE', undefined, undefined]
  assert.deepEqual(await kinds({ trustPolicy: both }), [comes, stays])
  assert.deepEqual(await kinds({}), [stays])
  assert.deepEqual(await kinds({ trustPolicy: trusting(root('000000000000')) }), [
    ['CHANGED', 'RESOLVED', existing.id, 'ACTIVE'],
  ])
  assert.deepEqual(await kinds({ trustPolicy: both }, { changeType: { eq: ['NEW'] } }), [comes])
  await account.iam('DeleteRole', { RoleName: 'old' })
  assert.deepEqual(await kinds({ trustPolicy: trusting(root(stranger)) }), [
    ['CHANGED', 'ACTIVE', existing.id, 'RESOLVED'],
  ])
})

const opening = (Action: string, Resource: string, Principal: unknown = '*') =>
  policy({ Effect: 'Allow', Principal, Action, Resource })

test('every kind of resource that a policy opens', async () => {
  for (const [resource, configuration, action] of [
    [
      'sqs:us-east-1:000000000000:q',
      (queuePolicy: string) => ({ sqsQueue: { queuePolicy } }),
      'sqs:SendMessage',
    ],
    [
      'sns:us-east-1:000000000000:t',
      (topicPolicy: string) => ({ snsTopic: { topicPolicy } }),
      'sns:Publish',
    ],
    ['s3:::b', (bucketPolicy: string) => ({ s3Bucket: { bucketPolicy } }), 's3:ListBucket'],
    [
      'secretsmanager:us-east-1:000000000000:secret:s-abcdef',
      (secretPolicy: string) => ({ secretsManagerSecret: { secretPolicy } }),
      'secretsmanager:GetSecretValue',
    ],
    [
      'dynamodb:us-east-1:000000000000:table/t',
      (tablePolicy: string) => ({ dynamodbTable: { tablePolicy } }),
      'dynamodb:GetItem',
    ],
    [
      'kms:us-east-1:000000000000:key/k',
      (text: string) => ({ kmsKey: { keyPolicies: { default: text } } }),
      'kms:Decrypt',
    ],
  ] as const) {
    const [found, ...more] = await previewed(arn(resource), configuration(opening(action, '*')))
    assert.deepEqual(more, [])
    assert.deepEqual([found.action, found.isPublic], [[action], true], resource)
  }
})

test('buckets are opened by policies, lists and access points, and closed by blocks', async () => {
  const resource = arn('s3:::b')
  const point = arn('s3:us-east-1:000000000000:accesspoint/p')
  const s3Bucket = {
    bucketPolicy: opening('s3:ListBucket', resource),
    bucketAclGrants: [
      {
        permission: 'READ_ACP',
        grantee: { uri: 'http://acs.amazonaws.com/groups/global/AllUsers' },
      },
      { permission: 'WRITE_ACP', grantee: { id: 'canonical' } },
    ],
    accessPoints: {
      [point]: {
        accessPointPolicy: opening('s3:ListBucket', point, { AWS: root(stranger) }),
      },
    },
  }
  const sources = async (more: object) =>
    (await previewed(resource, { s3Bucket: { ...s3Bucket, ...more } }))
      .map(
        (one: { sources: { type: string }[]; isPublic: boolean }) =>
          `${one.sources[0]!.type} ${one.isPublic}`,
      )
      .sort()
  assert.deepEqual(await sources({}), [
    'BUCKET_ACL false',
    'BUCKET_ACL true',
    'POLICY true',
    'S3_ACCESS_POINT false',
  ])
  const bucketPublicAccessBlock = { ignorePublicAcls: true, restrictPublicBuckets: true }
  assert.deepEqual(await sources({ bucketPublicAccessBlock }), [
    'BUCKET_ACL false',
    'S3_ACCESS_POINT false',
  ])
})

test('grants of keys and shares of snapshots', async () => {
  const grant = {
    operations: ['Decrypt'],
    granteePrincipal: `arn:aws:iam::${stranger}:role/r`,
    issuingAccount: '000000000000',
    constraints: { encryptionContextSubset: { team: 'blue' } },
  }
  const inside = { ...grant, granteePrincipal: 'arn:aws:iam::000000000000:role/r' }
  const keyPolicies = { default: opening('kms:*', '*', { AWS: root('000000000000') }) }
  const [found, ...more] = await previewed(arn('kms:us-east-1:000000000000:key/k'), {
    kmsKey: { keyPolicies, grants: [grant, inside] },
  })
  assert.deepEqual(more, [])
  assert.deepEqual(found.action, ['kms:Decrypt'])
  assert.deepEqual(found.condition, { 'kms:EncryptionContext:team': 'blue' })
  const snapshots = await previewed(arn('ec2:us-east-1:000000000000:snapshot/snap-1'), {
    ebsSnapshot: { userIds: [stranger, '000000000000'], groups: ['all'] },
  })
  assert.deepEqual(snapshots.map((one: { isPublic: boolean }) => one.isPublic).sort(), [
    false,
    true,
  ])
})

test('what cannot be is a failed preview, or refused', async () => {
  for (const iamRole of [{}, { trustPolicy: '' }, { trustPolicy: '{' }]) {
    const failed = await preview(arn('iam::000000000000:role/none'), { iamRole })
    assert.deepEqual(
      [failed.status, failed.statusReason],
      ['FAILED', { code: 'INVALID_CONFIGURATION' }],
    )
    const { accessPreviewId } = failed
    await account.refuses(
      'ListAccessPreviewFindings',
      { analyzerArn, accessPreviewId },
      'ValidationException',
    )
  }
  const role = { iamRole: { trustPolicy: trusting(root(stranger)) } }
  const one = arn('iam::000000000000:role/a')
  for (const configurations of [
    {},
    { [one]: role, [`${one}b`]: role },
    { nothing: role },
    { [arn('iam::111122223333:role/a')]: role },
    { [one]: { kmsKey: { keyPolicies: { other: '{}' } } } },
  ])
    await account.refuses(
      'CreateAccessPreview',
      { analyzerArn, configurations },
      'ValidationException',
    )
  const unused = await account.analyzer('unused', 'ACCOUNT_UNUSED_ACCESS')
  await account.refuses(
    'CreateAccessPreview',
    { analyzerArn: unused, configurations: { [one]: role } },
    'ValidationException',
  )
  const accessPreviewId = '00000000-0000-4000-8000-000000000000'
  for (const operation of ['GetAccessPreview', 'ListAccessPreviewFindings'])
    await account.refuses(
      operation,
      { analyzerArn, accessPreviewId },
      'ResourceNotFoundException',
      {
        resourceId: accessPreviewId,
        resourceType: 'AccessPreview',
      },
    )
})

test('previews are listed newest first, made once per token, and forgotten after a day', async () => {
  const configurations = { [arn('s3:::x')]: { s3Bucket: {} } }
  const input = { analyzerArn, configurations, clientToken: 'once' }
  const { id } = await account.analyze('CreateAccessPreview', input)
  assert.equal((await account.analyze('CreateAccessPreview', input)).id, id)
  const list = async () =>
    (await account.analyze('ListAccessPreviews', { analyzerArn })).accessPreviews
  const [newest, ...older] = await list()
  assert.deepEqual([newest.id, newest.status, newest.analyzerArn], [id, 'COMPLETED', analyzerArn])
  assert.ok(older.length > 5)
  await account.wait(2)
  assert.deepEqual(await list(), [])
})
