import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AccessRequest } from '../kernel/authorization.ts'
import { variable } from './access-requests.test-support.ts'
import { compileAction } from './action-patterns.ts'
import { matchesTemplate } from './arn-templates.ts'
import {
  ANY,
  ANY_WITHIN,
  matchesChunks,
  matchesGlob,
  matchesMixedGlob,
  ONE,
  ONE_WITHIN,
} from './glob.ts'
import { compileResource, type Shape } from './resource-patterns.ts'

const REQUEST = {
  principal: {
    kind: 'user',
    account: '1',
    arn: 'a',
    userId: 'i',
    name: 'bob',
    tags: { star: '*' },
  },
  layers: { identity: [] },
  action: 's3:GetObject',
  resource: { arn: '*', account: '1' },
  context: () => undefined,
  now: 0,
} satisfies AccessRequest

function matches(entry: string, arn: string, shape: Shape = 'identity', variables = true): boolean {
  return compileResource(entry, shape, variables)(arn, REQUEST, undefined)
}

test('resources', () => {
  const bob = variable('aws:username')
  const rows: [string, string, boolean][] = [
    ['*', '*', true],
    ['arn:aws:s3:::b', '*', false],
    ['**', '*', true],
    ['arn:aws:s3:::b', 'arn:aws:s3:::b', true],
    ['arn:aws:s3:::b', 'arn:aws:s3:::B', false],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::b/x/y:z', true],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::b', false],
    ['arn:aws:s3:::b?/*x*y', 'arn:aws:s3:::bb/1x2y', true],
    ['arn:aws:s3:::*b*c', 'arn:aws:s3:::bcb', false],
    ['arn:aws:sqs:*:1:q', 'arn:aws:sqs:us-east-1:1:q', true],
    ['arn:aws:sqs:us-*:1:q', 'arn:aws:sqs:us-east-1:1:q', true],
    ['arn:aws:sqs:us*1:1:q', 'arn:aws:sqs:us-east-1:1:q', true],
    ['arn:aws:sqs:us*1:1:q', 'arn:aws:sqs:us-east-1:1:q1:1:q', false],
    ['arn:aws:sqs:*:1:q', 'arn:aws:sqs:us-east-1:1:q1:1:q', true],
    ['arn:aws:sqs:us-east-1?1:q', 'arn:aws:sqs:us-east-1:1:q', false],
    [`arn:aws:s3:::b/${bob}/*`, 'arn:aws:s3:::b/bob/x', true],
    [`arn:aws:s3:::b/${bob}/*`, 'arn:aws:s3:::b/eve/x', false],
    [`arn:aws:s3:::b/${variable('aws:PrincipalTag/star')}`, 'arn:aws:s3:::b/x', false],
    [`arn:aws:s3:::b/${variable('aws:PrincipalTag/star')}`, 'arn:aws:s3:::b/*', true],
    [`arn:aws:s3:::b/${variable('no:key')}`, 'arn:aws:s3:::b/', false],
    [`arn:aws:s3:::b/${variable("no:key, 'x'")}?`, 'arn:aws:s3:::b/xy', true],
    [`arn:aws:s3:::b/${variable('*')}`, 'arn:aws:s3:::b/x', false],
    [`arn:aws:s3::${bob}:b`, 'arn:aws:s3::bob:b', false],
  ]
  for (const [entry, arn, expected] of rows) assert.equal(matches(entry, arn), expected, entry)
  const literal = `arn:aws:s3:::b/${bob}`
  assert.equal(matches(literal, 'arn:aws:s3:::b/bob', 'identity', false), false)
  assert.equal(matches(literal, literal, 'identity', false), true)
})

test('short resource ARNs: missing segments match anything beside a principal only', () => {
  const arn = 'arn:aws:sqs:us-east-1:1:q'
  for (const entry of ['arn:aws:sqs', 'arn:aws', 'arn:aws:sqs:us-east-1:1']) {
    assert.equal(matches(entry, arn), true, entry)
    assert.equal(matches(entry, arn, 'resource'), false, entry)
  }
  assert.equal(matches('arn:aws:sqs:*', arn, 'resource'), true)
  assert.equal(matches('arn:aws:sqs:*:q', arn, 'resource'), true)
  assert.equal(matches('arn:aws:sqs:*:q', arn), false)
  assert.equal(matches('arn:aws:sq', arn), false)
})

test('actions', () => {
  const rows: [string, string, boolean][] = [
    ['*', 'iam:createuser', true],
    ['iam:*', 'iam:createuser', true],
    ['IAM:Create*', 'iam:createuser', true],
    ['iam:c?eate*r', 'iam:createuser', true],
    ['iam:Create', 'iam:createuser', false],
    ['i*:CreateUser', 'iam:createuser', false],
    ['iam', 'iam:createuser', false],
    [' iam:CreateUser', 'iam:createuser', false],
    ['iam:CreateUser,', 'iam:createuser', false],
    ['**', 'iam:createuser', false],
  ]
  for (const [entry, action, expected] of rows) {
    assert.equal(compileAction(entry).matches(action), expected, entry)
  }
})

const unit = fc.constantFrom('a', 'b', ':')
const token = fc.oneof(
  unit.map((one) => one.charCodeAt(0)),
  fc.constantFrom(ANY, ONE, ANY_WITHIN, ONE_WITHIN),
)
const SOURCES = new Map([
  [ANY, '.*'],
  [ONE, '.'],
  [ANY_WITHIN, '[^:]*'],
  [ONE_WITHIN, '[^:]'],
])

test('globs agree with regular expressions', () => {
  const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''))
  fc.assert(
    fc.property(fc.array(token, { maxLength: 8 }), text, (tokens, given) => {
      const source = tokens.map((one) => SOURCES.get(one) ?? String.fromCharCode(one)).join('')
      const expected = new RegExp(`^${source}$`).test(given)
      assert.equal(matchesMixedGlob(tokens, given), expected)
      if (!tokens.some((one) => one === ANY_WITHIN || one === ONE_WITHIN)) {
        assert.equal(matchesGlob(tokens, given), expected)
      }
    }),
    { numRuns: 20_000 },
  )
  const chunks = fc.array(
    fc.array(unit, { maxLength: 2 }).map((units) => units.join('')),
    { minLength: 2, maxLength: 5 },
  )
  fc.assert(
    fc.property(chunks, text, (parts, given) => {
      assert.equal(matchesChunks(parts, given), new RegExp(`^${parts.join('.*')}$`).test(given))
    }),
    { numRuns: 5000 },
  )
})

test('hostile patterns stay cheap', () => {
  const arn = `arn:aws:s3:::${'a'.repeat(2000)}`
  const started = performance.now()
  for (const entry of [`arn:aws:s3:::${'*a'.repeat(600)}b`, `arn:aws:s3:::${'a?*'.repeat(400)}b`]) {
    assert.equal(matches(entry, arn), false)
  }
  assert.equal(matches(`arn:a${'*a'.repeat(200)}:s3:::${'*a'.repeat(200)}b`, arn), false)
  assert.ok(performance.now() - started < 500)
})

test('ARN templates', () => {
  const user = `arn:${variable('Partition')}:iam::${variable('Account')}:user/${variable('UserNameWithPath')}`
  assert.ok(matchesTemplate(user, 'arn:aws:iam::111111111111:user/a/b'))
  assert.ok(!matchesTemplate(user, 'arn:aws:iam::111111111111:role/a'))
  assert.ok(!matchesTemplate(user, 'arn:aws:iam::1:2:user/a'))
})
