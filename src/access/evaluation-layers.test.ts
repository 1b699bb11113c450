import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accessRequest, authorize } from './authorize.ts'
import {
  ALLOW,
  DENY,
  evaluatesTo,
  FEDERATED,
  named,
  OWN,
  ROLE_SESSION,
  USER,
} from './scenario.test-support.ts'

const ROOT = `arn:aws:iam::${OWN}:root`
const QUEUE = `arn:aws:sqs:us-east-1:${OWN}:q`
const BASE = { action: 'sqs:SendMessage', resource: QUEUE }
const NOTHING = { Statement: [{ ...ALLOW, Action: 'x:Nothing' }] }

function withPolicy(policy: unknown, more: Record<string, unknown> = {}) {
  return { action: BASE.action, resource: { arn: QUEUE, policy, ...more } }
}

/** Table 1: which silences of the caller's account an Allow of the resource passes by. */
describe('same account: principal element against identity, boundary, session', () => {
  const rows: [string, unknown, unknown, Record<string, boolean>][] = [
    ['user ARN', USER, USER, { identity: true, boundary: true }],
    ['session ARN', ROLE_SESSION, ROLE_SESSION, { identity: true, boundary: true, session: true }],
    [
      'federated session ARN',
      FEDERATED,
      FEDERATED,
      { identity: true, boundary: true, session: true },
    ],
    [
      'role ARN',
      ROLE_SESSION,
      `arn:aws:iam::${OWN}:role/R`,
      { identity: true, boundary: false, session: false },
    ],
    [
      'user ARN for its federated session',
      FEDERATED,
      USER,
      { identity: true, boundary: false, session: false },
    ],
    ['everyone', ROLE_SESSION, '*', { identity: true, boundary: true, session: true }],
    ['account id', ROLE_SESSION, OWN, { identity: false, boundary: false, session: false }],
    ['account root ARN', USER, ROOT, { identity: false, boundary: false }],
  ]
  for (const [name, principal, aws, passes] of rows) {
    for (const [layer, passed] of Object.entries(passes)) {
      test(`${name}: implicit deny of ${layer} is ${passed ? 'passed by' : 'final'}`, () => {
        const generous = { identity: [{ Statement: [ALLOW] }], session: [{ Statement: [ALLOW] }] }
        const user = typeof principal === 'string' && principal === USER
        const layers = user ? { identity: generous.identity } : generous
        const silent = layer === 'boundary' ? NOTHING : [NOTHING]
        const policy = { Statement: [named({ AWS: aws })] }
        evaluatesTo(
          { principal: principal as string, ...withPolicy(policy), ...layers, [layer]: silent },
          passed ? 'allowed' : 'implicitDeny',
        )
      })
    }
  }
})

test('one explicit deny in any layer is final', () => {
  const open = {
    principal: ROLE_SESSION,
    identity: [{ Statement: [ALLOW] }],
    boundary: { Statement: [ALLOW] },
    session: [{ Statement: [ALLOW] }],
    serviceControl: [[{ Statement: [ALLOW] }]],
    resourceControl: [[{ Statement: [named('*')] }]],
    endpoint: { Statement: [named('*')] },
    ...withPolicy({ Statement: [named({ AWS: ROLE_SESSION })] }),
  }
  evaluatesTo(open, 'allowed')
  const deny = { Statement: [ALLOW, DENY] }
  const denyOnResource = { Statement: [named('*'), { ...DENY, Principal: '*' }] }
  const cases: [Record<string, unknown>, string][] = [
    [{ identity: [deny] }, 'with an explicit deny in an identity-based policy'],
    [{ boundary: deny }, 'with an explicit deny in a permissions boundary'],
    [{ session: [deny] }, 'with an explicit deny in a session policy'],
    [{ serviceControl: [[deny]] }, 'with an explicit deny in a service control policy'],
    [{ resourceControl: [[denyOnResource]] }, 'with an explicit deny in a resource control policy'],
    [{ endpoint: denyOnResource }, 'with an explicit deny in a VPC endpoint policy'],
    [withPolicy(denyOnResource), 'with an explicit deny in a resource-based policy'],
  ]
  for (const [change, reason] of cases) evaluatesTo({ ...open, ...change }, 'explicitDeny', reason)
})

test('refusals name the silent layer', () => {
  const allow = { Statement: [ALLOW] }
  const because = (layer: string) => `because no ${layer} allows the sqs:SendMessage action`
  const own = { principal: ROLE_SESSION, ...BASE, identity: [allow] }
  evaluatesTo({ principal: USER, ...BASE }, 'implicitDeny', because('identity-based policy'))
  evaluatesTo({ ...own, boundary: NOTHING }, 'implicitDeny', because('permissions boundary'))
  evaluatesTo({ ...own, session: [NOTHING] }, 'implicitDeny', because('session policy'))
  evaluatesTo({ ...own, session: [] }, 'allowed')
  evaluatesTo({ ...own, endpoint: NOTHING }, 'implicitDeny', because('VPC endpoint policy'))
  const cross = { ...own, resource: { arn: QUEUE, account: '222222222222' } }
  evaluatesTo(cross, 'implicitDeny', because('resource-based policy'))
  evaluatesTo({ ...own, principal: FEDERATED }, 'implicitDeny', because('session policy'))
})

test('a managed policy that denies is named by its ARN', () => {
  const id = `arn:aws:iam::${OWN}:policy/P`
  const managed = { id, kind: 'managed', document: { Statement: [DENY] } }
  const reason = `with an explicit deny in an identity-based policy: ${id}`
  evaluatesTo({ principal: USER, ...BASE, identity: [managed] }, 'explicitDeny', reason)
  const inline = { ...managed, kind: 'inline' }
  const short = 'with an explicit deny in an identity-based policy'
  evaluatesTo({ principal: USER, ...BASE, identity: [inline] }, 'explicitDeny', short)
})

describe('organizations', () => {
  const allow = { Statement: [ALLOW] }
  const own = { principal: USER, ...BASE, identity: [allow] }
  test('every SCP level must allow', () => {
    evaluatesTo({ ...own, serviceControl: [[NOTHING, allow], [allow]] }, 'allowed')
    const reason = 'because no service control policy allows the sqs:SendMessage action'
    evaluatesTo({ ...own, serviceControl: [[allow], [NOTHING]] }, 'implicitDeny', reason)
    evaluatesTo({ ...own, serviceControl: [[allow], []] }, 'implicitDeny', reason)
  })
  test('SCPs bind the root user', () => {
    evaluatesTo({ principal: ROOT, ...BASE }, 'allowed')
    evaluatesTo(
      { principal: ROOT, ...BASE, serviceControl: [[{ Statement: [DENY] }]] },
      'explicitDeny',
    )
  })
  test('service-linked roles are beyond SCPs and RCPs', () => {
    const principal = { arn: ROLE_SESSION, serviceLinked: true }
    const deny = [[{ Statement: [{ ...DENY, Principal: '*' }] }]]
    evaluatesTo({ ...own, principal, serviceControl: [[{ Statement: [DENY] }]] }, 'allowed')
    evaluatesTo({ ...own, principal, resourceControl: deny }, 'allowed')
  })
  test('RCPs reach everyone, for the services that support them', () => {
    const deny = [[{ Statement: [named('*'), { ...DENY, Principal: '*' }] }]]
    evaluatesTo({ ...own, resourceControl: deny }, 'explicitDeny')
    const iam = { action: 'iam:GetUser', resource: USER, resourceControl: deny }
    evaluatesTo({ ...own, ...iam }, 'allowed')
    const policy = { Statement: [named({ Service: 's3.amazonaws.com' })] }
    const service = { principal: 's3.amazonaws.com', ...withPolicy(policy) }
    evaluatesTo(service, 'allowed')
    evaluatesTo({ ...service, resourceControl: deny }, 'explicitDeny')
  })
})

describe('cross account', () => {
  const other = (policy: unknown) => withPolicy(policy, { account: '222222222222' })
  const allow = { Statement: [ALLOW] }
  test('both sides must allow, however directly the caller is named', () => {
    for (const aws of ['*', OWN, ROLE_SESSION, `arn:aws:iam::${OWN}:role/R`]) {
      const policy = { Statement: [named({ AWS: aws })] }
      const request = { principal: ROLE_SESSION, ...other(policy) }
      evaluatesTo(request, 'implicitDeny')
      evaluatesTo({ ...request, identity: [allow] }, 'allowed')
      evaluatesTo({ ...request, identity: [allow], boundary: NOTHING }, 'implicitDeny')
      evaluatesTo({ ...request, identity: [allow], session: [NOTHING] }, 'implicitDeny')
    }
    const wrong = { Statement: [named({ AWS: '222222222222' })] }
    evaluatesTo({ principal: ROLE_SESSION, ...other(wrong), identity: [allow] }, 'implicitDeny')
  })
  test('strangers need the resource to speak', () => {
    const open = { Statement: [named('*')] }
    evaluatesTo({ principal: 'anonymous', ...other(open) }, 'allowed')
    evaluatesTo(
      { principal: 'anonymous', ...other({ Statement: [named({ AWS: OWN })] }) },
      'implicitDeny',
    )
    const all = { ...ALLOW, NotPrincipal: { AWS: '333333333333' } }
    evaluatesTo({ principal: 'anonymous', ...other({ Statement: [all] }) }, 'allowed')
    evaluatesTo({ principal: 's3.amazonaws.com', ...BASE, identity: [allow] }, 'implicitDeny')
  })
})

describe('role trust policies and key policies must allow', () => {
  const role = `arn:aws:iam::${OWN}:role/Target`
  const trust = (principal: unknown, action = 'sts:AssumeRole') => ({
    action,
    resource: {
      arn: role,
      policyMode: 'required',
      policy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: action, Principal: principal }],
      },
    },
  })
  const may = { identity: [{ Statement: [{ ...ALLOW, Action: 'sts:*' }] }] }
  test('a user named in the trust policy needs no identity policy', () => {
    evaluatesTo({ principal: USER, ...trust({ AWS: USER }) }, 'allowed')
  })
  test('a trusted account delegates', () => {
    evaluatesTo({ principal: USER, ...trust({ AWS: OWN }) }, 'implicitDeny')
    evaluatesTo({ principal: USER, ...trust({ AWS: ROOT }), ...may }, 'allowed')
  })
  test('an identity policy alone is not enough, and a role does not trust itself', () => {
    const reason = 'because no role trust policy allows the sts:AssumeRole action'
    const request = { principal: USER, ...trust({ AWS: '222222222222' }), ...may }
    evaluatesTo(request, 'implicitDeny', reason)
    evaluatesTo(
      { principal: ROOT, ...trust({ Service: 'ec2.amazonaws.com' }) },
      'implicitDeny',
      reason,
    )
  })
  test('providers and services are trusted by name', () => {
    const provider = `arn:aws:iam::${OWN}:oidc-provider/idp.test`
    const caller = { kind: 'web-identity', provider, account: OWN }
    const action = 'sts:AssumeRoleWithWebIdentity'
    evaluatesTo({ principal: caller, ...trust({ Federated: provider }, action) }, 'allowed')
    evaluatesTo({ principal: caller, ...trust({ AWS: OWN }, action) }, 'implicitDeny')
    evaluatesTo(
      { principal: 'ec2.amazonaws.com', ...trust({ Service: 'ec2.amazonaws.com' }) },
      'allowed',
    )
    evaluatesTo(
      { principal: 'ec2.amazonaws.com', ...trust({ Service: 'ecs.amazonaws.com' }) },
      'implicitDeny',
    )
  })
  test('principals may be stored by unique id', () => {
    evaluatesTo(
      { principal: { arn: USER, userId: 'AIDAX' }, ...trust({ AWS: 'AIDAX' }) },
      'allowed',
    )
    evaluatesTo(
      { principal: { arn: USER, userId: 'AIDAY' }, ...trust({ AWS: 'AIDAX' }) },
      'implicitDeny',
    )
  })
  test('a key policy binds even the root user; grants allow beside it', () => {
    const key = { arn: `arn:aws:kms:us-east-1:${OWN}:key/k`, policyMode: 'required' }
    const call = { action: 'kms:Decrypt', resource: key, identity: [{ Statement: [ALLOW] }] }
    evaluatesTo({ principal: ROOT, ...call }, 'implicitDeny')
    evaluatesTo({ principal: USER, ...call }, 'implicitDeny')
    const grants = [{ grantee: USER, operations: ['Decrypt'] }]
    const granted = { action: 'kms:Decrypt', resource: { ...key, grants } }
    evaluatesTo({ principal: USER, ...granted }, 'allowed')
    evaluatesTo({ principal: USER, ...granted, action: 'kms:Encrypt' }, 'implicitDeny')
    evaluatesTo({ principal: USER, ...granted, identity: [{ Statement: [DENY] }] }, 'explicitDeny')
  })
  test('grant constraints compare the encryption context', () => {
    const granted = (constraints: unknown, context: Record<string, unknown>) => ({
      principal: USER,
      action: 'kms:Decrypt',
      context,
      resource: {
        arn: `arn:aws:kms:us-east-1:${OWN}:key/k`,
        policyMode: 'required',
        grants: [{ grantee: USER, operations: ['Decrypt'], constraints }],
      },
    })
    const context = { 'kms:EncryptionContext:a': '1', 'kms:EncryptionContextKeys': ['a'] }
    const two = {
      ...context,
      'kms:EncryptionContext:b': '2',
      'kms:EncryptionContextKeys': ['a', 'b'],
    }
    evaluatesTo(granted({ encryptionContextEquals: { a: '1' } }, context), 'allowed')
    evaluatesTo(granted({ encryptionContextEquals: { a: '1' } }, two), 'implicitDeny')
    evaluatesTo(granted({ encryptionContextSubset: { a: '1' } }, two), 'allowed')
    evaluatesTo(granted({ encryptionContextSubset: { a: '2' } }, two), 'implicitDeny')
    evaluatesTo(granted({ encryptionContextEquals: { a: '1' } }, {}), 'implicitDeny')
  })
})

test('NotPrincipal with Deny spares only who is listed by every name', () => {
  const except = (...aws: string[]) => ({
    Statement: [named('*'), { ...DENY, NotPrincipal: { AWS: aws } }],
  })
  const role = `arn:aws:iam::${OWN}:role/R`
  const ask = (aws: string[], principal = ROLE_SESSION) => ({
    principal,
    ...withPolicy(except(...aws)),
  })
  evaluatesTo(ask([OWN, role, ROLE_SESSION]), 'allowed')
  evaluatesTo(ask([OWN, role]), 'explicitDeny')
  evaluatesTo(ask([role, ROLE_SESSION]), 'explicitDeny')
  evaluatesTo(ask([ROOT, USER], USER), 'allowed')
  evaluatesTo({ ...ask([ROOT, USER], USER), boundary: { Statement: [ALLOW] } }, 'explicitDeny')
})

test('a Principal in an identity policy never allows and never softens a Deny', () => {
  const misplaced = { Statement: [{ ...ALLOW, Principal: '*' }] }
  evaluatesTo({ principal: USER, ...BASE, identity: [misplaced] }, 'implicitDeny')
  const deny = { Statement: [ALLOW, { ...DENY, Principal: { AWS: '222222222222' } }] }
  evaluatesTo({ principal: USER, ...BASE, identity: [deny] }, 'explicitDeny')
})

test('RCPs do not reach kms:RetireGrant', () => {
  const resourceControl = [[{ Statement: [{ ...DENY, Principal: '*' }] }]]
  const resource = { arn: `arn:aws:kms:us-east-1:${OWN}:key/k`, policyMode: 'standard' }
  const call = { principal: USER, resource, resourceControl, identity: [{ Statement: [ALLOW] }] }
  evaluatesTo({ ...call, action: 'kms:RetireGrant' }, 'allowed')
  evaluatesTo({ ...call, action: 'kms:RevokeGrant' }, 'explicitDeny')
})

test('authentication operations need no permission', () => {
  const deny = [{ Statement: [DENY] }]
  evaluatesTo({ principal: USER, action: 'sts:GetCallerIdentity', identity: deny }, 'allowed')
  evaluatesTo({ principal: USER, action: 'sts:GetSessionToken', identity: deny }, 'allowed')
  evaluatesTo({ principal: 'anonymous', action: 'sts:GetCallerIdentity' }, 'implicitDeny')
})

test("AWS's own policies are readable by everyone who may", () => {
  const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  const request = { principal: USER, action: 'iam:GetPolicy', resource: arn }
  evaluatesTo({ ...request, identity: [{ Statement: [ALLOW] }] }, 'allowed')
})

test('plain JSON of the wrong shape is refused with its place', () => {
  const bad: [unknown, RegExp][] = [
    [undefined, /^request: expected an object/],
    [{ principal: USER }, /^action: expected a text/],
    [{ principal: USER, action: 's3:*' }, /^action: expected "vendor:Name"/],
    [{ principal: 'me', action: 's3:X' }, /^principal: expected/],
    [{ principal: { kind: 'cat' }, action: 's3:X' }, /^principal.kind: expected/],
    [{ principal: USER, action: 's3:X', identity: 5 }, /^identity: expected a policy/],
    [{ principal: USER, action: 's3:X', scps: {} }, /^serviceControl: expected a list/],
    [{ principal: USER, action: 's3:X', scp: [], scps: [] }, /^scps: expected .* only once/],
    [
      { principal: USER, action: 's3:X', boundary: [NOTHING, NOTHING] },
      /^boundary: expected at most one/,
    ],
    [{ principal: USER, action: 's3:X', identity: [{}] }, /^identity\[0\]: expected a policy/],
    [{ principal: USER, action: 's3:X', identities: [] }, /^identities: expected one of/],
    [{ principal: USER, action: 's3:X', now: 'noon' }, /^now: expected/],
    [{ principal: USER, action: 's3:X', context: { a: {} } }, /^context.a: expected a text/],
    [
      { principal: USER, action: 's3:X', resource: { arn: '*', policyMode: 'x' } },
      /^resource.policyMode/,
    ],
  ]
  for (const [input, message] of bad) {
    assert.throws(() => authorize(input), { name: 'InputError', message })
  }
  assert.equal(accessRequest({ principal: USER, action: 's3:X' }).resource.account, OWN)
})
