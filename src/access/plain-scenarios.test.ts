/** Whole decisions in the shapes in which scenarios are commonly written. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authorize } from './authorize.ts'
import { OWN } from './scenario.test-support.ts'

const OTHER = '222222222222'
const USER = `arn:aws:iam::${OWN}:user/Alice`
const ROLE = `arn:aws:iam::${OWN}:role/service/Deploy`
const SESSION = `arn:aws:sts::${OWN}:assumed-role/Deploy/ci`
const OBJECT = 'arn:aws:s3:::bucket/1234'

const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })
const allow = (more: object = {}) =>
  policy({ Effect: 'Allow', Action: '*', Resource: '*', ...more })
const deny = (more: object = {}) => policy({ Effect: 'Deny', Action: '*', Resource: '*', ...more })
const open = (more: object = {}) => allow({ Principal: '*', ...more })

type Json = Record<string, unknown>

function decision(request: Json, policies: Json = {}): string {
  return authorize({ request, ...policies }).decision
}

const get = {
  action: 's3:GetObject',
  resource: { resource: OBJECT, accountId: OWN },
  principal: USER,
  contextVariables: {},
}
const identityPolicies = [{ name: 'p', policy: allow() }]

test('layers under their usual names', () => {
  const rows: [Json, string][] = [
    [{}, 'ImplicitlyDenied'],
    [{ identityPolicies }, 'Allowed'],
    [{ identityPolicies: [{ name: 'p', policy: deny() }] }, 'ExplicitlyDenied'],
    [{ identityPolicies: [allow(), deny({ Action: 'sqs:*' })] }, 'Allowed'],
    [{ identityPolicies, permissionBoundaries: [{ name: 'b', policy: allow() }] }, 'Allowed'],
    [{ identityPolicies, permissionBoundaries: [] }, 'Allowed'],
    [
      { identityPolicies, permissionBoundaries: [{ name: 'b', policy: allow({ Action: 'a:b' }) }] },
      'ImplicitlyDenied',
    ],
    [{ identityPolicies, permissionBoundary: deny() }, 'ExplicitlyDenied'],
    [{ identityPolicies, vpcEndpointPolicies: [{ name: 'e', policy: open() }] }, 'Allowed'],
    [{ identityPolicies, vpcEndpointPolicies: [open({ Action: 'sqs:*' })] }, 'ImplicitlyDenied'],
    [{ identityPolicies, vpcEndpointPolicies: [deny({ Principal: '*' })] }, 'ExplicitlyDenied'],
    [{ resourcePolicy: open() }, 'Allowed'],
    [{ identityPolicies, resourcePolicy: deny({ Principal: '*' }) }, 'ExplicitlyDenied'],
    [{ resourcePolicy: allow() }, 'ImplicitlyDenied'],
  ]
  for (const [policies, expected] of rows) {
    assert.equal(decision(get, policies), expected, JSON.stringify(policies))
  }
})

describe('organizations', () => {
  const level = (...policies: object[]) => ({ orgIdentifier: 'o-1', policies })
  const named = (name: string, document: object) => ({ name, policy: document })
  const full = named('FullAWSAccess', allow())
  const rcp = (...more: object[]) => ({ resourceControlPolicies: [level(...more)] })
  test('service control policies', () => {
    const rows: [unknown[], string][] = [
      [[level(full), level(full)], 'Allowed'],
      [[level(full), level()], 'ImplicitlyDenied'],
      [[level(full), level(named('x', allow({ Action: 'sqs:*' })))], 'ImplicitlyDenied'],
      [[level(full), level(full, named('x', deny()))], 'ExplicitlyDenied'],
      [[[allow()], [allow()]], 'Allowed'],
      [[allow({ Action: 's3:*' }), deny({ Action: 'iam:*' })], 'Allowed'],
      [
        [allow({ Action: 's3:*' }), deny({ Action: undefined, NotAction: 'iam:*' })],
        'ExplicitlyDenied',
      ],
      [[], 'Allowed'],
    ]
    for (const [serviceControlPolicies, expected] of rows) {
      const policies = { identityPolicies, serviceControlPolicies }
      assert.equal(decision(get, policies), expected, JSON.stringify(serviceControlPolicies))
    }
  })
  test('resource control policies stand beside RCPFullAWSAccess, written or not', () => {
    const own = { identityPolicies }
    const block = named('x', deny({ Principal: '*', Action: 's3:*' }))
    assert.equal(decision(get, { ...own, ...rcp() }), 'Allowed')
    assert.equal(decision(get, { ...own, ...rcp(block) }), 'ExplicitlyDenied')
    assert.equal(decision(get, { ...own, ...rcp(named('f', open()), block) }), 'ExplicitlyDenied')
    const other = named('x', deny({ Principal: '*', Action: 'sqs:*' }))
    assert.equal(decision(get, { ...own, ...rcp(other) }), 'Allowed')
  })
  test('the services of RCPs, and nobody else', () => {
    const block = rcp(named('x', deny({ Principal: '*' })))
    for (const action of ['s3:GetObject', 'sqs:SendMessage', 'secretsmanager:GetSecretValue']) {
      const request = { ...get, action }
      assert.equal(decision(request, { identityPolicies, ...block }), 'ExplicitlyDenied', action)
    }
    for (const action of ['ec2:RunInstances', 'iam:GetUser', 'ssm:GetParameter', 'sns:Publish']) {
      assert.equal(decision({ ...get, action }, { identityPolicies, ...block }), 'Allowed', action)
    }
  })
  test('service-linked roles are known by their name', () => {
    const principal = `arn:aws:sts::${OWN}:assumed-role/AWSServiceRoleForX/s`
    const policies = { identityPolicies, serviceControlPolicies: [level()] }
    assert.equal(decision({ ...get, principal }, policies), 'Allowed')
    assert.equal(decision({ ...get, principal: SESSION }, policies), 'ImplicitlyDenied')
  })
})

describe('principals by name', () => {
  const policyFor = (Principal: unknown) => ({ resourcePolicy: open({ Principal }) })
  test('users, roles, sessions, accounts, services, providers, nobody', () => {
    const oidc = `arn:aws:iam::${OWN}:oidc-provider/idp.test`
    const saml = `arn:aws:iam::${OWN}:saml-provider/corp`
    const rows: [string, unknown, string][] = [
      [USER, { AWS: USER }, 'Allowed'],
      [USER, { AWS: USER.toLowerCase() }, 'ImplicitlyDenied'],
      [USER, { AWS: `arn:aws:iam::${OWN}:user/*` }, 'ImplicitlyDenied'],
      [USER, { AWS: OWN }, 'ImplicitlyDenied'],
      [ROLE, { AWS: ROLE }, 'Allowed'],
      [ROLE, { AWS: SESSION }, 'ImplicitlyDenied'],
      [SESSION, { AWS: SESSION }, 'Allowed'],
      [SESSION, { AWS: `arn:aws:iam::${OWN}:role/Deploy` }, 'Allowed'],
      [OWN, { AWS: OWN }, 'Allowed'],
      ['s3.amazonaws.com', { Service: 's3.amazonaws.com' }, 'Allowed'],
      ['s3.amazonaws.com', { Service: ['ec2.amazonaws.com'] }, 'ImplicitlyDenied'],
      ['s3.amazonaws.com', '*', 'Allowed'],
      [oidc, { Federated: oidc }, 'Allowed'],
      [saml, { Federated: [oidc, saml] }, 'Allowed'],
      [saml, { Federated: oidc }, 'ImplicitlyDenied'],
      ['anonymous', '*', 'Allowed'],
      ['anonymous', { AWS: '*' }, 'Allowed'],
      ['anonymous', { AWS: OWN }, 'ImplicitlyDenied'],
    ]
    for (const [principal, element, expected] of rows) {
      const label = `${principal} ${JSON.stringify(element)}`
      assert.equal(decision({ ...get, principal }, policyFor(element)), expected, label)
    }
  })
  test('a role with its path; its Allow is limited by boundary and session', () => {
    const principal = { arn: SESSION, roleArn: ROLE }
    const policies = policyFor({ AWS: ROLE })
    assert.equal(decision({ ...get, principal }, policies), 'Allowed')
    const nothing = allow({ Action: 'a:b' })
    assert.equal(
      decision({ ...get, principal: ROLE }, { ...policies, boundary: nothing }),
      'ImplicitlyDenied',
    )
    assert.equal(
      decision({ ...get, principal: ROLE }, { ...policies, sessionPolicy: nothing }),
      'ImplicitlyDenied',
    )
    const session = policyFor({ AWS: SESSION })
    const limits = { boundary: nothing, sessionPolicy: nothing }
    assert.equal(decision({ ...get, principal: SESSION }, { ...session, ...limits }), 'Allowed')
  })
  test('a federated user needs the policies of its user and of its session', () => {
    const request = { ...get, principal: `arn:aws:sts::${OWN}:federated-user/fed` }
    assert.equal(decision(request, { identityPolicies }), 'ImplicitlyDenied')
    assert.equal(decision(request, { sessionPolicy: allow() }), 'ImplicitlyDenied')
    assert.equal(decision(request, { identityPolicies, sessionPolicy: allow() }), 'Allowed')
  })
  test('well-known providers', () => {
    const trust = {
      resourcePolicy: policy({
        Effect: 'Allow',
        Principal: { Federated: 'cognito-identity.amazonaws.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'cognito-identity.amazonaws.com:aud': 'pool' },
          'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
        },
      }),
    }
    const request = {
      principal: 'cognito-identity.amazonaws.com',
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: ROLE,
      context: {
        'cognito-identity.amazonaws.com:aud': 'pool',
        'cognito-identity.amazonaws.com:amr': ['authenticated', 'login'],
      },
    }
    assert.equal(decision(request, trust), 'Allowed')
    const guest = { ...request.context, 'cognito-identity.amazonaws.com:amr': ['unauthenticated'] }
    assert.equal(decision({ ...request, context: guest }, trust), 'ImplicitlyDenied')
  })
})

describe('across accounts', () => {
  const foreign = { ...get, resource: { resource: OBJECT, accountId: OTHER } }
  test('both sides', () => {
    const both = { identityPolicies, resourcePolicy: open({ Principal: { AWS: OWN } }) }
    const rows: [Json, string][] = [
      [{ identityPolicies }, 'ImplicitlyDenied'],
      [{ resourcePolicy: open({ Principal: { AWS: USER } }) }, 'ImplicitlyDenied'],
      [both, 'Allowed'],
      [{ ...both, boundary: allow({ Action: 'a:b' }) }, 'ImplicitlyDenied'],
      [{ ...both, resourcePolicy: open({ Principal: { AWS: OTHER } }) }, 'ImplicitlyDenied'],
      [{ ...both, serviceControlPolicies: [[deny()]] }, 'ExplicitlyDenied'],
    ]
    for (const [policies, expected] of rows) {
      assert.equal(decision(foreign, policies), expected, JSON.stringify(policies))
    }
  })
})

describe('exceptions', () => {
  const key = `arn:aws:kms:us-east-1:${OWN}:key/1`
  const decrypt = { ...get, action: 'kms:Decrypt', resource: key }
  test('a key policy must take part', () => {
    const rows: [Json, string][] = [
      [{ identityPolicies }, 'ImplicitlyDenied'],
      [{ identityPolicies, resourcePolicy: open({ Principal: { AWS: OWN } }) }, 'Allowed'],
      [{ resourcePolicy: open({ Principal: { AWS: OWN } }) }, 'ImplicitlyDenied'],
      [{ resourcePolicy: open({ Principal: { AWS: USER } }) }, 'Allowed'],
      [{ identityPolicies: [deny()], resourcePolicy: open() }, 'ExplicitlyDenied'],
      [{ grants: [{ grantee: USER, operations: ['Decrypt'] }] }, 'Allowed'],
    ]
    for (const [policies, expected] of rows) {
      assert.equal(decision(decrypt, policies), expected, JSON.stringify(policies))
    }
  })
  test('a trust policy must take part', () => {
    const assume = { ...get, action: 'sts:AssumeRole', resource: ROLE }
    const trust = (AWS: string) => ({
      resourcePolicy: policy({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }),
    })
    assert.equal(decision(assume, { identityPolicies }), 'ImplicitlyDenied')
    assert.equal(decision(assume, trust(USER)), 'Allowed')
    assert.equal(decision(assume, trust(OWN)), 'ImplicitlyDenied')
    assert.equal(decision(assume, { identityPolicies, ...trust(OWN) }), 'Allowed')
  })
  test('who am I', () => {
    const policies = { identityPolicies: [deny()], serviceControlPolicies: [[deny()]] }
    assert.equal(
      decision({ ...get, action: 'sts:GetCallerIdentity', resource: '*' }, policies),
      'Allowed',
    )
  })
})

test('the context says what it knows; the rest follows from the request', () => {
  const when = (Condition: object, more: Json = {}) =>
    decision({ ...get, ...more }, { identityPolicies: [allow({ Condition })] })
  const before = { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }
  const at = (time: string) => ({ contextVariables: { 'aws:CurrentTime': time } })
  assert.equal(when(before, at('2019-06-01T00:00:00Z')), 'Allowed')
  assert.equal(when(before, at('2020-06-01T00:00:00Z')), 'ImplicitlyDenied')
  assert.equal(when(before), 'ImplicitlyDenied')
  assert.equal(when(before, { now: '2019-01-01T00:00:00Z' }), 'Allowed')
  assert.equal(when({ StringEquals: { 'aws:username': 'Alice' } }), 'Allowed')
  const told = { contextVariables: { 'aws:UserName': 'Bob', 'aws:SecureTransport': true } }
  assert.equal(when({ StringEquals: { 'aws:username': 'Bob' } }, told), 'Allowed')
  assert.equal(when({ Bool: { 'aws:SecureTransport': 'true' } }, told), 'Allowed')
  assert.equal(when({ Null: { 'aws:EpochTime': 'true' } }), 'Allowed')
})

test('principals as policies write them, contexts as the simulator takes them', () => {
  const resourcePolicy = open({ Principal: { Service: 's3.amazonaws.com' } })
  const principal = { Service: 's3.amazonaws.com' }
  assert.equal(decision({ ...get, principal }, { resourcePolicy }), 'Allowed')
  assert.equal(
    decision({ ...get, principal: { AWS: USER } }, { resourcePolicy }),
    'ImplicitlyDenied',
  )
  const entry = (ContextKeyType: string, ...ContextKeyValues: string[]) => ({
    contextVariables: [{ ContextKeyName: 'aws:TagKeys', ContextKeyType, ContextKeyValues }],
  })
  const when = (operator: string, context: Json) =>
    decision(
      { ...get, ...context },
      { identityPolicies: [allow({ Condition: { [operator]: { 'aws:tagkeys': 'a' } } })] },
    )
  assert.equal(when('StringEquals', entry('string', 'a')), 'Allowed')
  assert.equal(when('StringEquals', entry('stringList', 'a')), 'ImplicitlyDenied')
  assert.equal(when('ForAnyValue:StringEquals', entry('stringList', 'b', 'a')), 'Allowed')
})

test('ARNs that stop short, by the kind of policy', () => {
  const short = 'arn:aws:s3'
  const starred = 'arn:aws:s3*'
  const rows: [Json, string][] = [
    [{ identityPolicies: [allow({ Resource: short })] }, 'Allowed'],
    [{ identityPolicies: [allow({ Resource: 'arn:aws:sqs' })] }, 'ImplicitlyDenied'],
    [{ identityPolicies, boundary: allow({ Resource: short }) }, 'Allowed'],
    [{ identityPolicies, sessionPolicy: allow({ Resource: short }) }, 'Allowed'],
    [{ identityPolicies, scps: [[allow({ Resource: starred })]] }, 'Allowed'],
    [{ resourcePolicy: open({ Resource: short }) }, 'ImplicitlyDenied'],
    [{ resourcePolicy: open({ Resource: starred }) }, 'Allowed'],
    [{ identityPolicies, endpoint: open({ Resource: short }) }, 'ImplicitlyDenied'],
    [{ identityPolicies, endpoint: open({ Resource: starred }) }, 'Allowed'],
  ]
  for (const [policies, expected] of rows) {
    assert.equal(decision(get, policies), expected, JSON.stringify(policies))
  }
})

test('statements: actions and resources', () => {
  const rows: [Json, Json, boolean][] = [
    [{ Action: 's3:getobject' }, {}, true],
    [{ Action: 'S3:Get*' }, {}, true],
    [{ Action: 's3:Get?bject' }, {}, true],
    [{ Action: '*:GetObject' }, {}, false],
    [{ Action: 's*:GetObject' }, {}, false],
    [{ Action: ' s3:GetObject' }, {}, false],
    [{ Action: 's3:GetObject ' }, {}, false],
    [{ Action: 's3:GetObject,' }, {}, false],
    [{ Action: [] }, {}, false],
    [{ Action: undefined, NotAction: 'iam:*' }, {}, true],
    [{ Action: undefined, NotAction: ['s3:Get*'] }, {}, false],
    [{ Action: undefined, NotAction: '*' }, {}, false],
    [{ Resource: 'arn:aws:s3:::bucket/*' }, {}, true],
    [{ Resource: 'arn:aws:s3:::Bucket/*' }, {}, false],
    [{ Resource: 'arn:aws:s3:::bucket' }, {}, false],
    [{ Resource: 'arn:aws:s3:::buck*' }, {}, true],
    [{ Resource: 'arn:aws:s3:::*' }, {}, true],
    [{ Resource: 'arn:aws:s3:*' }, {}, true],
    [{ Resource: 'arn:aws:s3' }, {}, true],
    [{ Resource: 'arn:*:s3:::bucket/????' }, {}, true],
    [{ Resource: 'arn:aws:s3:::bucket/???' }, {}, false],
    [{ Resource: 'arn:aws:s3:::bucket/1234' }, { resource: '*' }, false],
    [{ Resource: '*' }, { resource: '*' }, true],
    [{ Resource: undefined, NotResource: 'arn:aws:s3:::other/*' }, {}, true],
    [{ Resource: undefined, NotResource: ['arn:aws:s3:::bucket/*'] }, {}, false],
    [{ Resource: undefined, NotResource: '*' }, {}, false],
    [{ Resource: undefined }, {}, false],
  ]
  for (const [change, request, allowed] of rows) {
    const expected = allowed ? 'Allowed' : 'ImplicitlyDenied'
    const policies = { identityPolicies: [allow(change)] }
    assert.equal(decision({ ...get, ...request }, policies), expected, JSON.stringify(change))
  }
})
