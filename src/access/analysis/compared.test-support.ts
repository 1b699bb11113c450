/** Random small policies that nearly match, and requests that tell them apart. */

import fc from 'fast-check'
import type { AccessRequest, ContextValue, Policy, Principal } from '../../kernel/authorization.ts'
import { documentOf, policy, type Statement, variable } from '../access-requests.test-support.ts'

const A = '111111111111'
const B = '222222222222'
export const OWNER = '999999999999'

const nobody = { account: '', arn: '', userId: '' }

const CALLERS: readonly Principal[] = [
  { kind: 'root', account: A, arn: `arn:aws:iam::${A}:root`, userId: A },
  { kind: 'user', account: A, arn: `arn:aws:iam::${A}:user/bob`, userId: 'AIDABOB', name: 'bob' },
  { kind: 'user', account: A, arn: `arn:aws:iam::${A}:user/eve`, userId: 'AIDAEVE', name: 'eve' },
  { kind: 'user', account: B, arn: `arn:aws:iam::${B}:user/bob`, userId: 'AIDABO2', name: 'bob' },
  {
    kind: 'role',
    account: A,
    arn: `arn:aws:sts::${A}:assumed-role/R/s1`,
    userId: 'AROAR:s1',
    roleArn: `arn:aws:iam::${A}:role/p/R`,
    roleId: 'AROAR',
    roleName: 'R',
    sessionName: 's1',
  },
  {
    kind: 'federated-user',
    account: A,
    arn: `arn:aws:sts::${A}:federated-user/fed`,
    userId: `${A}:fed`,
    name: 'fed',
    issuerArn: `arn:aws:iam::${A}:user/bob`,
    issuerId: 'AIDABOB',
  },
  { ...nobody, kind: 'web-identity', provider: `arn:aws:iam::${A}:oidc-provider/idp.test` },
  { ...nobody, kind: 'service', service: 'sns.amazonaws.com', arn: 'sns.amazonaws.com' },
  { ...nobody, kind: 'anonymous' },
]

const pick = <T>(...values: T[]) => fc.constantFrom(...values)
const some = <T>(from: fc.Arbitrary<T>) => fc.array(from, { minLength: 1, maxLength: 2 })

const actionEntry = pick(
  '*',
  's3:*',
  's3:Get*',
  's3:GetObject',
  's3:PutObject',
  's3:*Object',
  'sqs:*',
)
const action = pick('s3:GetObject', 's3:PutObject', 's3:GetBucketAcl', 'sqs:SendMessage')
const ARNS = [
  'arn:aws:s3:::a/x',
  'arn:aws:s3:::a/bob',
  'arn:aws:s3:::ab',
  'arn:aws:sqs:us-east-1:1:q:x',
]
const resourceEntry = pick(
  '*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::a*',
  'arn:aws:s3:::a/*',
  'arn:aws:s3:::a/?',
  `arn:aws:s3:::a/${variable('aws:username')}`,
  `arn:aws:s3:::a/${variable('k')}*`,
  'arn:aws:s*:*:1:q*',
  ...ARNS,
)
const principalElement = fc.oneof(
  pick<unknown>('*'),
  fc.record({
    AWS: some(
      pick(
        A,
        B,
        '*',
        `arn:aws:iam::${A}:root`,
        `arn:aws:iam::${A}:user/bob`,
        `arn:aws:iam::${A}:role/p/R`,
        `arn:aws:sts::${A}:assumed-role/R/s1`,
        `arn:aws:sts::${A}:federated-user/fed`,
        'AROAR',
      ),
    ),
  }),
  pick<unknown>(
    { Service: 'sns.amazonaws.com' },
    { Federated: `arn:aws:iam::${A}:oidc-provider/idp.test`, AWS: B },
  ),
)

const set = (...operators: string[]) =>
  pick(
    ...operators.flatMap((one) => [
      one,
      `${one}IfExists`,
      `ForAnyValue:${one}`,
      `ForAllValues:${one}`,
    ]),
  )
const conditionOf = (operators: string[], keys: string[], values: string[]) =>
  fc
    .tuple(set(...operators), pick(...keys), some(pick(...values)))
    .map(([operator, key, value]) => ({ [operator]: { [key]: value } }))
const condition = fc.oneof(
  conditionOf(
    ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'],
    ['k', 'l', 'aws:PrincipalAccount', 'aws:PrincipalArn'],
    ['a', 'A', 'ab', 'a*', '*', '', variable('aws:username'), A, `arn:aws:iam::${A}:user/bob`],
  ),
  conditionOf(
    ['NumericLessThan', 'NumericGreaterThanEquals', 'NumericEquals', 'NumericNotEquals'],
    ['k', 'n'],
    ['1', '2', '3', 'x'],
  ),
  conditionOf(
    ['IpAddress', 'NotIpAddress'],
    ['aws:SourceIp'],
    ['10.0.0.0/8', '10.1.0.0/16', '10.1.0.0/17', '10.1.128.0/17', '0.0.0.0/0'],
  ),
  conditionOf(
    ['ArnLike', 'ArnNotEquals'],
    ['k', 'aws:PrincipalArn'],
    [`arn:aws:iam::${A}:user/*`, `arn:aws:iam::*:user/bob`, '*', `arn:aws:iam::${A}:role/?/R`],
  ),
  conditionOf(['DateLessThan', 'DateGreaterThan'], ['d'], ['2020-01-01T00:00:00Z', '2021']),
  conditionOf(['Bool'], ['b'], ['true', 'false']),
  fc
    .tuple(pick('k', 'l', 'b', 'aws:PrincipalAccount'), pick('true', 'false'))
    .map(([key, value]) => ({ Null: { [key]: value } })),
)

/** Statements of a policy beside a principal, or of one on a resource. */
const statement = (named: boolean): fc.Arbitrary<Statement> =>
  fc
    .record({
      Effect: pick('Allow', 'Allow', 'Deny'),
      action: fc.tuple(pick('Action', 'Action', 'Action', 'NotAction'), some(actionEntry)),
      resource: fc.tuple(
        pick('Resource', 'Resource', 'Resource', 'NotResource'),
        some(resourceEntry),
      ),
      principal: fc.tuple(pick('Principal', 'Principal', 'NotPrincipal'), principalElement),
      conditions: fc.oneof(fc.constant([]), fc.array(condition, { minLength: 1, maxLength: 2 })),
    })
    .map(
      ({
        Effect,
        action: [a, actions],
        resource: [r, resources],
        principal: [p, who],
        conditions,
      }) => ({
        Effect,
        [a]: actions,
        [r]: resources,
        ...(named && { [p]: who }),
        ...(conditions.length > 0 && { Condition: Object.assign({}, ...conditions) }),
      }),
    )

type Pair = readonly [after: Statement[], before: Statement[]]

/** Two policies of which the second is often the first with more allowed or less denied. */
export const policyPair = (named: boolean): fc.Arbitrary<readonly [string, string]> => {
  const statements = fc.array(statement(named), { minLength: 1, maxLength: 3 })
  const changed = fc.tuple(statements, statement(named), pick('drop', 'add', 'widen', 'swap'))
  const pair = changed.map(([first, more, how]): Pair => {
    if (how === 'add') return [first, [...first, more]]
    if (how === 'drop') return [[...first, more], first]
    if (how === 'swap') return [first, [more]]
    const wider = first.map((one) => {
      if (one.Effect !== 'Allow' || one.Resource === undefined) return one
      return { ...one, Resource: [...(one.Resource as string[]), 'arn:aws:s3:::*'] }
    })
    return [first, wider]
  })
  return pair.map(([after, before]) => [
    JSON.stringify(documentOf(...after)),
    JSON.stringify(documentOf(...before)),
  ])
}

const value = fc.oneof(
  pick('a', 'A', 'ab', '', 'bob', '1', '2', '2.5', `arn:aws:iam::${A}:user/bob`, A),
  fc.array(pick('a', 'ab', 'A', '', '1', 'b'), { maxLength: 2 }),
)
const entries = fc.record(
  {
    k: value,
    l: value,
    n: pick<ContextValue>('0', '1', '1.5', '3', 'x'),
    'aws:sourceip': pick<ContextValue>('10.1.2.3', '10.1.200.1', '10.2.0.1', '8.8.8.8', '::1'),
    d: pick<ContextValue>('2019', '2020-06-01', '2022-01-01T00:00:00Z'),
    b: pick<ContextValue>('true', 'false', 'yes'),
  },
  { requiredKeys: [] },
)

const ALL = policy(documentOf({ Effect: 'Allow', Action: '*', Resource: '*' }))

/** A request; `with_` puts a policy where it is decided by that policy alone. */
export const comparedRequest = fc
  .record({
    principal: pick(...CALLERS),
    action,
    arn: pick(...ARNS),
    context: entries,
    bounded: fc.boolean(),
  })
  .map(({ principal, action: name, arn, context, bounded }) => {
    const base: AccessRequest = {
      principal,
      action: name,
      resource: { arn, account: OWNER },
      layers: {
        identity: [ALL],
        boundary: bounded ? ALL : undefined,
        session: principal.kind === 'federated-user' ? [ALL] : undefined,
      },
      context: (key) => (context as Record<string, ContextValue>)[key],
      now: 0,
    }
    return {
      base,
      onResource: (own: Policy): AccessRequest => ({
        ...base,
        resource: { arn, account: OWNER, policy: own },
      }),
      beside: (own: Policy): AccessRequest => ({
        ...base,
        principal: principal.account === A && principal.kind !== 'root' ? principal : CALLERS[1]!,
        resource: { arn, account: A },
        layers: { ...base.layers, identity: [own] },
      }),
    }
  })
