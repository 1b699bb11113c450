import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  accessRequest as arbitraryRequest,
  conditionElement,
  documentOf,
  policy,
  variable,
} from './access-requests.test-support.ts'
import { accessRequest, authorize } from './authorize.ts'
import { decide } from './evaluate.ts'
import { naiveDecision } from './naive-oracle.test-support.ts'
import { ALLOW, evaluatesTo, USER } from './scenario.test-support.ts'

type Values = string | number | boolean | readonly (string | number | boolean)[]
/** Operator, policy values, request value (undefined: absent), whether it holds. */
type Row = readonly [string, Values, Values | undefined, boolean]

const NOON = '2026-11-20T12:00:00Z'

const ROWS: readonly Row[] = [
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', [], 'b', false],
  ['StringEquals', '*', 'b', false],
  ['StringEquals', variable('*'), '*', true],
  ['StringEquals', `${variable('$')}{x}`, `$${'{x}'}`, true],
  ['StringEquals', '', '', true],
  ['StringEquals', 'a', undefined, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['stringequals', 'a', 'a', true],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotEquals', 'a', undefined, true],
  ['StringNotEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIgnoreCase', 'aBc', 'AbC', true],
  ['StringNotEqualsIgnoreCase', 'aBc', 'AbC', false],
  ['StringLike', 'a*c?', 'abbcd', true],
  ['StringLike', 'a*c?', 'abbc', false],
  ['StringLike', `a${variable('*')}`, 'ab', false],
  ['StringLike', `a${variable('*')}`, 'a*', true],
  ['StringLike', `a${variable('?')}*`, 'a?b', true],
  ['StringNotLike', 'a*', 'abc', false],
  ['StringNotLike', 'a*', 'b', true],
  ['NumericEquals', 5, '5.0', true],
  ['NumericEquals', '5', 'five', false],
  ['NumericNotEquals', '5', 'five', false],
  ['NumericNotEquals', '5', '6', true],
  ['NumericNotEquals', '5', undefined, true],
  ['NumericLessThan', '5', '4.9', true],
  ['NumericLessThan', '5', '5', false],
  ['NumericLessThanEquals', '5', '5', true],
  ['NumericGreaterThan', '-1', '0', true],
  ['NumericGreaterThanEquals', '1e3', '1000', true],
  ['NumericEquals', '', '', false],
  ['NumericEquals', '0x10', '16', false],
  ['DateEquals', NOON, '2026-11-20T14:00:00+02:00', true],
  ['DateEquals', NOON, String(Date.parse(NOON) / 1000), true],
  ['DateLessThan', '2026-11-21', NOON, true],
  ['DateGreaterThan', '2026', NOON, true],
  ['DateGreaterThanEquals', '2026-11', '2026-11-01T00:00Z', true],
  ['DateLessThanEquals', NOON, '2026-11-20T12:00:00.001Z', false],
  ['DateNotEquals', NOON, '2026-11-20', true],
  ['DateEquals', '2026-02-30', '2026-03-02', false],
  ['DateNotEquals', NOON, 'noon', false],
  ['Bool', true, 'true', true],
  ['Bool', 'True', 'true', true],
  ['Bool', 'false', 'true', false],
  ['Bool', 'true', undefined, false],
  ['BoolIfExists', 'true', undefined, true],
  ['BinaryEquals', 'aGk=', 'aGk=', true],
  ['BinaryEquals', 'aGk', 'aGk=', true],
  ['BinaryEquals', 'aGk=', 'aGkx', false],
  ['IpAddress', '10.0.0.0/8', '10.255.0.1', true],
  ['IpAddress', '10.0.0.0/8', '11.0.0.1', false],
  ['IpAddress', '10.1.2.3', '10.1.2.3', true],
  ['IpAddress', '0.0.0.0/0', '1.2.3.4', true],
  ['IpAddress', '0.0.0.0/0', '::1', false],
  ['IpAddress', '2001:db8::/33', '2001:db8:7fff::1', true],
  ['IpAddress', '2001:db8::/33', '2001:db8:8000::1', false],
  ['IpAddress', '::/0', '2001:db8::1', true],
  ['IpAddress', '10.0.0.0/8', '::ffff:10.0.0.1', true],
  ['IpAddress', '10.0.0.0/8', '10.0.0.256', false],
  ['NotIpAddress', '10.0.0.0/8', '11.0.0.1', true],
  ['NotIpAddress', '10.0.0.0/8', '10.0.0.1', false],
  ['NotIpAddress', '10.0.0.0/8', '::1', true],
  ['NotIpAddress', '10.0.0.0/8', 'nowhere', false],
  ['NotIpAddress', '10.0.0.0/8', undefined, true],
  ['ArnEquals', 'arn:aws:iam::*:user/b*', USER, true],
  ['ArnLike', 'arn:aws:iam::*:user/b*', USER, true],
  ['ArnLike', 'arn:aws:*:user/bob', USER, false],
  ['ArnLike', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/c/d:e', true],
  ['ArnLike', 'arn:aws:s3:::B', 'arn:aws:s3:::b', false],
  ['ArnLike', 'arn:aws:iam::1*:user/b?b', USER, true],
  ['ArnLike', '*', USER, true],
  ['ArnLike', '*', 'text', false],
  ['ArnNotLike', 'arn:aws:iam::*:user/*', USER, false],
  ['ArnNotEquals', 'arn:aws:s3:::x', USER, true],
  ['ArnNotEquals', 'arn:aws:s3:::x', 'text', false],
  ['ArnNotLike', 'arn:aws:s3:::x', undefined, true],
  ['ArnEquals', variable('aws:PrincipalArn'), USER, true],
  ['Null', true, undefined, true],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['Null', 'false', undefined, false],
  ['Null', 'true', [], true],
  ['NullIfExists', 'true', undefined, false],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', 'a', undefined, true],
  ['ForAllValues:StringEquals', 'a', [], true],
  ['ForAllValues:StringEquals', 'a', 'a', true],
  ['ForAllValues:StringNotEquals', 'a', ['b', 'c'], true],
  ['ForAllValues:StringNotEquals', 'a', ['a', 'c'], false],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
  ['ForAnyValue:StringEquals', 'a', undefined, false],
  ['ForAnyValue:StringNotEquals', 'a', undefined, false],
  ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
  ['ForAnyValue:StringNotEquals', 'a', ['a'], false],
  ['ForAnyValue:StringLike', 'b*', ['ab', 'bc'], true],
  ['foranyvalue:stringlike', 'b*', ['ab', 'bc'], true],
  ['StringEquals', 'a', ['a'], false],
  ['StringNotEquals', 'a', ['b'], false],
  ['StringMatches', 'a', 'a', false],
  ['StringEquals', '__proto__', '__proto__', true],
]

function ask(operator: string, values: Values, actual: Values | undefined, more: object = {}) {
  const Condition = { [operator]: { 't:Key': values } }
  return {
    principal: USER,
    action: 's3:GetObject',
    identity: [{ Version: '2012-10-17', Statement: { ...ALLOW, Condition } }],
    context: actual === undefined ? {} : { 'T:KEY': actual },
    ...more,
  }
}

for (const [operator, values, actual, holds] of ROWS) {
  test(`${operator} ${JSON.stringify(values)} ${holds ? 'holds' : 'fails'} for ${JSON.stringify(actual)}`, () => {
    evaluatesTo(ask(operator, values, actual), holds ? 'allowed' : 'implicitDeny')
  })
}

test('variables: single values, fallbacks, literal substitution, version', () => {
  const tagged = (tags: Record<string, string>) => ({ principal: { arn: USER, tags } })
  const team = variable('aws:PrincipalTag/Team')
  const cases: [string, string, string, object, boolean][] = [
    ['StringEquals', team, 'red', tagged({ team: 'red' }), true],
    ['StringEquals', team, 'red', {}, false],
    ['StringNotEquals', team, 'red', {}, true],
    ['StringEquals', variable("aws:PrincipalTag/Team, 'red'"), 'red', {}, true],
    [
      'StringEquals',
      variable("aws:PrincipalTag/Team, 'red'"),
      'red',
      tagged({ team: 'blue' }),
      false,
    ],
    ['StringLike', `${team}*`, 'xyz', tagged({ team: '*' }), false],
    ['StringLike', `${team}*`, '*yz', tagged({ team: '*' }), true],
    ['StringLike', `${variable('AWS:UserName')}-?`, 'bob-1', {}, true],
    ['NumericEquals', team, '5', tagged({ team: '5' }), false],
    ['Bool', team, 'true', tagged({ team: 'true' }), false],
    ['StringEquals', variable(''), variable(''), {}, true],
    ['StringEquals', '$' + '{open', '$' + '{open', {}, true],
  ]
  for (const [operator, value, actual, more, holds] of cases) {
    evaluatesTo(ask(operator, value, actual, more), holds ? 'allowed' : 'implicitDeny')
  }
  const old = { ...ALLOW, Condition: { StringEquals: { 't:key': team } } }
  const request = ask('Null', true, team, { identity: [{ Version: '2008-10-17', Statement: old }] })
  evaluatesTo(request, 'allowed')
})

test('a variable with several values has none', () => {
  const value = `*${variable('t:many')}`
  const context = { 't:key': 'xab', 't:many': ['a', 'b'] }
  evaluatesTo(ask('StringLike', value, 'x', { context }), 'implicitDeny')
  evaluatesTo(ask('StringNotLike', value, 'x', { context }), 'allowed')
})

test('what the principal tells cannot be overridden by the context, unless it is supposed', () => {
  const Condition = { StringEquals: { 'aws:username': 'bob' } }
  const identity = [{ Statement: { ...ALLOW, Condition } }]
  const context = { 'aws:username': 'eve' }
  const json = { principal: USER, action: 's3:GetObject', identity, context }
  evaluatesTo(json, 'implicitDeny')
  assert.equal(decide({ ...accessRequest(json), supposed: undefined }), true)
})

test('principal and resource keys are derived', () => {
  const session = {
    issuedAt: 0,
    expiresAt: 9e12,
    mfaAt: 60_000,
    sourceIdentity: 'eve',
    tags: { A: '1' },
  }
  const role = {
    arn: 'arn:aws:sts::111111111111:assumed-role/R/s',
    tags: { a: '0', B: '2' },
    session,
  }
  const keys: [object | string, string, string | undefined][] = [
    [USER, 'aws:username', 'bob'],
    [USER, 'aws:PrincipalType', 'User'],
    [USER, 'aws:MultiFactorAuthPresent', undefined],
    [role, 'aws:username', undefined],
    [role, 'aws:PrincipalArn', 'arn:aws:iam::111111111111:role/R'],
    [role, 'aws:PrincipalAccount', '111111111111'],
    [role, 'aws:userid', 'AROAR:s'],
    [role, 'aws:PrincipalType', 'AssumedRole'],
    [role, 'aws:PrincipalTag/a', '1'],
    [role, 'aws:principaltag/b', '2'],
    [role, 'aws:MultiFactorAuthPresent', 'true'],
    [role, 'aws:MultiFactorAuthAge', '60'],
    [role, 'aws:TokenIssueTime', '1970-01-01T00:00:00Z'],
    [role, 'aws:SourceIdentity', 'eve'],
    [role, 'aws:CurrentTime', '1970-01-01T00:02:00Z'],
    [role, 'aws:EpochTime', '120'],
    [role, 'aws:ResourceAccount', '111111111111'],
    [role, 'aws:ResourceTag/owner', 'bob'],
    [role, 'iam:ResourceTag/Owner', 'bob'],
    ['arn:aws:iam::111111111111:root', 'aws:PrincipalType', 'Account'],
    [{ ...role, session: { ...session, mfaAt: undefined } }, 'aws:MultiFactorAuthPresent', 'false'],
    [{ ...role, session: { federatedKeys: { 'saml:sub': 'x' } } }, 'SAML:sub', 'x'],
  ]
  for (const [principal, key, expected] of keys) {
    const Condition = { StringEquals: { [key]: expected ?? '' } }
    const { contextRead, missingKeys } = authorize({
      principal,
      action: 's3:GetObject',
      resource: { arn: '*', tags: { Owner: 'bob' } },
      identity: [{ Statement: { ...ALLOW, Condition } }],
      now: 120_000,
      resourceControl: [],
      boundary: { Statement: { ...ALLOW, Condition } },
    })
    const root = key === 'aws:PrincipalType' && expected === 'Account'
    if (root) continue
    assert.equal(contextRead[key.toLowerCase()], expected, key)
    assert.deepEqual(missingKeys, expected === undefined ? [key] : [])
  }
})

test('single conditions agree with the naive reading', () => {
  fc.assert(
    fc.property(arbitraryRequest, conditionElement, (request, Condition) => {
      const identity = [policy(documentOf({ ...ALLOW, Condition }))]
      const alone = {
        ...request,
        principal:
          request.principal.kind === 'root'
            ? { ...request.principal, kind: 'user' as const, name: 'root' }
            : request.principal,
        layers: { identity },
        resource: { arn: '*', account: '', tags: request.resource.tags },
      }
      assert.equal(decide(alone), naiveDecision(alone))
    }),
    { numRuns: 6000 },
  )
})
