import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { runs } from '../../../test/runs.ts'
import { documentOf, policy, variable } from '../access-requests.test-support.ts'
import { actionCatalogue } from '../actions.ts'
import { decide } from '../evaluate.ts'
import { comparedRequest, policyPair } from './compared.test-support.ts'
import { UnreadablePolicy } from './granting-statements.ts'
import { grants, newAccess } from './new-access.ts'

const tries = runs(1_500)
const requests = fc.array(comparedRequest, { minLength: 40, maxLength: 40 })

for (const kind of ['identity', 'resource'] as const) {
  test(`no request of which ${kind} policies were said not to allow it newly is newly allowed`, async () => {
    const catalogue = await actionCatalogue()
    const told = { pass: 0, fail: 0, unsure: 0, proven: 0 }
    await fc.assert(
      fc.asyncProperty(
        policyPair(kind === 'resource'),
        requests,
        async ([fresh, existing], some) => {
          const found = await newAccess(fresh, existing, kind, catalogue)
          if (found.length === 0) told.pass++
          else if (found.every(({ certain }) => certain)) told.fail++
          else told.unsure++
          const put = kind === 'resource' ? 'onResource' : 'beside'
          const gained = some.filter(
            ({ [put]: at }) => decide(at(policy(fresh))) && !decide(at(policy(existing))),
          )
          if (gained.length > 0) told.proven++
          if (gained.length > 0) assert.notEqual(found.length, 0, `${fresh} after ${existing}`)
          for (const request of some) {
            if (!decide(request[put](policy(fresh)))) continue
            const granted = await grants(
              fresh,
              [{ actions: [request.base.action], resources: [request.base.resource.arn] }],
              kind,
              catalogue,
            )
            assert.notEqual(granted.length, 0, fresh)
            break
          }
        },
      ),
      { numRuns: tries },
    )
    assert.ok(told.pass > tries / 5, JSON.stringify(told))
    assert.ok(told.unsure < tries / 10, JSON.stringify(told))
    assert.ok(told.proven > tries / 100, JSON.stringify(told))
    if (process.argv.includes('--tell')) console.info(kind, told)
  })
}

const allow = (Action: unknown, Resource: unknown = '*', Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
})
const deny = (...rest: Parameters<typeof allow>) => ({ ...allow(...rest), Effect: 'Deny' })
const text = (...statements: object[]) => JSON.stringify(documentOf(...(statements as never[])))

const bucket = 'arn:aws:s3:::b'
const own = `${bucket}/${variable('aws:username')}`
const mfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }
const secure = { Bool: { 'aws:SecureTransport': 'false' } }
const source = (...ranges: string[]) => ({ IpAddress: { 'aws:SourceIp': ranges } })
const org = (o: string) => ({ StringEquals: { 'aws:PrincipalOrgID': o } })

const rows: readonly [string, object[], object[], number[]][] = [
  ['the same policy', [allow('s3:*', own)], [allow('s3:*', own)], []],
  ['one action of many', [allow('s3:GetObject')], [allow('s3:Get*')], []],
  ['another action', [allow(['s3:GetObject', 's3:PutObject'])], [allow('s3:Get*')], [0]],
  ['a wider resource', [allow('s3:*', `${bucket}*`)], [allow('s3:*', `${bucket}/*`)], [0]],
  [
    'a resource in two halves',
    [allow('s3:*', [bucket, `${bucket}/?*`])],
    [allow('s3:*', `${bucket}*`)],
    [],
  ],
  [
    'halves that fill a range',
    [allow('s3:*', '*', source('10.0.0.0/8'))],
    [allow('s3:*', '*', source('10.0.0.0/9', '10.128.0.0/9'))],
    [],
  ],
  [
    'a wider range',
    [allow('s3:*', '*', source('10.0.0.0/8'))],
    [allow('s3:*', '*', source('10.0.0.0/9'))],
    [0],
  ],
  ['a condition less', [allow('s3:*')], [allow('s3:*', '*', mfa)], [0]],
  ['a condition more', [allow('s3:*', '*', mfa)], [allow('s3:*')], []],
  [
    'the same deny on both sides',
    [allow('s3:*'), deny('*', '*', secure)],
    [allow('*'), deny('*', '*', secure)],
    [],
  ],
  ['a deny less', [allow('s3:*')], [allow('*'), deny('*', '*', secure)], [0]],
  [
    'the weaker IfExists',
    [allow('s3:*', '*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } })],
    [allow('s3:*', '*', mfa)],
    [0],
  ],
  [
    'a value of several',
    [allow('s3:*', '*', org('o-1'))],
    [allow('s3:*', '*', { StringEquals: { 'aws:PrincipalOrgID': ['o-2', 'o-1'] } })],
    [],
  ],
  [
    'a value within a pattern',
    [allow('s3:*', '*', org('o-1'))],
    [allow('s3:*', '*', { StringLike: { 'aws:PrincipalOrgID': 'o-*' } })],
    [],
  ],
  [
    'NotAction spares what was not allowed',
    [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
    [allow('*'), deny('iam:*')],
    [],
  ],
  ['own folders within all folders', [allow('s3:*', own)], [allow('s3:*', `${bucket}/*`)], []],
  ['own files within own folders', [allow('s3:*', `${own}/x`)], [allow('s3:*', `${own}/*`)], []],
  ['all folders beyond own folders', [allow('s3:*', `${bucket}/*`)], [allow('s3:*', own)], [0]],
  [
    'numbers within a range',
    [allow('s3:*', '*', { NumericLessThan: { 's3:max-keys': '5' } })],
    [allow('s3:*', '*', { NumericLessThanEquals: { 's3:max-keys': '10' } })],
    [],
  ],
  [
    'either way is every way',
    [
      allow('s3:*', '*', { Null: { 'aws:TokenIssueTime': 'true' } }),
      allow('s3:*', '*', { Null: { 'aws:TokenIssueTime': 'false' } }),
    ],
    [allow('s3:*')],
    [],
  ],
  [
    'cases that fill everything',
    [allow('s3:*')],
    [
      allow('s3:*', '*', { Null: { 'aws:TokenIssueTime': 'true' } }),
      allow('s3:*', '*', { Null: { 'aws:TokenIssueTime': 'false' } }),
    ],
    [],
  ],
]

for (const [name, fresh, existing, indexes] of rows)
  test(`new access: ${name}`, async () => {
    const found = await newAccess(text(...fresh), text(...existing), 'identity')
    const certain = indexes.map((index) => ({ index, sid: undefined, certain: true }))
    assert.deepEqual(found, certain)
  })

test('new access: all actions of a wildcard, spelled out', async () => {
  const catalogue = await actionCatalogue()
  const spelled = text(allow(catalogue.expandWildcard('sts:*Role')))
  const found = await newAccess(text(allow('sts:*Role')), spelled, 'identity')
  assert.deepEqual(found, [{ index: 0, sid: undefined, certain: true }])
})

const whom = (Principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: '*',
  Principal,
  ...more,
})
const A = '111111111111'
const user = { AWS: `arn:aws:iam::${A}:user/bob` }
const session = { AWS: `arn:aws:sts::${A}:assumed-role/R/s1` }

const principalRows: readonly [string, object, object, number[]][] = [
  ['a user of the account', whom(user), whom({ AWS: A }), []],
  ['the account beyond a user', whom({ AWS: A }), whom(user), [0]],
  ['everybody beyond an account', whom('*'), whom({ AWS: A }), [0]],
  [
    'everybody of an account',
    whom('*', { Condition: { StringEquals: { 'aws:PrincipalAccount': A } } }),
    whom({ AWS: A }),
    [],
  ],
  ['an account by its other name', whom({ AWS: `arn:aws:iam::${A}:root` }), whom({ AWS: A }), []],
  [
    'a session of a role whose path it does not tell',
    whom(session, { Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${A}:role/?/R` } } }),
    whom(user),
    [0],
  ],
  ['a service', whom({ Service: 'sns.amazonaws.com' }), whom({ AWS: A }), [0]],
  ['everybody but one', whom('*'), { ...whom('*'), Principal: undefined, NotPrincipal: user }, [0]],
]

for (const [name, fresh, existing, indexes] of principalRows)
  test(`new access: ${name}`, async () => {
    const found = await newAccess(text(fresh), text(existing), 'resource')
    assert.deepEqual(
      found.map(({ index }) => index),
      indexes,
    )
  })

test('an access is granted where any of its actions is, on any of its resources', async () => {
  const document = text(allow('s3:Get*', `${bucket}/*`), deny('s3:GetObject', `${bucket}/secret/*`))
  const asked = async (access: object) => (await grants(document, [access], 'identity')).length > 0
  assert.equal(await asked({ actions: ['s3:GetObject', 's3:PutObject'] }), true)
  assert.equal(await asked({ actions: ['s3:PutObject'] }), false)
  assert.equal(await asked({ resources: [`${bucket}/a`] }), true)
  assert.equal(await asked({ resources: [bucket, 'arn:aws:s3:::c/*'] }), false)
  assert.equal(await asked({ actions: ['s3:GetObject'], resources: [`${bucket}/secret/*`] }), false)
  assert.equal(await asked({ actions: ['s3:*'], resources: [`${bucket}/secret/*`] }), true)
})

test('too much to tell is told as such, and never as nothing', async () => {
  const many = Array.from({ length: 14 }, (_, i) => `arn:aws:s3:::*${i}x*${i}y*`)
  const found = await newAccess(
    text(allow('s3:*', many)),
    text(allow('s3:*', many.slice(1))),
    'identity',
  )
  assert.deepEqual(found, [{ index: 0, sid: undefined, certain: false }])
})

test('what was there before is not new, however hard the rest is to tell', async () => {
  const hard = allow(
    's3:*',
    Array.from({ length: 14 }, (_, i) => `arn:aws:s3:::*${i}x*${i}y*`),
  )
  const more = allow('sqs:SendMessage')
  assert.deepEqual(await newAccess(text(hard, more), text(hard), 'identity'), [
    { index: 1, sid: undefined, certain: true },
  ])
  const less = text(hard, deny('s3:GetObject'))
  const [found] = await newAccess(text(hard), less, 'identity')
  assert.equal(found?.index, 0)
})

test('policies of many parts are told, or given up, before long', async () => {
  const parts = Array.from({ length: 300 }, (_, i) =>
    allow('s3:*', [`arn:aws:s3:::b${i}/*`, `arn:aws:s3:::c${i}/*`], {
      StringLike: { [`aws:PrincipalTag/k${i % 8}`]: `*a${i}*b*` },
    }),
  )
  const found = await newAccess(text(...parts), text(...parts, deny('s3:PutObject')), 'identity')
  assert.ok(found.length > 0)
})

test('a document that cannot be read is told which', async () => {
  await assert.rejects(newAccess(text(allow('*')), '{', 'identity'), (error) => {
    return error instanceof UnreadablePolicy && error.which === 1
  })
})
