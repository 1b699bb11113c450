/** Every operator in all its dresses: quantifier, IfExists, absent, single and several values. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { variable } from './access-requests.test-support.ts'
import { accessRequest } from './authorize.ts'
import { decide } from './evaluate.ts'
import { explain } from './explain.ts'
import { ALLOW, OWN, USER } from './scenario.test-support.ts'

type Value = string | readonly string[]

function holds(operator: string, values: unknown, actual: Value | undefined, more = {}): boolean {
  const Condition = { [operator]: { 't:Key': values } }
  const request = accessRequest({
    principal: USER,
    action: 's3:GetObject',
    identity: [{ Version: '2012-10-17', Statement: { ...ALLOW, Condition } }],
    context: actual === undefined ? {} : { 'T:kEY': actual },
    ...more,
  })
  const decided = decide(request)
  assert.equal(explain(request).effect === 'allowed', decided)
  return decided
}

/** Operator, its negation, policy value, a value that meets it and one that does not. */
const PAIRS: readonly (readonly [string, string | undefined, string, string, string])[] = [
  ['StringEquals', 'StringNotEquals', 'a', 'a', 'A'],
  ['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'ab', 'AB', 'abc'],
  ['StringLike', 'StringNotLike', 'a*b?', 'axxbc', 'axxb'],
  ['NumericEquals', 'NumericNotEquals', '10', '10.0', '11'],
  ['NumericLessThan', undefined, '10', '9.5', '10'],
  ['NumericLessThanEquals', undefined, '10', '10', '10.01'],
  ['NumericGreaterThan', undefined, '10', '11', '10'],
  ['NumericGreaterThanEquals', undefined, '10', '10', '-10'],
  ['DateEquals', 'DateNotEquals', '2020-01-01T00:00:00Z', '1577836800', '2020-01-01T00:00:01Z'],
  ['DateLessThan', undefined, '2020-01-01T00:00:00Z', '2019-12-31T23:59:59Z', '2020-01-01'],
  ['DateLessThanEquals', undefined, '2020-01-01T00:00:00Z', '2020-01-01', '2020-01-02'],
  ['DateGreaterThan', undefined, '2020-01-01T00:00:00Z', '2020-01-01T00:00:00.5Z', '2020'],
  ['DateGreaterThanEquals', undefined, '2020-01-01', '2020-01-01T00:00:00Z', '2019-12'],
  ['Bool', undefined, 'true', 'True', 'false'],
  ['BinaryEquals', undefined, 'QUJD', 'QUJD', 'QUJE'],
  ['IpAddress', 'NotIpAddress', '203.0.113.0/24', '203.0.113.255', '203.0.114.0'],
  ['IpAddress', 'NotIpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5678::9', '2001:db8::9'],
  [
    'ArnEquals',
    'ArnNotEquals',
    'arn:aws:sns:*:1:t*',
    'arn:aws:sns:eu:1:top',
    'arn:aws:sns:eu:2:top',
  ],
  [
    'ArnLike',
    'ArnNotLike',
    'arn:aws:iam::1:role/?',
    'arn:aws:iam::1:role/x',
    'arn:aws:iam::1:role/xy',
  ],
]

for (const [positive, negative, wanted, meets, misses] of PAIRS) {
  test(`${positive} ${wanted}: single values, absence, IfExists`, () => {
    for (const operator of [positive, positive.toLowerCase(), positive.toUpperCase()]) {
      assert.equal(holds(operator, wanted, meets), true)
      assert.equal(holds(operator, wanted, misses), false)
      assert.equal(holds(operator, ['zz', wanted].slice(1), meets), true)
      assert.equal(holds(operator, wanted, undefined), false)
      assert.equal(holds(`${operator}IfExists`, wanted, undefined), true)
      assert.equal(holds(`${operator}IfExists`, wanted, meets), true)
      assert.equal(holds(`${operator}IfExists`, wanted, misses), false)
    }
    if (negative === undefined) return
    assert.equal(holds(negative, wanted, meets), false)
    assert.equal(holds(negative, wanted, misses), true)
    assert.equal(holds(negative, [wanted, wanted], misses), true)
    assert.equal(holds(negative, wanted, undefined), true)
    assert.equal(holds(`${negative}IfExists`, wanted, undefined), true)
    assert.equal(holds(`${negative}IfExists`, wanted, meets), false)
  })
  test(`${positive} ${wanted}: sets of values`, () => {
    const all = `ForAllValues:${positive}`
    const any = `ForAnyValue:${positive}`
    const rows: [string, Value | undefined, boolean][] = [
      [all, [meets], true],
      [all, [meets, meets], true],
      [all, [meets, misses], false],
      [all, [misses], false],
      [all, [], true],
      [all, undefined, true],
      [all, '', true],
      [all, meets, true],
      [all, misses, false],
      [any, [meets], true],
      [any, [misses, meets], true],
      [any, [misses], false],
      [any, [], false],
      [any, undefined, false],
      [any, meets, true],
      [any, misses, false],
      [`${all}IfExists`, undefined, true],
      [`${any}IfExists`, undefined, true],
      [`${any}IfExists`, [misses], false],
      // A key with several values meets set operators only.
      [positive, [meets], false],
      [positive, [meets, meets], false],
    ]
    for (const [operator, actual, expected] of rows) {
      assert.equal(holds(operator, wanted, actual), expected, `${operator} ${actual}`)
    }
    if (negative === undefined) return
    const allNot = `ForAllValues:${negative}`
    const anyNot = `ForAnyValue:${negative}`
    const negated: [string, Value | undefined, boolean][] = [
      [allNot, [misses, misses], true],
      [allNot, [misses, meets], false],
      [allNot, undefined, true],
      [anyNot, [meets, misses], true],
      [anyNot, [meets, meets], false],
      [anyNot, undefined, false],
      [`${anyNot}IfExists`, undefined, true],
    ]
    for (const [operator, actual, expected] of negated) {
      assert.equal(holds(operator, wanted, actual), expected, `${operator} ${actual}`)
    }
  })
  test(`${positive}: Null tells presence whatever the value`, () => {
    for (const actual of [meets, misses, [meets], [meets, misses]]) {
      assert.equal(holds('Null', 'true', actual), false)
      assert.equal(holds('Null', 'false', actual), true)
      assert.equal(holds('Null', false, actual), true)
    }
    assert.equal(holds('Null', 'true', undefined), true)
    assert.equal(holds('Null', true, undefined), true)
    assert.equal(holds('Null', 'False', undefined), false)
    assert.equal(holds('Null', 'true', []), true)
  })
}

test('forms of values', () => {
  const rows: [string, unknown, string, boolean][] = [
    ['NumericEquals', '1e3', '1000', true],
    ['NumericEquals', 5, '5', true],
    ['NumericEquals', '+5', '5.000', true],
    ['NumericEquals', '.5', '0.5', true],
    ['NumericLessThan', '-1', '-2', true],
    ['NumericEquals', ['1', '2', '3'], '2', true],
    ['NumericNotEquals', ['1', '2', '3'], '2', false],
    ['NumericEquals', 'NaN', 'NaN', false],
    ['NumericEquals', 'Infinity', 'Infinity', false],
    ['DateEquals', '2020-01-01T00:00:00+02:00', '2019-12-31T22:00:00Z', true],
    ['DateEquals', '2020-01-01T00:00:00-0130', '2020-01-01T01:30:00Z', true],
    ['DateEquals', '2020-01-01T00:00Z', '2020-01-01T00:00:00.000Z', true],
    ['DateEquals', '2020-01-01', '2020-01-01T00:00:00Z', true],
    ['DateEquals', 1577836800, '2020-01-01T00:00:00Z', true],
    ['DateEquals', '100', '1970-01-01T00:01:40Z', true],
    ['DateGreaterThan', '1577836800', '1577836801', true],
    ['DateEquals', '2020-02-30', '2020-03-01', false],
    ['DateEquals', 'today', 'today', false],
    ['Bool', true, 'TRUE', true],
    ['Bool', 'TRUE', 'true', true],
    ['Bool', ['true', 'false'], 'false', true],
    ['Bool', 'yes', 'yes', false],
    ['BinaryEquals', 'QUI=', 'QUI', true],
    ['BinaryEquals', 'QUJD', 'ASIAIOSFODNN7EXAMPLE', false],
    ['IpAddress', '10.1.2.3/8', '10.200.0.1', true],
    ['IpAddress', '10.1.2.3', '10.1.2.3', true],
    ['IpAddress', '10.1.2.3', '10.1.2.4', false],
    ['IpAddress', '0.0.0.0/0', '255.255.255.255', true],
    ['IpAddress', '0.0.0.0/0', '2001:db8::1', false],
    ['IpAddress', '::/0', '2001:db8::1', true],
    ['IpAddress', '::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['IpAddress', '10.0.0.0/8', '::ffff:10.9.9.9', true],
    ['IpAddress', '2001:db8::1', '2001:0db8:0:0:0:0:0:1', true],
    ['IpAddress', '10.0.0.0/31', '10.0.0.1', true],
    ['IpAddress', '10.0.0.0/31', '10.0.0.2', false],
    ['IpAddress', '10.0.0.0/33', '10.0.0.0', false],
    ['NotIpAddress', ['10.0.0.0/8', '192.168.0.0/16'], '192.168.1.1', false],
    ['NotIpAddress', ['10.0.0.0/8', '192.168.0.0/16'], '172.16.0.1', true],
    ['ArnLike', 'arn:*:s3:::b/*', 'arn:aws-cn:s3:::b/x:y/z', true],
    ['ArnLike', 'arn:aws:s3:*:b', 'arn:aws:s3:::b', false],
    ['ArnLike', 'arn:aws:sns:*:*:t', 'arn:aws:sns:eu-west-1:1:t', true],
    ['ArnLike', 'arn:aws:*:*:*:*', 'arn:aws:sns:eu-west-1:1:t', true],
    ['ArnEquals', 'arn:aws:sns:eu-?est-1:1:t', 'arn:aws:sns:eu-west-1:1:t', true],
    ['ArnLike', 'ARN:aws:sns:eu:1:t', 'arn:aws:sns:eu:1:t', false],
    ['ArnLike', 'arn:aws:iam::1:role/a/*', 'arn:aws:iam::1:role/a/b/c', true],
    ['ArnNotLike', 'arn:aws:iam::1:role/a/*', 'arn:aws:iam::1:role/b', true],
    ['StringLike', '*', '', true],
    ['StringLike', '', '', true],
    ['StringLike', '?', '', false],
    ['StringLike', 'a**b', 'ab', true],
    ['StringLike', 'home/*/x', 'home/a/b/x', true],
    ['StringEquals', 'a*', 'a*', true],
    ['StringEqualsIgnoreCase', 'a*', 'abc', false],
    ['StringEquals', 5, '5', true],
    ['StringEquals', true, 'true', true],
    ['StringEquals', 'ä', 'ä', true],
    ['StringEquals', `${variable('$')}5`, '$5', true],
    ['StringEquals', `a${variable('?')}`, 'a?', true],
    ['StringLike', `${variable('*')}*`, '*abc', true],
    ['StringLike', `${variable('*')}*`, 'abc', false],
  ]
  for (const [operator, wanted, actual, expected] of rows) {
    assert.equal(holds(operator, wanted, actual), expected, `${operator} ${wanted} ${actual}`)
  }
})

test('several operators and keys are all required, several values are alternatives', () => {
  const identity = (Condition: object) => [
    { Version: '2012-10-17', Statement: { ...ALLOW, Condition } },
  ]
  const ask = (Condition: object, context: object) =>
    holds('Null', true, undefined, { identity: identity(Condition), context })
  const both = { StringEquals: { 'a:x': ['1', '2'], 'a:y': '3' }, Bool: { 'a:z': 'true' } }
  assert.equal(ask(both, { 'a:x': '2', 'a:y': '3', 'a:z': 'true' }), true)
  assert.equal(ask(both, { 'a:x': '2', 'a:y': '3', 'a:z': 'false' }), false)
  assert.equal(ask(both, { 'a:x': '2', 'a:y': '4', 'a:z': 'true' }), false)
  assert.equal(ask(both, { 'a:x': '3', 'a:y': '3', 'a:z': 'true' }), false)
})

test('names of keys have no case, not even the names of tags', () => {
  const Condition = {
    StringEquals: { 'AWS:requesttag/TEAM': 'red', 'aws:ResourceTag/Owner': 'me' },
  }
  const more = {
    identity: [{ Version: '2012-10-17', Statement: { ...ALLOW, Condition } }],
    context: { 'aws:RequestTag/Team': 'red' },
    resource: { arn: '*', tags: { OWNER: 'me' } },
  }
  assert.equal(holds('Null', true, undefined, more), true)
})

test('an unknown operator never holds', () => {
  for (const operator of ['StringMatches', 'NullIfExists', 'ForAllValues:Null', 'ForSome:Bool']) {
    assert.equal(holds(operator, 'true', undefined), false, operator)
  }
})

test('variables have no meaning before version 2012-10-17', () => {
  const entry = `arn:aws:s3:::b/${variable('aws:username')}`
  for (const [Version, arn, expected] of [
    ['2012-10-17', 'arn:aws:s3:::b/bob', true],
    ['2012-10-17', entry, false],
    ['2008-10-17', 'arn:aws:s3:::b/bob', false],
    ['2008-10-17', entry, true],
    [undefined, entry, true],
    [undefined, 'arn:aws:s3:::b/bob', false],
  ] as const) {
    const identity = [{ Version, Statement: { ...ALLOW, Resource: entry } }]
    const more = { identity, resource: { arn, account: OWN } }
    assert.equal(holds('Null', true, undefined, more), expected, `${Version} ${arn}`)
  }
})
