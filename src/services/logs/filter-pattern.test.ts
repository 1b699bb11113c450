import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matcherOf } from './filter-pattern.ts'

const json = JSON.stringify({
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  cluster: 'c',
  ok: true,
  latency: 12.5,
})
const access =
  '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 404 1534'

const matching: readonly (readonly [pattern: string, message: string, matches: boolean])[] = [
  ['', 'anything', true],
  ['ERROR', '[ERROR 400] BAD REQUEST', true],
  ['error', '[ERROR 400] BAD REQUEST', false],
  ['ERROR REQUEST', '[ERROR 400] BAD REQUEST', true],
  ['ERROR MISSING', '[ERROR 400] BAD REQUEST', false],
  ['?ERROR ?WARN', 'WARN: low', true],
  ['?ERROR ?WARN', 'INFO: fine', false],
  ['ERROR -400', '[ERROR 400] BAD REQUEST', false],
  ['ERROR -404', '[ERROR 400] BAD REQUEST', true],
  ['"BAD REQUEST"', '[ERROR 400] BAD REQUEST', true],
  ['"say \\"no\\""', 'they say "no" to it', true],
  ['%4\\d{2}%', '[ERROR 400] BAD', true],
  ['%^4\\d{2}$%', '[ERROR 400] BAD', false],
  ['%AUTHORIZED|DENIED%', 'access DENIED', true],
  ['{ $.eventType = "UpdateTrail" }', json, true],
  ['{ $.eventType = "Update*" }', json, true],
  ['{ $.eventType != "Update*" }', json, false],
  ['{ $.sourceIPAddress != 123.123.* }', json, true],
  ['{ $.arrayKey[0] = "value" }', json, true],
  ['{ $.objectList[1].id = 2 }', json, true],
  ['{ $.objectList[*].name = "b" }', json, true],
  ['{ $.SomeObject IS NULL }', json, true],
  ['{ $.SomeOther NOT EXISTS }', json, true],
  ['{ $.cluster NOT EXISTS }', json, false],
  ['{ $.ok IS TRUE }', json, true],
  ['{ $.latency > 12 && $.latency <= 12.5 }', json, true],
  ['{ $.latency > 1.3e1 }', json, false],
  ['{ ($.ok IS FALSE || $.cluster = "c") && $.latency < 100 }', json, true],
  ['{ $.eventType = %^Up.*l$% }', json, true],
  ['{ $.eventType = "x" }', 'no json', false],
  ['[ip, user, username, timestamp, request, status_code, bytes]', access, true],
  ['[ip, user, username, timestamp, request, status_code = 4*, bytes > 1000]', access, true],
  ['[ip, user, username, timestamp, request, status_code = 4*, bytes > 2000]', access, false],
  ['[ip, ..., status_code = 404 || status_code = 410, bytes]', access, true],
  ['[ip, ..., request = "*gif*", status_code, bytes]', access, true],
  ['[w1 = ERROR, w2]', 'ERROR it', true],
  ['[w1 = ERROR, w2]', 'ERROR it is', false],
  ['[w1 = %WARN|ERROR%, ...]', 'ERROR it is', true],
]

test('patterns match as AWS documents them', () => {
  for (const [pattern, message, matches] of matching)
    assert.equal(matcherOf(pattern)(message), matches, `${pattern} on ${message}`)
})

test('broken patterns are refused, and none takes long', () => {
  for (const pattern of [
    '{ $.a = }',
    '{ $.a = "b"',
    '{ a = "b" }',
    '{ $.a == "b" }',
    '[a, b',
    '[..., a, ...]',
    '"open',
    'with#sign',
    '%(%',
    '%a{200}%',
    '%[a%',
    `{ ${'('.repeat(100)}$.a = 1${')'.repeat(100)} }`,
  ])
    assert.throws(() => matcherOf(pattern), { name: 'InvalidParameterException' }, pattern)
  const heavy = matcherOf('%(a*)*b%')
  assert.equal(heavy('a'.repeat(20_000)), false)
})
