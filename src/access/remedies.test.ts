import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accessRequest as arbitraryRequest } from './access-requests.test-support.ts'
import { accessRequest } from './authorize.ts'
import { decide } from './evaluate.ts'
import { remedies } from './remedies.ts'
import { ALLOW, DENY, OWN, ROLE_SESSION, USER } from './scenario.test-support.ts'

const QUEUE = `arn:aws:sqs:us-east-1:${OWN}:q`
const call = { action: 'sqs:SendMessage', resource: QUEUE }
const asked = (json: object) => remedies(accessRequest({ principal: USER, ...call, ...json }))
const may = { Effect: 'Allow', Action: call.action, Resource: QUEUE }
const silence = { Statement: { ...ALLOW, Action: 's3:*' } }

test('an allowed request needs nothing', () => {
  assert.deepEqual(asked({ identity: { Statement: ALLOW } }), [])
})

test('silence: the smallest statement, layer after layer', () => {
  const [only, ...more] = asked({})
  assert.deepEqual(more, [])
  assert.equal(only!.layer, 'identity-based policy')
  assert.deepEqual(only!.add, may)
  const all = asked({
    principal: ROLE_SESSION,
    boundary: silence,
    session: silence,
    endpoint: { Statement: { ...ALLOW, Action: 's3:*', Principal: '*' } },
    serviceControl: [[{ Statement: ALLOW }], [silence]],
    resource: { arn: QUEUE, account: '222222222222' },
  })
  assert.deepEqual(
    all.map(({ layer, level, add }) => [layer, level, add]),
    [
      ['service control policy', 1, may],
      ['VPC endpoint policy', undefined, { ...may, Principal: '*' }],
      ['identity-based policy', undefined, may],
      ['permissions boundary', undefined, may],
      ['session policy', undefined, may],
      [
        'resource-based policy',
        undefined,
        { ...may, Principal: { AWS: `arn:aws:iam::${OWN}:role/R` } },
      ],
    ],
  )
})

test('denies: the statements that would have to go, and then what is still missing', () => {
  const identity = { id: 'own', document: { Statement: [ALLOW, { ...DENY, Sid: 'No' }] } }
  const serviceControl = [[{ id: 'scp', document: { Statement: [ALLOW, DENY] } }]]
  const found = asked({ identity: [identity], serviceControl, boundary: silence })
  assert.deepEqual(
    found.map(({ layer, remove, add }) => [layer, remove.map((s) => s.policy.id), add]),
    [
      ['service control policy', ['scp'], undefined],
      ['identity-based policy', ['own'], undefined],
      ['permissions boundary', [], may],
    ],
  )
})

test('a condition that would do is told with what it found', () => {
  const Condition = { StringEquals: { 'aws:PrincipalTag/team': 'red' } }
  const [only] = asked({ identity: { Statement: { ...ALLOW, Condition } } })
  const [{ key, expected, actual }] = only!.meet as [(typeof only & object)['meet'][number]]
  assert.deepEqual([key, expected, actual], ['aws:PrincipalTag/team', ['red'], undefined])
})

test('trust policies, services and strangers are named as such policies name them', () => {
  const arn = `arn:aws:iam::${OWN}:role/T`
  const assume = { action: 'sts:AssumeRole', resource: arn }
  const [trust] = asked({ ...assume, principal: 'ec2.amazonaws.com' })
  assert.deepEqual(trust!.add, {
    Effect: 'Allow',
    Principal: { Service: 'ec2.amazonaws.com' },
    Action: 'sts:AssumeRole',
  })
  const [stranger] = asked({ principal: 'anonymous' })
  assert.deepEqual(stranger!.add, { ...may, Principal: '*' })
})

test('whatever was refused: the last remedy leaves nothing to mend', () => {
  fc.assert(
    fc.property(arbitraryRequest, (request) => {
      const found = remedies(request)
      assert.equal(found.length === 0, decide(request))
      assert.ok(found.length < 14)
    }),
    { numRuns: 3000 },
  )
})
