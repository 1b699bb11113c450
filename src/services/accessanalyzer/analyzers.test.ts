import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Analysis, openAnalysis } from '../../../test/analysis.ts'

let account: Analysis
before(async () => {
  account = await openAnalysis()
})
after(() => account.close())

const arn = (name: string) => `arn:aws:access-analyzer:us-east-1:000000000000:analyzer/${name}`

test('an analyzer is created, shown, listed and deleted; the name is free again', async () => {
  const tags = { team: 'blue' }
  assert.equal(await account.analyzer('mine', 'ACCOUNT', { tags }), arn('mine'))
  const { analyzer } = await account.analyze('GetAnalyzer', { analyzerName: 'mine' })
  assert.deepEqual(
    { ...analyzer, createdAt: analyzer.createdAt instanceof Date },
    { arn: arn('mine'), name: 'mine', type: 'ACCOUNT', createdAt: true, status: 'ACTIVE', tags },
  )
  await account.analyzer('unused', 'ACCOUNT_UNUSED_ACCESS')
  const list = async (more: object) =>
    (await account.analyze('ListAnalyzers', more)).analyzers.map(
      (one: { name: string }) => one.name,
    )
  assert.deepEqual(await list({}), ['mine', 'unused'])
  assert.deepEqual(await list({ type: 'ACCOUNT' }), ['mine'])
  const first = await account.analyze('ListAnalyzers', { maxResults: 1 })
  assert.equal(first.analyzers[0].name, 'mine')
  assert.deepEqual(await list({ nextToken: first.nextToken }), ['unused'])
  await account.analyze('DeleteAnalyzer', { analyzerName: 'mine' })
  await account.refuses('GetAnalyzer', { analyzerName: 'mine' }, 'ResourceNotFoundException', {
    resourceId: arn('mine'),
    resourceType: 'Analyzer',
    message: 'The specified analyzer does not exist.',
  })
  await account.analyzer('mine')
  await account.analyze('DeleteAnalyzer', { analyzerName: 'mine' })
  await account.analyze('DeleteAnalyzer', { analyzerName: 'unused' })
})

test('one analyzer of an account per type; one name is one analyzer; requests can be repeated', async () => {
  const input = { analyzerName: 'only', type: 'ACCOUNT' }
  await account.analyze('CreateAnalyzer', { ...input, clientToken: 'once' })
  await account.analyze('CreateAnalyzer', { ...input, clientToken: 'once' })
  await account.refuses('CreateAnalyzer', input, 'ConflictException', {
    resourceId: arn('only'),
    resourceType: 'Analyzer',
  })
  await account.refuses(
    'CreateAnalyzer',
    { ...input, analyzerName: 'second' },
    'ServiceQuotaExceededException',
    { resourceId: arn('second'), resourceType: 'Analyzer' },
  )
  await account.analyze('DeleteAnalyzer', { analyzerName: 'only' })
})

test('what breaks a rule is told with the reason and the field', async () => {
  const refuses = (input: object, field: string) =>
    account
      .refuses(
        'CreateAnalyzer',
        { analyzerName: 'a', type: 'ACCOUNT', ...input },
        'ValidationException',
        {
          reason: 'fieldValidationFailed',
        },
      )
      .then(async () => {
        const error = await account
          .analyze('CreateAnalyzer', { analyzerName: 'a', type: 'ACCOUNT', ...input })
          .catch((e: unknown) => e)
        assert.deepEqual(
          error.fieldList.map(({ name }: { name: string }) => name),
          [field],
        )
      })
  await refuses({ analyzerName: '1st' }, 'analyzerName')
  await refuses({ analyzerName: '_AccessAnalyzerForX' }, 'analyzerName')
  await refuses({ type: 'GALAXY' }, 'type')
  await refuses({ tags: { 'aws:x': '1' } }, 'tags')
  await refuses({ configuration: { unusedAccess: { unusedAccessAge: 1 } } }, 'configuration')
  const unused = (unusedAccess: object) => ({
    type: 'ACCOUNT_UNUSED_ACCESS',
    configuration: { unusedAccess },
  })
  await refuses(unused({ unusedAccessAge: 0 }), 'unusedAccessAge')
  await refuses(unused({ unusedAccessAge: 366 }), 'unusedAccessAge')
  await refuses(
    unused({ analysisRule: { exclusions: [{ accountIds: ['111122223333'] }] } }),
    'accountIds',
  )
  const internal = (...inclusions: object[]) => ({
    type: 'ACCOUNT_INTERNAL_ACCESS',
    configuration: { internalAccess: { analysisRule: { inclusions } } },
  })
  await refuses(internal({ resourceTypes: ['AWS::IAM::Role'] }), 'resourceTypes')
  await refuses({ type: 'ORGANIZATION' }, 'type')
  const rule = { ruleName: 'r', filter: { resource: { exists: true } } }
  await refuses({ archiveRules: [rule, rule] }, 'archiveRules')
  await refuses({ archiveRules: [{ ...rule, filter: { nothing: { exists: true } } }] }, 'filter')
  assert.deepEqual((await account.analyze('ListAnalyzers')).analyzers, [])
})

test('a configuration is kept, and changed where it can be', async () => {
  const unusedAccess = {
    unusedAccessAge: 30,
    analysisRule: { exclusions: [{ resourceTags: [{ keep: 'yes' }] }] },
  }
  await account.analyzer('old', 'ACCOUNT_UNUSED_ACCESS', { configuration: { unusedAccess } })
  const shown = async () => (await account.analyze('GetAnalyzer', { analyzerName: 'old' })).analyzer
  assert.deepEqual((await shown()).configuration, { unusedAccess })
  const next = { unusedAccess: { unusedAccessAge: 60 } }
  const { configuration } = await account.analyze('UpdateAnalyzer', {
    analyzerName: 'old',
    configuration: next,
  })
  assert.deepEqual(configuration, next)
  assert.deepEqual((await shown()).configuration, next)
  await account.analyzer('external')
  await account.refuses('UpdateAnalyzer', { analyzerName: 'external' }, 'ValidationException')
  for (const analyzerName of ['old', 'external'])
    await account.analyze('DeleteAnalyzer', { analyzerName })
})

test('tags are added, replaced, listed and taken away', async () => {
  const resourceArn = await account.analyzer('tagged')
  const tags = async () => (await account.analyze('ListTagsForResource', { resourceArn })).tags
  await account.analyze('TagResource', { resourceArn, tags: { a: '1', b: '2' } })
  await account.analyze('TagResource', { resourceArn, tags: { a: '3' } })
  assert.deepEqual(await tags(), { a: '3', b: '2' })
  await account.analyze('UntagResource', { resourceArn, tagKeys: ['b', 'never'] })
  assert.deepEqual(await tags(), { a: '3' })
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, '']))
  await account.refuses('TagResource', { resourceArn, tags: many }, 'ValidationException')
  for (const operation of ['ListTagsForResource', 'TagResource', 'UntagResource'])
    await account.refuses(
      operation,
      { resourceArn: arn('none'), tags: {}, tagKeys: ['a'] },
      'ResourceNotFoundException',
    )
  await account.analyze('DeleteAnalyzer', { analyzerName: 'tagged' })
})
