import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkPolicy, type PolicyKind } from './check-policy.ts'
import { principalsNamed } from './check-principals.ts'
import { readPolicy } from './document.ts'

const ALLOW = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }

function message(kind: PolicyKind, statement: unknown, top: object = { Version: '2012-10-17' }) {
  const text =
    typeof statement === 'string' ? statement : JSON.stringify({ ...top, Statement: statement })
  return checkPolicy(text, kind)?.message
}

const SYNTAX = 'Syntax errors in policy.'
const LEGACY = 'The policy failed legacy parsing'

test('identity policies', () => {
  const resource = (Resource: unknown) => ({ ...ALLOW, Resource })
  const action = (Action: unknown) => ({ ...ALLOW, Action })
  const rows: [unknown, string | undefined][] = [
    [ALLOW, undefined],
    [[ALLOW, { ...ALLOW, Effect: 'Deny', Sid: 'x' }], undefined],
    ['{', SYNTAX],
    ['[]', SYNTAX],
    ['{"Version":"2012-10-17"}', SYNTAX],
    ['{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}', SYNTAX],
    [[], SYNTAX],
    [{ ...ALLOW, Extra: 1 }, SYNTAX],
    [{ ...ALLOW, NotAction: 's3:*' }, SYNTAX],
    [{ ...ALLOW, Effect: 'Maybe' }, SYNTAX],
    [{ ...ALLOW, Effect: 'allow' }, LEGACY],
    [{ ...ALLOW, Sid: 5 }, SYNTAX],
    [{ ...ALLOW, Condition: { StringMatches: { a: 'b' } } }, SYNTAX],
    [{ ...ALLOW, Condition: { StringEquals: 'x' } }, SYNTAX],
    [{ ...ALLOW, Condition: { DateLessThan: { 'aws:CurrentTime': 'noon' } } }, LEGACY],
    [{ ...ALLOW, Condition: { BoolIfExists: { 'aws:SecureTransport': true } } }, undefined],
    [{ ...ALLOW, Principal: '*' }, 'Policy document should not specify a principal.'],
    [
      [
        { ...ALLOW, Sid: 'a' },
        { ...ALLOW, Sid: 'a' },
      ],
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      { ...ALLOW, Sid: 'a b' },
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    ],
    [{ Effect: 'Allow', Resource: '*' }, 'Policy statement must contain actions.'],
    [action([]), 'Policy statement must contain actions.'],
    [{ Effect: 'Allow', Action: 's3:*' }, 'Policy statement must contain resources.'],
    [resource([]), 'Policy statement must contain resources.'],
    [
      action('GetObject'),
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [action('s3:a:b'), 'Actions/Condition can contain only one colon.'],
    [action('s 3:x'), 'Vendor s 3 is not valid'],
    [action('*:x'), 'Vendor * is not valid'],
    [action('*'), undefined],
    [resource('bucket'), 'Resource bucket must be in ARN format or "*".'],
    [
      resource('arn:cloud:s3:::b'),
      'Partition "cloud" is not valid for resource "arn:cloud:s3:::b".',
    ],
    [resource('arn:b'), 'Partition "b" is not valid for resource "arn:b:*:*:*:*".'],
    [
      resource('arn:aws:*:::b'),
      'Resource vendor must be fully qualified and cannot contain regexes.',
    ],
    [
      resource('arn:aws:iam:us-east-1::user/x'),
      'IAM resource arn:aws:iam:us-east-1::user/x cannot contain region information.',
    ],
    [
      resource('arn:aws:s3:us-east-1::b'),
      'Resource arn:aws:s3:us-east-1::b can not contain region information.',
    ],
    [resource('arn:aws:s3::b'), LEGACY],
  ]
  for (const [statement, expected] of rows) {
    assert.equal(message('identity', statement), expected, JSON.stringify(statement))
  }
  assert.match(
    message('identity', resource('arn:aws:iam::111111111111:cat/x'))!,
    /^IAM resource path must either be "\*"/,
  )
  const old = 'Policy document must be version 2012-10-17 or greater.'
  assert.equal(message('identity', ALLOW, {}), old)
  assert.equal(message('identity', ALLOW, { Version: '2008-10-17' }), old)
  assert.equal(message('identity', ALLOW, { Version: '2020-01-01' }), SYNTAX)
})

test('values, white space and short ARNs', () => {
  const when = (operator: string, value: unknown) => ({
    ...ALLOW,
    Condition: { [operator]: { 'aws:x': value } },
  })
  const rows: [object, string | undefined][] = [
    [when('IpAddress', ['10.0.0.0/8', '2001:db8::/32', '10.1.2.3']), undefined],
    [when('IpAddress', '10.0.0.0/33'), LEGACY],
    [when('NotIpAddressIfExists', 'here'), LEGACY],
    [when('NumericLessThan', 5), undefined],
    [when('NumericLessThan', 'five'), LEGACY],
    [when('DateLessThan', ['2020-01-01T00:00:00Z', 1577836800, '2020-01-01']), undefined],
    [when('DateLessThan', '2020-13-01'), LEGACY],
    [when('Bool', 'perhaps'), undefined],
    [when('ForAnyValue:StringLike', []), undefined],
    [when('StringEquals', { a: 'b' }), SYNTAX],
    [when('StringEquals', null), SYNTAX],
    [when('StringEqual', 'x'), SYNTAX],
    [when('NullIfExists', 'true'), SYNTAX],
    [when('ForAllValues:Null', 'true'), SYNTAX],
    [{ ...ALLOW, Condition: {} }, undefined],
    [{ ...ALLOW, Condition: [] }, SYNTAX],
    [{ ...ALLOW, Action: 'made:Up' }, undefined],
    [{ ...ALLOW, Action: 's3:NoSuchThing' }, undefined],
    [{ ...ALLOW, Resource: 'arn:aws:s3' }, undefined],
    [{ ...ALLOW, Resource: 'arn:aws-cn:s3:::b' }, undefined],
    [{ ...ALLOW, Resource: 'arn:*:s3:::b' }, undefined],
    [{ ...ALLOW, NotResource: '*' }, SYNTAX],
  ]
  for (const [statement, expected] of rows) {
    assert.equal(message('identity', statement), expected, JSON.stringify(statement))
  }
  assert.equal(
    message('identity', ` ${JSON.stringify({ Version: '2012-10-17', Statement: ALLOW })}`),
    LEGACY,
  )
  assert.equal(
    message('identity', `${JSON.stringify({ Version: '2012-10-17', Statement: ALLOW })}\n`),
    undefined,
  )
  assert.equal(
    message('session', { ...ALLOW, Resource: 'arn:aws:s3' }),
    'Resource arn:aws:s3 must be in ARN format or "*".',
  )
  assert.equal(message('session', { ...ALLOW, Resource: 'arn:aws:s3:::*' }), undefined)
})

test('trust policies', () => {
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111111111111' } }
  const rows: [object, string | undefined][] = [
    [trust, undefined],
    [{ ...trust, Principal: { AWS: '*' } }, undefined],
    [{ ...trust, Principal: '*' }, 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'],
    [{ ...trust, Action: ['sts:AssumeRole', 'sts:TagSession'] }, undefined],
    [{ ...trust, Principal: { Service: 'ec2.amazonaws.com' } }, undefined],
    [{ ...trust, Principal: { Federated: 'cognito-identity.amazonaws.com' } }, undefined],
    [{ ...trust, Resource: '*' }, 'Has prohibited field Resource'],
    [{ ...trust, Principal: undefined }, 'Missing required field Principal'],
    [{ ...trust, Principal: undefined, NotPrincipal: '*' }, 'Has prohibited field NotPrincipal'],
    [
      { ...trust, Action: 's3:GetObject' },
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [{ ...trust, Action: '*' }, 'AssumeRole policy may only specify STS AssumeRole actions.'],
    [{ ...trust, Principal: { AWS: 'bob' } }, 'Invalid principal in policy: "AWS":"bob"'],
    [
      { ...trust, Principal: { AWS: 'arn:aws:iam::111111111111:user/*' } },
      'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:user/*"',
    ],
    [
      { ...trust, Principal: { AWS: 'arn:aws:iam::111111111111:group/g' } },
      'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:group/g"',
    ],
    [{ ...trust, Principal: { Service: 'ec2' } }, 'Invalid principal in policy: "SERVICE":"ec2"'],
    [{ ...trust, Principal: { People: 'x' } }, SYNTAX],
    [{ ...trust, Principal: 'bob' }, SYNTAX],
  ]
  for (const [statement, expected] of rows) {
    assert.equal(message('trust', statement), expected, JSON.stringify(statement))
  }
  assert.equal(message('trust', trust, { Version: '2008-10-17' }), undefined)
})

test('resource policies', () => {
  const open = { ...ALLOW, Principal: '*' }
  assert.equal(message('resource', open, {}), undefined)
  assert.equal(message('resource', ALLOW, {}), 'Missing required field Principal')
  assert.equal(message('resource', { ...open, Sid: 'free text' }, {}), undefined)
  assert.equal(
    message('resource', { ...open, Resource: undefined }),
    'Policy statement must contain resources.',
  )
})

test('policies of organizations', () => {
  const requirements =
    'The provided policy document does not meet the requirements of the specified policy type.'
  const rcp = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }
  const rows: [PolicyKind, object, boolean][] = [
    ['scp', ALLOW, true],
    ['scp', { ...ALLOW, Action: undefined, NotAction: 'iam:*' }, true],
    ['scp', { ...ALLOW, Principal: '*' }, false],
    ['scp', { Effect: 'Allow', Resource: '*' }, false],
    ['scp', { ...ALLOW, Resource: 'arn:aws:s3' }, false],
    ['scp', { ...ALLOW, Resource: 'arn:aws:s3*' }, true],
    ['rcp', { ...rcp, Resource: 'arn:aws:s3:*' }, false],
    ['rcp', rcp, true],
    ['rcp', { ...rcp, Principal: { AWS: '*' } }, true],
    ['rcp', { ...rcp, Effect: 'Allow' }, false],
    ['rcp', { ...rcp, Principal: { AWS: '111111111111' } }, false],
    ['rcp', { ...rcp, Action: 'iam:*' }, false],
    ['rcp', { ...rcp, Action: '*' }, false],
    ['rcp', { ...rcp, Action: undefined, NotAction: 's3:*' }, false],
  ]
  for (const [kind, statement, sound] of rows) {
    const expected = sound ? undefined : requirements
    assert.equal(message(kind, statement), expected, JSON.stringify(statement))
  }
})

test('positions are one-based, ends exclusive', () => {
  const text = '{\n  "Statement": [\n    {"Effect": "Allow"},\n    {\n    }\n  ]}'
  const [first, second] = readPolicy(text)!.statements
  assert.deepEqual(
    [first!.start, first!.end],
    [
      { line: 3, column: 5 },
      { line: 3, column: 24 },
    ],
  )
  assert.deepEqual(
    [second!.start, second!.end],
    [
      { line: 4, column: 5 },
      { line: 5, column: 6 },
    ],
  )
})

test('the reader takes exactly the JSON without duplicate keys and absurd depth', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (value) => {
      const wrapped = `{"Statement":[],"Id":${JSON.stringify(value)}}`
      assert.equal(readPolicy(wrapped)?.id, value)
    }),
  )
  for (const bad of [
    '',
    '{"a":1,}',
    "{'a':1}",
    '{"a":01}',
    '{"a":"\t"}',
    '{"a":"\\x"}',
    '{} x',
    'NaN',
  ]) {
    assert.equal(readPolicy(bad), undefined, bad)
  }
  assert.equal(readPolicy(`{"Statement":${'['.repeat(90_000)}`), undefined)
  assert.equal(readPolicy(' '.repeat(200_000)), undefined)
  assert.equal(readPolicy('{"Statement":[],"__proto__":{}}'), undefined)
})

test('principals are listed for whoever knows who exists', () => {
  const Principal = { AWS: ['a', 'b'], Service: 's' }
  const text = JSON.stringify({ Statement: { Effect: 'Allow', Principal } })
  assert.deepEqual(
    principalsNamed(text).map(({ type, name }) => `${type}:${name}`),
    ['AWS:a', 'AWS:b', 'Service:s'],
  )
  assert.deepEqual(principalsNamed('{'), [])
})

test('no text makes the check throw', () => {
  const kinds = [
    'identity',
    'trust',
    'resource',
    'session',
    'boundary',
    'endpoint',
    'scp',
    'rcp',
  ] as const
  const json = fc.json().map((value) => `{"Version":"2012-10-17","Statement":${value}}`)
  fc.assert(
    fc.property(fc.oneof(fc.string(), json), fc.constantFrom(...kinds), (text, kind) => {
      assert.ok(['undefined', 'object'].includes(typeof checkPolicy(text, kind)))
    }),
    { numRuns: 2000 },
  )
})
