import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnreadablePolicy } from './granting-statements.ts'
import { type FindingPrincipal, type Opening, openings } from './openings.ts'
import { publicAccess } from './public-access.ts'

const OWN = '111111111111'
const FRIEND = '222222222222'
const OTHER = '333333333333'
const role = { arn: `arn:aws:iam::${OWN}:role/R`, account: OWN, type: 'AWS::IAM::Role' }
const bucket = { arn: 'arn:aws:s3:::b', account: OWN, type: 'AWS::S3::Bucket' }
const key = {
  arn: `arn:aws:kms:us-east-1:${OWN}:key/k`,
  account: OWN,
  type: 'AWS::KMS::Key',
}

const isTrusted = ({ AWS = '', Service, ...rest }: FindingPrincipal): boolean => {
  if (Service !== undefined || rest['aws:PrincipalOrgID'] === 'o-trusted123') return true
  return [OWN, FRIEND].includes(AWS.split(':')[4] ?? AWS)
}

type Part = Record<string, unknown>
const text = (...statements: Part[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })
const trust = (
  Principal: unknown,
  Action: unknown = 'sts:AssumeRole',
  Condition?: object,
): Part => ({
  Effect: 'Allow',
  Principal,
  Action,
  ...(Condition && { Condition }),
})
const s3 = (Principal: unknown, Action: unknown, more: Part = {}): Part => ({
  ...trust(Principal, Action),
  Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
  ...more,
})
const denies = (part: Part): Part => ({ ...part, Effect: 'Deny' })

const open = (principal: FindingPrincipal, more: Partial<Opening> = {}): Opening => ({
  principal,
  actions: ['sts:AssumeRole'],
  condition: {},
  isPublic: false,
  statementIndex: 0,
  ...more,
})

const google = 'accounts.google.com'
const saml = `arn:aws:iam::${OWN}:saml-provider/Corp`
const org = (id: string) => ({ StringEquals: { 'aws:PrincipalOrgID': id } })
const from = (...ranges: string[]) => ({ IpAddress: { 'aws:SourceIp': ranges } })

const rows: readonly [string, typeof role, string, Opening[]][] = [
  [
    'nobody but the own account',
    role,
    text(trust({ AWS: [OWN, `arn:aws:iam::${OWN}:user/u`] })),
    [],
  ],
  ['an account', role, text(trust({ AWS: `arn:aws:iam::${OTHER}:root` })), [open({ AWS: OTHER })]],
  ['one of several', role, text(trust({ AWS: [FRIEND, OTHER] })), [open({ AWS: OTHER })]],
  [
    'a role of it',
    role,
    text(trust({ AWS: `arn:aws:iam::${OTHER}:role/r` })),
    [open({ AWS: `arn:aws:iam::${OTHER}:role/r` })],
  ],
  [
    'a condition is told',
    role,
    text(
      trust({ AWS: OTHER }, 'sts:AssumeRole', { StringEquals: { 'sts:ExternalId': ['a', 'b'] } }),
    ),
    [open({ AWS: OTHER }, { condition: { 'sts:ExternalId': 'a,b' } })],
  ],
  ['everybody', role, text(trust({ AWS: '*' })), [open({ AWS: '*' }, { isPublic: true })]],
  [
    'everybody with an external id is everybody',
    role,
    text(trust({ AWS: '*' }, 'sts:AssumeRole', { StringEquals: { 'sts:ExternalId': 'a' } })),
    [open({ AWS: '*' }, { isPublic: true, condition: { 'sts:ExternalId': 'a' } })],
  ],
  [
    'everybody of a trusted organization',
    role,
    text(trust({ AWS: '*' }, 'sts:AssumeRole', org('o-trusted123'))),
    [],
  ],
  [
    'everybody of another organization',
    role,
    text(trust({ AWS: '*' }, 'sts:AssumeRole', org('o-foreign123'))),
    [open({ AWS: '*' }, { condition: { 'aws:PrincipalOrgID': 'o-foreign123' } })],
  ],
  [
    'everybody of a trusted account',
    role,
    text(
      trust({ AWS: '*' }, 'sts:AssumeRole', { StringEquals: { 'aws:PrincipalAccount': FRIEND } }),
    ),
    [],
  ],
  [
    'everybody with an ARN of a trusted account',
    role,
    text(
      trust({ AWS: '*' }, 'sts:AssumeRole', {
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${FRIEND}:role/*` },
      }),
    ),
    [],
  ],
  [
    'an identity provider',
    role,
    text(trust({ Federated: saml }, 'sts:AssumeRoleWithSAML')),
    [open({ Federated: saml }, { actions: ['sts:AssumeRoleWithSAML'] })],
  ],
  [
    'a public identity provider',
    role,
    text(trust({ Federated: google }, 'sts:AssumeRoleWithWebIdentity')),
    [open({ Federated: google }, { actions: ['sts:AssumeRoleWithWebIdentity'], isPublic: true })],
  ],
  [
    'a public identity provider, for one audience',
    role,
    text(
      trust({ Federated: google }, 'sts:AssumeRoleWithWebIdentity', {
        StringEquals: { [`${google}:aud`]: 'app' },
      }),
    ),
    [
      open(
        { Federated: google },
        { actions: ['sts:AssumeRoleWithWebIdentity'], condition: { [`${google}:aud`]: 'app' } },
      ),
    ],
  ],
  ['a provider and the wrong call', role, text(trust({ Federated: saml }, 'sts:AssumeRole')), []],
  ['what is denied is not open', role, text(trust({ AWS: OTHER }), denies(trust('*'))), []],
  [
    'what is denied to others is open',
    role,
    text(trust({ AWS: OTHER }), denies(trust({ AWS: FRIEND }))),
    [open({ AWS: OTHER })],
  ],
  [
    'all but the trusted denied',
    role,
    text(
      trust({ AWS: '*' }),
      denies(trust('*', 'sts:*', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-trusted123' } })),
    ),
    [],
  ],
  [
    'wildcards are spelled out',
    role,
    text(trust({ AWS: OTHER }, 'sts:*')),
    [
      open(
        { AWS: OTHER },
        {
          actions: ['sts:AssumeRole', 'sts:SetContext', 'sts:SetSourceIdentity', 'sts:TagSession'],
        },
      ),
    ],
  ],
  [
    'a canonical user',
    bucket,
    text(s3({ CanonicalUser: 'c0ffee' }, 's3:GetObject')),
    [open({ CanonicalUser: 'c0ffee' }, { actions: ['s3:GetObject'] })],
  ],
  [
    'part of what a wildcard allows',
    bucket,
    text(s3({ AWS: OTHER }, 's3:GetBucketA*'), denies(s3('*', 's3:GetBucketAcl'))),
    [open({ AWS: OTHER }, { actions: ['s3:GetBucketAbac'] })],
  ],
  [
    'another bucket is no matter',
    bucket,
    text(s3('*', 's3:GetObject', { Resource: 'arn:aws:s3:::c/*' })),
    [],
  ],
  [
    'whoever comes from a range',
    bucket,
    text(s3('*', 's3:GetObject', { Condition: from('192.0.2.0/24') })),
    [
      open(
        { AWS: '*' },
        { actions: ['s3:GetObject'], condition: { 'aws:SourceIp': '192.0.2.0/24' } },
      ),
    ],
  ],
  [
    'everybody but one',
    bucket,
    text({ ...s3('*', 's3:GetObject'), Principal: undefined, NotPrincipal: { AWS: OWN } }),
    [open({ AWS: '*' }, { actions: ['s3:GetObject'], isPublic: true })],
  ],
  [
    'a key',
    key,
    text({ ...trust({ AWS: OTHER }, 'kms:Decrypt'), Resource: '*' }),
    [open({ AWS: OTHER }, { actions: ['kms:Decrypt'] })],
  ],
]

for (const [name, resource, policy, expected] of rows)
  test(`openings: ${name}`, async () => {
    assert.deepEqual(await openings(policy, resource, isTrusted), expected)
  })

test('more principals than can be told apart are told as written', async () => {
  const many = Array.from({ length: 300 }, (_, i) => String(400_000_000_000 + i))
  const found = await openings(text(trust({ AWS: many }), denies(trust('*'))), role, isTrusted)
  assert.equal(found.length, 300)
})

test('a document that cannot be read has no openings to tell', async () => {
  await assert.rejects(openings('{', role, isTrusted), UnreadablePolicy)
})

const open3 = (more: Part) => text(s3('*', 's3:GetObject', more))
const when = (Condition: object) => open3({ Condition })

const outside = { StringNotEquals: { 'aws:PrincipalOrgID': 'o-trusted123' } }

const publicRows: readonly [string, string, boolean][] = [
  ['everybody', open3({}), true],
  ['an account', text(s3({ AWS: OTHER }, 's3:GetObject')), false],
  ['a service', text(s3({ Service: 'sns.amazonaws.com' }, 's3:GetObject')), false],
  ['another service', text(s3('*', 'sqs:*')), false],
  ['a range', when(from('192.0.2.0/24')), false],
  ['a very wide range', when(from('0.0.0.0/1')), true],
  ['a range beside everything', when(from('192.0.2.0/24', '0.0.0.0/0')), true],
  ['all but a range', when({ NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }), true],
  ['a VPC', when({ StringEquals: { 'aws:SourceVpc': 'vpc-1' } }), false],
  ['a VPC or none', when({ StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } }), true],
  ['any VPC', when({ StringLike: { 'aws:SourceVpc': 'vpc-*' } }), true],
  ['no VPC at all', when({ Null: { 'aws:SourceVpc': 'true' } }), true],
  ['an organization', when(org('o-trusted123')), false],
  [
    'a source in an account',
    when({ ArnLike: { 'aws:SourceArn': `arn:aws:sns:*:${OWN}:*` } }),
    false,
  ],
  [
    'a source in any account',
    when({ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:topic' } }),
    true,
  ],
  ['a condition that keeps nobody out', when({ StringEquals: { 'sts:ExternalId': 'x' } }), true],
  ['only services of AWS', when({ Bool: { 'aws:PrincipalIsAWSService': 'true' } }), false],
  ['a user by id', when({ StringLike: { 'aws:userid': 'AROAEXAMPLE:*' } }), false],
  [
    'denied from elsewhere',
    text(
      s3('*', 's3:GetObject'),
      denies(s3('*', 's3:*', { Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } })),
    ),
    false,
  ],
  [
    'denied in clear',
    text(
      s3('*', 's3:GetObject'),
      denies(s3('*', 's3:*', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } })),
    ),
    true,
  ],
  [
    'denied outside the organization',
    text(
      s3('*', 's3:*'),
      denies(
        s3('*', '*', {
          Condition: { StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-trusted123' } },
        }),
      ),
    ),
    false,
  ],
  [
    'denied to known callers outside the organization',
    text(
      s3('*', 's3:*'),
      denies(s3('*', '*', { Condition: { ...outside, Null: { 'aws:PrincipalOrgID': 'false' } } })),
    ),
    true,
  ],
]

for (const [name, policy, expected] of publicRows)
  test(`public access: ${name}`, async () => {
    assert.equal((await publicAccess(policy, 's3')).length > 0, expected)
  })
