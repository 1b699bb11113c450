import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type Account,
  allow,
  keysOf,
  openAccount,
  policy,
  trusting,
} from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'

let account: Account
let ada: Keys
before(async () => {
  account = await openAccount('--test-clock')
  ada = await account.user('ada', 'iam:ListUsers', 's3:Get*')
})
after(() => account.close())

const arn = (path: string) => `arn:aws:iam::000000000000:${path}`
const generate = async (Arn: string, Granularity?: string): Promise<string> =>
  (await account.iam('GenerateServiceLastAccessedDetails', { Arn, Granularity })).JobId
const details = (JobId: string, more: object = {}) =>
  account.iam('GetServiceLastAccessedDetails', { JobId, ...more })

test('a user’s report names the services that its policies allow, and when they were tried', async () => {
  await account.iam('ListUsers', {}, ada)
  const report = await details(await generate(arn('user/ada'), 'ACTION_LEVEL'))
  assert.deepEqual([report.JobStatus, report.JobType], ['COMPLETED', 'ACTION_LEVEL'])
  const [iam, s3] = report.ServicesLastAccessed
  assert.deepEqual(
    [
      iam.ServiceName,
      iam.ServiceNamespace,
      iam.LastAuthenticatedEntity,
      iam.LastAuthenticatedRegion,
    ],
    ['AWS Identity and Access Management', 'iam', arn('user/ada'), 'us-east-1'],
  )
  assert.equal(iam.TotalAuthenticatedEntities, 1)
  assert.deepEqual(
    iam.TrackedActionsLastAccessed.map((action: { ActionName: string }) => action.ActionName),
    ['ListUsers'],
  )
  assert.ok(iam.TrackedActionsLastAccessed[0].LastAccessedTime instanceof Date)
  assert.deepEqual(
    [s3.ServiceNamespace, s3.LastAuthenticated, s3.TotalAuthenticatedEntities],
    ['s3', undefined, 0],
  )
  assert.equal(report.ServicesLastAccessed.length, 2)
  const plain = await details(await generate(arn('user/ada')))
  assert.equal(plain.JobType, 'SERVICE_LEVEL')
  assert.equal(plain.ServicesLastAccessed[0].TrackedActionsLastAccessed, undefined)
})

test('groups and policies tell who used them', async () => {
  const PolicyDocument = policy(allow(['iam:Get*', 'sqs:*']))
  const { Policy } = await account.iam('CreatePolicy', { PolicyName: 'p', PolicyDocument })
  await account.iam('CreateGroup', { GroupName: 'g' })
  await account.iam('AttachGroupPolicy', { GroupName: 'g', PolicyArn: Policy.Arn })
  await account.iam('AddUserToGroup', { GroupName: 'g', UserName: 'ada' })
  await account.iam('CreateRole', {
    RoleName: 'r',
    AssumeRolePolicyDocument: trusting('000000000000'),
  })
  await account.iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: Policy.Arn })
  for (const subject of [arn('group/g'), Policy.Arn]) {
    const JobId = await generate(subject)
    const { ServicesLastAccessed } = await details(JobId)
    assert.deepEqual(
      ServicesLastAccessed.map((service: { ServiceNamespace: string }) => service.ServiceNamespace),
      ['iam', 'sqs'],
    )
    const { EntityDetailsList } = await account.iam('GetServiceLastAccessedDetailsWithEntities', {
      JobId,
      ServiceNamespace: 'iam',
    })
    assert.equal(EntityDetailsList[0].EntityInfo.Name, 'ada')
    assert.equal(EntityDetailsList[0].EntityInfo.Type, 'USER')
    assert.ok(EntityDetailsList[0].LastAuthenticated instanceof Date)
    if (subject === Policy.Arn) {
      assert.equal(EntityDetailsList[1].EntityInfo.Type, 'ROLE')
      assert.equal(EntityDetailsList[1].LastAuthenticated, undefined)
    }
    await account.refuses(
      ['iam', 'GetServiceLastAccessedDetailsWithEntities', { JobId, ServiceNamespace: 'ec2' }],
      'NoSuchEntity',
      404,
      /ec2/,
    )
  }
})

test('everything is allowed to administrators, but for what is denied on all resources', async () => {
  await account.user('boss')
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  await account.iam('AttachUserPolicy', { UserName: 'boss', PolicyArn })
  const first = await details(await generate(arn('user/boss')))
  assert.equal(first.ServicesLastAccessed.length, 100)
  assert.equal(first.IsTruncated, true)
  const all: string[] = []
  const JobId = await generate(arn('user/boss'))
  let Marker: string | undefined
  do {
    const page = await details(JobId, { Marker, MaxItems: 400 })
    for (const { ServiceNamespace } of page.ServicesLastAccessed) all.push(ServiceNamespace)
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.ok(all.length > 400 && all.includes('sqs'))
  await account.iam('PutUserPolicy', {
    UserName: 'boss',
    PolicyName: 'no-sqs',
    PolicyDocument: policy({ ...allow('sqs:*'), Effect: 'Deny' }),
  })
  const without = await details(await generate(arn('user/boss')), { MaxItems: 1_000 })
  assert.equal(without.ServicesLastAccessed.length, all.length - 1)
})

test('a report is told to who asked for it, and to nobody else, for a day', async () => {
  const JobId = await generate(arn('user/ada'))
  const other = await account.user('other', 'iam:*')
  const notFound = (keys?: Keys) =>
    account.refuses(
      ['iam', 'GetServiceLastAccessedDetails', { JobId }, keys],
      'NoSuchEntity',
      404,
      `The job with id ${JobId} cannot be found.`,
    )
  await notFound(other)
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 86_400 } })
  await notFound()
  await account.refuses(
    ['iam', 'GenerateServiceLastAccessedDetails', { Arn: arn('user/nobody') }],
    'NoSuchEntity',
    404,
    `ARN ${arn('user/nobody')} cannot be found.`,
  )
})

test('roles count in any session', async () => {
  await account.iam('PutUserPolicy', {
    UserName: 'ada',
    PolicyName: 'assume',
    PolicyDocument: policy(allow('sts:AssumeRole')),
  })
  const assume = async () =>
    keysOf(await account.sts('AssumeRole', { RoleArn: arn('role/r'), RoleSessionName: 's1' }, ada))
  await account.refuses(['iam', 'ListUsers', {}, await assume()], 'AccessDenied', 403, /ListUsers/)
  const { ServicesLastAccessed } = await details(await generate(arn('role/r')))
  const [iam] = ServicesLastAccessed
  assert.equal(iam.LastAuthenticatedEntity, arn('role/r'))
})

test('policies that grant access to services are listed with where they come from', async () => {
  const { PoliciesGrantingServiceAccess } = await account.iam('ListPoliciesGrantingServiceAccess', {
    Arn: arn('user/ada'),
    ServiceNamespaces: ['s3', 'sqs', 'ec2'],
  })
  assert.deepEqual(PoliciesGrantingServiceAccess, [
    { ServiceNamespace: 'ec2', Policies: [] },
    {
      ServiceNamespace: 's3',
      Policies: [
        { PolicyName: 'granted', PolicyType: 'INLINE', EntityType: 'USER', EntityName: 'ada' },
      ],
    },
    {
      ServiceNamespace: 'sqs',
      Policies: [{ PolicyName: 'p', PolicyType: 'MANAGED', PolicyArn: arn('policy/p') }],
    },
  ])
  const unknown = { Arn: arn('user/ada'), ServiceNamespaces: ['nothing'] }
  await account.refuses(
    ['iam', 'ListPoliciesGrantingServiceAccess', unknown],
    'InvalidInput',
    400,
    /nothing/,
  )
})
