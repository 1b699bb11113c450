import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { trusting } from '../../../test/account.ts'
import { type Analysis, openAnalysis } from '../../../test/analysis.ts'

let account: Analysis
let analyzerArn: string
const analyzerName = 'ruled'
const partner = '111122223333'
const trustingPartner = trusting(`arn:aws:iam::${partner}:root`)
const filter = { 'principal.AWS': { eq: [partner] }, resource: { contains: ['/quiet'] } }

before(async () => {
  account = await openAnalysis()
  analyzerArn = await account.analyzer(analyzerName, 'ACCOUNT', {
    archiveRules: [{ ruleName: 'first', filter }],
  })
})
after(() => account.close())

const statusOf = async (resource: string): Promise<string[]> => {
  const found = await account.findings(analyzerArn, { filter: { resource: { eq: [resource] } } })
  return found.map(({ status }) => status)
}

test('what is new and matches a rule is archived at once; the rest is not', async () => {
  const quiet = await account.role('quiet-1', trustingPartner)
  const loud = await account.role('loud', trustingPartner)
  const other = await account.role('quiet-2', trusting('arn:aws:iam::222233334444:root'))
  assert.deepEqual(await statusOf(quiet), ['ARCHIVED'])
  assert.deepEqual(await statusOf(loud), ['ACTIVE'])
  assert.deepEqual(await statusOf(other), ['ACTIVE'])
})

test('rules are shown, listed, changed and deleted', async () => {
  const show = async (ruleName: string) =>
    (await account.analyze('GetArchiveRule', { analyzerName, ruleName })).archiveRule
  const { createdAt, updatedAt, ...rule } = await show('first')
  assert.deepEqual(rule, { ruleName: 'first', filter })
  assert.deepEqual(createdAt, updatedAt)
  const second = { analyzerName, ruleName: 'second', filter: { isPublic: { eq: ['true'] } } }
  await account.analyze('CreateArchiveRule', { ...second, clientToken: 'once' })
  await account.analyze('CreateArchiveRule', { ...second, clientToken: 'once' })
  await account.refuses('CreateArchiveRule', second, 'ConflictException', {
    resourceId: `${analyzerArn}/archive-rule/second`,
    resourceType: 'ArchiveRule',
  })
  const list = async () =>
    (await account.analyze('ListArchiveRules', { analyzerName })).archiveRules.map(
      (one: { ruleName: string }) => one.ruleName,
    )
  assert.deepEqual(await list(), ['first', 'second'])
  const next = { resourceType: { neq: ['AWS::IAM::Role'] } }
  await account.analyze('UpdateArchiveRule', { ...second, filter: next })
  assert.deepEqual((await show('second')).filter, next)
  await account.analyze('DeleteArchiveRule', { analyzerName, ruleName: 'second' })
  assert.deepEqual(await list(), ['first'])
  for (const operation of ['GetArchiveRule', 'UpdateArchiveRule', 'DeleteArchiveRule'])
    await account.refuses(operation, second, 'ResourceNotFoundException', {
      resourceId: `${analyzerArn}/archive-rule/second`,
      resourceType: 'ArchiveRule',
    })
})

test('a rule is applied to what is there already, and only then', async () => {
  const resource = await account.role('later', trustingPartner)
  assert.deepEqual(await statusOf(resource), ['ACTIVE'])
  const ruleName = 'late'
  await account.analyze('CreateArchiveRule', {
    analyzerName,
    ruleName,
    filter: { resource: { eq: [resource] } },
  })
  assert.deepEqual(await statusOf(resource), ['ACTIVE'])
  await account.analyze('ApplyArchiveRule', { analyzerArn, ruleName })
  assert.deepEqual(await statusOf(resource), ['ARCHIVED'])
  await account.refuses(
    'ApplyArchiveRule',
    { analyzerArn, ruleName: 'none' },
    'ResourceNotFoundException',
  )
})

test('a filter must say something that findings know', async () => {
  for (const wrong of [
    {},
    { status: { eq: ['ACTIVE'] } },
    { id: { eq: ['x'] } },
    { shoeSize: { eq: ['9'] } },
    { resource: {} },
    { resource: { eq: [] } },
    { resource: { eq: Array.from({ length: 21 }, String) } },
  ])
    await account.refuses(
      'CreateArchiveRule',
      { analyzerName, ruleName: 'wrong', filter: wrong },
      'ValidationException',
      { reason: 'fieldValidationFailed' },
    )
})

test('an analyzer has at most a hundred rules', async () => {
  const rule = (i: number) => ({ ruleName: `r${i}`, filter })
  await account.refuses(
    'CreateAnalyzer',
    {
      analyzerName: 'full',
      type: 'ACCOUNT_UNUSED_ACCESS',
      archiveRules: Array.from({ length: 101 }, (_, i) => rule(i)),
    },
    'ServiceQuotaExceededException',
  )
  await account.analyzer('full', 'ACCOUNT_UNUSED_ACCESS', {
    archiveRules: Array.from({ length: 100 }, (_, i) => rule(i)),
  })
  await account.refuses(
    'CreateArchiveRule',
    { analyzerName: 'full', ...rule(100) },
    'ServiceQuotaExceededException',
  )
})
