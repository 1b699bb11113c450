import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { policy, trusting } from '../../../test/account.ts'
import { type Analysis, openAnalysis } from '../../../test/analysis.ts'

let account: Analysis
let analyzerArn: string
before(async () => {
  account = await openAnalysis()
  analyzerArn = await account.analyzer('external')
})
after(() => account.close())

const stranger = '111122223333'
const root = (id: string) => `arn:aws:iam::${id}:root`
const list = async (more: object = {}) =>
  (await account.analyze('ListFindings', { analyzerArn, ...more })).findings
const only = async (resource: string) => {
  const found = await list({ filter: { resource: { eq: [resource] } } })
  assert.equal(found.length, 1, JSON.stringify(found))
  return found[0]
}

test('a role that trusts a stranger is found at once, and resolved when the trust is gone', async () => {
  await account.role('own', trusting(root('000000000000')))
  const resource = await account.role('open', trusting(root(stranger)))
  const { id, createdAt, analyzedAt, updatedAt, ...finding } = await only(resource)
  assert.match(id, /^[a-f0-9-]{36}$/)
  assert.ok(createdAt instanceof Date && analyzedAt instanceof Date && updatedAt instanceof Date)
  assert.deepEqual(finding, {
    resource,
    resourceType: 'AWS::IAM::Role',
    resourceOwnerAccount: '000000000000',
    principal: { AWS: stranger },
    action: ['sts:AssumeRole'],
    condition: {},
    isPublic: false,
    status: 'ACTIVE',
    resourceControlPolicyRestriction: 'NOT_APPLICABLE',
  })
  const one = await account.analyze('GetFinding', { analyzerArn, id })
  assert.deepEqual(one.finding.principal, { AWS: stranger })
  const two = await account.analyze('GetFindingV2', { analyzerArn, id })
  assert.equal(two.findingType, 'ExternalAccess')
  assert.deepEqual(two.findingDetails[0].externalAccessDetails.action, ['sts:AssumeRole'])
  await account.iam('UpdateAssumeRolePolicy', {
    RoleName: 'open',
    PolicyDocument: trusting(root('000000000000')),
  })
  assert.equal((await only(resource)).status, 'RESOLVED')
  // What comes back is the same finding.
  await account.iam('UpdateAssumeRolePolicy', {
    RoleName: 'open',
    PolicyDocument: trusting(root(stranger)),
  })
  const again = await only(resource)
  assert.deepEqual([again.id, again.status], [id, 'ACTIVE'])
  await account.iam('DeleteRole', { RoleName: 'open' })
  assert.equal((await only(resource)).status, 'RESOLVED')
})

test('other permissions or conditions are another finding', async () => {
  const condition = { StringEquals: { 'sts:ExternalId': 'secret' } }
  const trust = (more: object = {}) =>
    policy({
      Effect: 'Allow',
      Principal: { AWS: root(stranger) },
      Action: 'sts:AssumeRole',
      ...more,
    })
  const resource = await account.role('changing', trust())
  const before = await only(resource)
  await account.iam('UpdateAssumeRolePolicy', {
    RoleName: 'changing',
    PolicyDocument: trust({ Condition: condition }),
  })
  const after = await list({ filter: { resource: { eq: [resource] } } })
  const byStatus = Object.fromEntries(after.map((one: { status: string }) => [one.status, one]))
  assert.equal(byStatus.RESOLVED.id, before.id)
  assert.deepEqual(byStatus.ACTIVE.condition, { 'sts:ExternalId': 'secret' })
})

test('everybody and providers of identities are strangers; services are not', async () => {
  await account.role(
    'public',
    policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
  )
  await account.role(
    'web',
    policy({
      Effect: 'Allow',
      Principal: { Federated: 'accounts.google.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'accounts.google.com:aud': 'app' } },
    }),
  )
  await account.role(
    'service',
    policy({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
  )
  const names = (found: { resource: string }[]) =>
    found.map(({ resource }) => resource.split('/').at(-1)).sort()
  assert.deepEqual(names(await list({ filter: { isPublic: { eq: ['true'] } } })), ['public'])
  assert.deepEqual(
    names(await list({ filter: { 'principal.Federated': { contains: ['google'] } } })),
    ['web'],
  )
  assert.deepEqual(
    names(await list({ filter: { 'condition.accounts.google.com:aud': { exists: true } } })),
    ['web'],
  )
  assert.deepEqual(await list({ filter: { resource: { contains: ['/service'] } } }), [])
  const resources = await account.analyze('ListAnalyzedResources', { analyzerArn })
  assert.ok(
    names(
      resources.analyzedResources.map((r: { resourceArn: string }) => ({
        resource: r.resourceArn,
      })),
    ).includes('service'),
  )
})

test('filters, sort and pages', async () => {
  const all = await list()
  const neq = await list({ filter: { status: { neq: ['RESOLVED'] } } })
  assert.ok(neq.length < all.length && neq.length > 1)
  assert.deepEqual(await list({ filter: { status: { eq: ['ACTIVE'] }, id: { eq: ['x'] } } }), [])
  const sorted = await list({ sort: { attributeName: 'resource', orderBy: 'ASC' } })
  const arns = sorted.map((one: { resource: string }) => one.resource)
  assert.deepEqual(arns, arns.toSorted())
  const down = await list({ sort: { attributeName: 'resource', orderBy: 'DESC' } })
  assert.deepEqual(
    down.map((one: { resource: string }) => one.resource),
    arns.toReversed(),
  )
  const ids: string[] = []
  let nextToken: string | undefined
  do {
    const page = await account.analyze('ListFindings', { analyzerArn, maxResults: 2, nextToken })
    ids.push(...page.findings.map((one: { id: string }) => one.id))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  assert.deepEqual(ids.toSorted(), all.map((one: { id: string }) => one.id).toSorted())
  for (const more of [
    { filter: { shoeSize: { eq: ['9'] } } },
    { filter: { changeType: { eq: ['NEW'] } } },
    { filter: { resource: {} } },
    { sort: { attributeName: 'shoeSize' } },
    { nextToken: 'forged' },
    { maxResults: 0 },
  ])
    await account.refuses('ListFindings', { analyzerArn, ...more }, 'ValidationException')
})

test('findings are archived and made active again, by id and by resource', async () => {
  const resource = await account.role('archived', trusting(root(stranger)))
  const { id } = await only(resource)
  const status = async () => (await only(resource)).status
  await account.analyze('UpdateFindings', { analyzerArn, ids: [id], status: 'ARCHIVED' })
  assert.equal(await status(), 'ARCHIVED')
  await account.analyze('UpdateFindings', { analyzerArn, resourceArn: resource, status: 'ACTIVE' })
  assert.equal(await status(), 'ACTIVE')
  await account.analyze('UpdateFindings', { analyzerArn, ids: [id], status: 'ARCHIVED' })
  // Looking again does not bring it back.
  await account.analyze('StartResourceScan', { analyzerArn, resourceArn: resource })
  assert.equal(await status(), 'ARCHIVED')
  await account.refuses(
    'UpdateFindings',
    { analyzerArn, ids: [id, 'none'], status: 'ACTIVE' },
    'ResourceNotFoundException',
    { resourceId: 'none', resourceType: 'Finding' },
  )
  assert.equal(await status(), 'ARCHIVED')
  await account.refuses('UpdateFindings', { analyzerArn, status: 'ACTIVE' }, 'ValidationException')
  await account.refuses('GetFinding', { analyzerArn, id: 'none' }, 'ResourceNotFoundException')
  await account.refuses('GetFindingV2', { analyzerArn, id: 'none' }, 'ResourceNotFoundException')
})

test('the analyzed resource tells what its findings come to', async () => {
  const resourceArn = await account.role('told', trusting(root(stranger)))
  const { resource } = await account.analyze('GetAnalyzedResource', { analyzerArn, resourceArn })
  const { createdAt, analyzedAt, updatedAt, ...rest } = resource
  assert.ok(createdAt <= analyzedAt && updatedAt <= analyzedAt)
  assert.deepEqual(rest, {
    resourceArn,
    resourceType: 'AWS::IAM::Role',
    resourceOwnerAccount: '000000000000',
    isPublic: false,
    actions: ['sts:AssumeRole'],
    status: 'ACTIVE',
  })
  for (const operation of ['GetAnalyzedResource', 'StartResourceScan'])
    await account.refuses(
      operation,
      { analyzerArn, resourceArn: `${resourceArn}-none` },
      'ResourceNotFoundException',
    )
})

test('statistics count findings by status and type of resource', async () => {
  const all = await list()
  const count = (status: string) =>
    all.filter((one: { status: string }) => one.status === status).length
  const { findingsStatistics } = await account.analyze('GetFindingsStatistics', { analyzerArn })
  const [{ externalAccessFindingsStatistics: told }] = findingsStatistics
  assert.deepEqual(
    [told.totalActiveFindings, told.totalArchivedFindings, told.totalResolvedFindings],
    [count('ACTIVE'), count('ARCHIVED'), count('RESOLVED')],
  )
  assert.deepEqual(told.resourceTypeStatistics['AWS::IAM::Role'], {
    totalActivePublic: 1,
    totalActiveCrossAccount: count('ACTIVE') - 1,
    totalActiveErrors: 0,
  })
})

test('many who ask at once see the same findings, each once', async () => {
  for (let i = 0; i < 20; i++) await account.role(`many-${i}`, trusting(root(stranger)))
  const filter = { resource: { contains: ['/many-'] } }
  const answers = await Promise.all(Array.from({ length: 8 }, () => list({ filter })))
  const ids = answers.map((found) => found.map(({ id }: { id: string }) => id).sort())
  assert.equal(ids[0]!.length, 20)
  for (const one of ids) assert.deepEqual(one, ids[0])
})

test('what was resolved is forgotten after ninety days', async () => {
  const resolved = { filter: { status: { eq: ['RESOLVED'] } } }
  const before = await list()
  const gone = await list(resolved)
  assert.ok(gone.length > 0)
  await account.wait(89)
  assert.equal((await list()).length, before.length)
  await account.wait(2)
  assert.deepEqual(await list(resolved), [])
  assert.equal((await list()).length, before.length - gone.length)
})

test('findings go with their analyzer', async () => {
  const before = await list()
  await account.analyze('DeleteAnalyzer', { analyzerName: 'external' })
  await account.refuses('ListFindings', { analyzerArn }, 'ResourceNotFoundException')
  await account.wait(0)
  await account.analyzer('external')
  const after = await list()
  const ids = new Set(before.map((one: { id: string }) => one.id))
  assert.ok(after.length > 0)
  assert.ok(after.every((one: { id: string; status: string }) => !ids.has(one.id)))
})
