/** Random requests over a small world, so that most of their statements nearly match. */

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { AccessRequest, ContextValue, Policy, Principal } from '../kernel/authorization.ts'

/** A policy variable, spelled out. */
export const variable = (inside: string) => `\${${inside}}`

/** A policy of a document. */
export function policy(document: unknown, kind: Policy['kind'] = 'inline', id = 'p'): Policy {
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  return { id, kind, document: text, hash: createHash('sha256').update(text).digest('hex') }
}

export type Statement = Record<string, unknown>

/** A 2012 document of statements. */
export function documentOf(...statements: Statement[]) {
  return { Version: '2012-10-17', Statement: statements }
}

const OWN = '111111111111'
const OTHER = '222222222222'
const ISSUED = Date.UTC(2026, 0, 2, 3, 4, 5)

const PRINCIPALS: readonly Principal[] = [
  { kind: 'root', account: OWN, arn: `arn:aws:iam::${OWN}:root`, userId: OWN },
  {
    kind: 'user',
    account: OWN,
    arn: `arn:aws:iam::${OWN}:user/bob`,
    userId: 'AIDABOB',
    name: 'bob',
    tags: { Team: 'red', wild: '*' },
  },
  {
    kind: 'role',
    account: OWN,
    arn: `arn:aws:sts::${OWN}:assumed-role/R/s1`,
    userId: 'AROAR:s1',
    roleArn: `arn:aws:iam::${OWN}:role/R`,
    roleId: 'AROAR',
    roleName: 'R',
    sessionName: 's1',
    tags: { team: 'blue' },
    session: { issuedAt: ISSUED, expiresAt: ISSUED + 3_600_000, tags: { TEAM: 'red' } },
  },
  {
    kind: 'role',
    account: OWN,
    arn: `arn:aws:sts::${OWN}:assumed-role/AWSServiceRoleForX/s1`,
    userId: 'AROAX:s1',
    roleArn: `arn:aws:iam::${OWN}:role/aws-service-role/AWSServiceRoleForX`,
    roleId: 'AROAX',
    roleName: 'AWSServiceRoleForX',
    sessionName: 's1',
    serviceLinked: true,
  },
  {
    kind: 'federated-user',
    account: OWN,
    arn: `arn:aws:sts::${OWN}:federated-user/fed`,
    userId: `${OWN}:fed`,
    name: 'fed',
    issuerArn: `arn:aws:iam::${OWN}:user/bob`,
    issuerId: 'AIDABOB',
    session: { issuedAt: ISSUED, expiresAt: ISSUED + 3_600_000, mfaAt: ISSUED },
  },
  {
    kind: 'web-identity',
    account: OWN,
    arn: 'w',
    userId: '',
    provider: `arn:aws:iam::${OWN}:oidc-provider/idp.test`,
  },
  {
    kind: 'service',
    account: '',
    arn: 's3.amazonaws.com',
    userId: '',
    service: 's3.amazonaws.com',
  },
  { kind: 'anonymous', account: '', arn: '', userId: '' },
]

const pick = <T>(...values: T[]) => fc.constantFrom(...values)
const some = <T>(from: fc.Arbitrary<T>) =>
  fc.oneof(from, fc.array(from, { minLength: 1, maxLength: 3 }))

const ARNS = [
  `arn:aws:s3:::b/red/x`,
  `arn:aws:sqs:us-east-1:${OWN}:q`,
  `arn:aws:kms:eu-west-1:${OTHER}:key/k:v`,
  `arn:aws:iam::${OWN}:role/R`,
  '*',
]
const ACTIONS = ['s3:GetObject', 'sqs:SendMessage', 'kms:Decrypt', 'sts:AssumeRole', 'iam:GetRole']

const actionEntry = pick(
  '*',
  's3:*',
  'S3:get*',
  'sqs:Send?essage',
  'kms:*crypt',
  'sts:*',
  'iam:*',
  '?3:*',
  ...ACTIONS,
)
const resourceEntry = pick(
  '*',
  ...ARNS,
  'arn:aws:s3:::b/*',
  `arn:aws:s3:::b/${variable('aws:PrincipalTag/team')}/*`,
  `arn:aws:s3:::b/${variable("aws:PrincipalTag/none, 'red'")}/?`,
  `arn:aws:s3:::${variable('aws:username')}/*`,
  'arn:aws:s3',
  'arn:aws:sqs:*',
  'arn:aws:sqs:us-*-1:*:q',
  'arn:aws:sqs:us-*:*:q',
  'arn:aws:sqs:*:q',
  'arn:aws:*:?s-east-1:*1:*',
  'arn:aws:kms:*:*:key/*:v',
  'arn:*',
  '**',
)
const PRINCIPAL_NAMES = [
  '*',
  OWN,
  OTHER,
  `arn:aws:iam::${OWN}:root`,
  'AIDABOB',
  'AROAR',
  ...PRINCIPALS.slice(1, 5).map(({ arn }) => arn),
  `arn:aws:iam::${OWN}:role/R`,
]
const principalElement = fc.oneof(
  { weight: 1, arbitrary: fc.constant('*') },
  { weight: 5, arbitrary: fc.record({ AWS: some(pick(...PRINCIPAL_NAMES)) }) },
  { weight: 1, arbitrary: fc.constant({ Service: 's3.amazonaws.com' }) },
  {
    weight: 1,
    arbitrary: fc.constant({ Federated: `arn:aws:iam::${OWN}:oidc-provider/idp.test` }),
  },
)

const KEYS = [
  'aws:PrincipalTag/Team',
  'aws:username',
  'AWS:PrincipalArn',
  'aws:CurrentTime',
  'aws:EpochTime',
  'aws:MultiFactorAuthPresent',
  'aws:MultiFactorAuthAge',
  'aws:ResourceTag/owner',
  'aws:SourceIp',
  'aws:PrincipalType',
  't:s',
  't:many',
  't:num',
  't:arn',
  't:bin',
]
const VALUES = [
  'red',
  'RED',
  'r*',
  'r?d',
  '*',
  'bob',
  `${variable('aws:username')}`,
  `${variable('aws:PrincipalTag/Team')}`,
  `${variable('aws:PrincipalTag/wild')}x`,
  `${variable("t:none, 'red'")}`,
  `${variable('*')}`,
  '5',
  '5.0',
  '-1e2',
  '2026-01-02T03:04:05Z',
  '2027',
  '1900000000',
  'true',
  'False',
  '10.0.0.0/8',
  '10.1.2.3',
  '2001:db8::/32',
  `arn:aws:iam::*:user/*`,
  `arn:aws:iam::${OWN}:role/R`,
  `arn:aws:iam::${variable('aws:PrincipalAccount')}:*`,
  'aGk=',
]
const BASES = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'Bool',
  'IpAddress',
  'NotIpAddress',
  'ArnEquals',
  'ArnLike',
  'ArnNotEquals',
  'ArnNotLike',
]
const operator = fc.oneof(
  fc
    .tuple(pick('', '', 'ForAllValues:', 'ForAnyValue:'), pick(...BASES), pick('', '', 'IfExists'))
    .map((parts) => parts.join('')),
  pick('Null', 'stringequals'),
)

export const conditionElement = fc.dictionary(
  operator,
  fc.dictionary(pick(...KEYS), some(pick(...VALUES)), { minKeys: 1, maxKeys: 2 }),
  { minKeys: 1, maxKeys: 2 },
)

function statement(identity: boolean, effects: readonly string[]): fc.Arbitrary<Statement> {
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.record({ Action: some(actionEntry) }) },
    { weight: 1, arbitrary: fc.record({ NotAction: some(actionEntry) }) },
  )
  const resource = fc.oneof(
    { weight: 6, arbitrary: fc.record({ Resource: some(resourceEntry) }) },
    { weight: 1, arbitrary: fc.record({ NotResource: some(resourceEntry) }) },
    { weight: 1, arbitrary: fc.constant(identity ? { Resource: '*' } : {}) },
  )
  const condition = fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ Condition: conditionElement }) },
  )
  const principal = fc.oneof(
    { weight: 6, arbitrary: fc.record({ Principal: principalElement }) },
    { weight: 1, arbitrary: fc.record({ NotPrincipal: principalElement }) },
  )
  return fc
    .tuple(
      fc.constantFrom(...effects),
      action,
      resource,
      condition,
      identity ? fc.constant({}) : principal,
    )
    .map(([Effect, ...parts]) => Object.assign({ Effect }, ...parts) as Statement)
}

const EFFECTS = ['Allow', 'Allow', 'Allow', 'Allow', 'Deny']

function arbitraryPolicy(identity: boolean): fc.Arbitrary<Policy> {
  const statements = fc.array(statement(identity, EFFECTS), { minLength: 1, maxLength: 3 })
  return fc
    .tuple(statements, pick('2012-10-17', '2012-10-17', '2008-10-17'))
    .map(([list, Version]) =>
      policy({ Version, Statement: list }, identity ? 'inline' : 'resource'),
    )
}

const allowAll = policy(documentOf({ Effect: 'Allow', Action: '*', Resource: '*' }))
const allowEveryone = policy(
  documentOf({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }),
)

const beside = fc.oneof(
  { weight: 2, arbitrary: arbitraryPolicy(true) },
  { weight: 1, arbitrary: fc.constant(allowAll) },
)
const onResource = fc.oneof(
  { weight: 3, arbitrary: arbitraryPolicy(false) },
  { weight: 1, arbitrary: fc.constant(allowEveryone) },
)
const rare = <T>(from: fc.Arbitrary<T>) => fc.option(from, { nil: undefined, freq: 1 })
const levels = (from: fc.Arbitrary<Policy>) =>
  fc.array(fc.array(from, { minLength: 1, maxLength: 2 }), { maxLength: 2 })

const contextMap: fc.Arbitrary<Record<string, ContextValue>> = fc.record(
  {
    'aws:multifactorauthpresent': pick('true'),
    'aws:sourceip': pick('10.1.2.3', '11.1.2.3', '2001:db8::1', 'nonsense'),
    't:s': pick('red', 'Red', 'r*', 'bob', '*x', '*'),
    't:many': fc.array(pick('red', 'blue', 'bob'), { maxLength: 3 }),
    't:num': pick('5', '05.0', '-100', 'five'),
    't:arn': pick(`arn:aws:iam::${OWN}:role/R`, `arn:aws:iam::${OTHER}:user/bob`, 'no-arn'),
    't:bin': pick('aGk=', 'aGkx'),
  },
  { requiredKeys: [] },
)

/** A request, with most layers absent in most runs so that many are allowed. */
export const accessRequest: fc.Arbitrary<AccessRequest> = fc
  .record({
    principal: fc.constantFrom(...PRINCIPALS),
    action: pick(...ACTIONS),
    arn: pick(...ARNS),
    account: pick(OWN, OWN, OWN, OTHER, ''),
    identity: fc.array(beside, { maxLength: 2 }),
    boundary: rare(beside),
    session: rare(fc.array(beside, { maxLength: 2 })),
    serviceControl: rare(levels(beside)),
    resourceControl: rare(levels(onResource)),
    endpoint: rare(onResource),
    policy: rare(onResource),
    policyMode: pick(undefined, 'standard' as const, 'required' as const),
    grantee: rare(pick(...PRINCIPAL_NAMES.slice(1))),
    tags: rare(fc.record({ Owner: pick('bob', 'red') })),
    context: contextMap,
  })
  .map((given) => ({
    principal: given.principal,
    layers: {
      identity: given.identity,
      boundary: given.boundary,
      session: given.session,
      serviceControl: given.serviceControl,
      endpoint: given.endpoint,
    },
    action: given.action,
    resource: {
      arn: given.arn,
      account: given.account,
      tags: given.tags,
      policy: given.policy,
      policyMode: given.policyMode,
      resourceControl: given.resourceControl,
      grants:
        given.grantee === undefined
          ? undefined
          : [{ id: 'g', grantee: given.grantee, operations: ['Decrypt', 'SendMessage'] }],
    },
    context: (key: string) => (Object.hasOwn(given.context, key) ? given.context[key] : undefined),
    now: ISSUED + 60_000,
  }))
