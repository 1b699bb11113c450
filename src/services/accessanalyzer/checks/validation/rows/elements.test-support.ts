import {
  allow,
  arn,
  bucket,
  document,
  identity,
  onBucket,
  raw,
  rcp,
  resource,
  scp,
  trust,
  type ValidationRow,
  without,
} from './writing.test-support.ts'

const long = (length: number) => 'a'.repeat(length)

export const syntax: readonly ValidationRow[] = [
  raw(
    'JSON_SYNTAX_ERROR',
    '{ "Version": }',
    'Fix the JSON syntax error at index 13 line 1 column 13.',
  ),
  raw(
    'DATA_TYPE_MISMATCH',
    JSON.stringify({ Version: 2012, Statement: [allow] }),
    'The text does not match the expected JSON data type String.',
  ),
  raw('MISSING_VERSION', JSON.stringify({ Statement: [allow] })),
  raw(
    'INVALID_VERSION',
    JSON.stringify({ Version: '2024-01-01', Statement: [allow] }),
    /^The version 2024-01-01 is not valid\. Use one of the following versions: /,
  ),
  raw('MISSING_STATEMENT', document()),
  identity(
    'INVALID_POLICY_ELEMENT',
    { Resources: '*' },
    'The policy element Resources is not valid.',
  ),
  raw('MISSING_EFFECT', document(without('Effect'))),
  raw('MISSING_ACTION', document(without('Action'))),
  raw('MISSING_RESOURCE', document(without('Resource'))),
  { ...bucket('MISSING_PRINCIPAL', {}), policy: document(allow) },
  identity(
    'INVALID_EFFECT',
    { Effect: 'allow' },
    'The effect allow is not valid. Use Allow or Deny.',
  ),
  identity(
    'UNSUPPORTED_ELEMENT_COMBINATION',
    { NotAction: 's3:PutObject' },
    'The policy elements Action and NotAction can not be used in the same statement. Remove one of these elements.',
  ),
  identity('UNSUPPORTED_SID', { Sid: 'a b' }),
  identity('EMPTY_SID_VALUE', { Sid: '' }),
  raw(
    'UNIQUE_SIDS_REQUIRED',
    document({ ...allow, Sid: 'a' }, { ...allow, Sid: 'a', Effect: 'Deny' }),
  ),
  {
    ...bucket('UNIQUE_SIDS_RECOMMENDED', {}),
    policy: document({ ...onBucket, Sid: 'a' }, { ...onBucket, Sid: 'a', Effect: 'Deny' }),
  },
  raw('REDUNDANT_STATEMENT', document({ ...allow, Sid: 'a' }, { ...allow, Sid: 'b' })),
  identity('EMPTY_ARRAY_ACTION', { Action: [] }),
  identity('EMPTY_ARRAY_RESOURCE', { Resource: [] }),
  identity('EMPTY_OBJECT_CONDITION', { Condition: {} }),
  resource('EMPTY_OBJECT_PRINCIPAL', { Principal: {} }),
  resource('EMPTY_ARRAY_PRINCIPAL', { Principal: { AWS: [] } }),
]

export const quotas: readonly ValidationRow[] = [
  arn(
    'POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA',
    `arn:aws:s3:::b/${long(6_200)}`,
    /^The 6\d{3} characters in the identity policy, excluding whitespace, exceed the 6144 character maximum/,
  ),
  bucket('POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA', {
    Resource: `arn:aws:s3:::b/${long(20_500)}`,
  }),
  trust('POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA', { Sid: long(2_100) }),
  scp(
    'POLICY_SIZE_EXCEEDS_SCP_QUOTA',
    { Sid: long(5_200) },
    /exceed the 5120 character maximum for SCPs/,
  ),
  rcp(
    'POLICY_SIZE_EXCEEDS_RCP_QUOTA',
    { Sid: long(5_200) },
    /exceed the 5120 character maximum for RCPs/,
  ),
]
