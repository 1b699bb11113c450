import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { runs } from '../../test/runs.ts'
import type { AccessRequest, Policy } from '../kernel/authorization.ts'
import {
  accessRequest,
  documentOf,
  policy,
  type Statement,
} from './access-requests.test-support.ts'
import { decide } from './evaluate.ts'
import { explain } from './explain.ts'
import { naiveDecision } from './naive-oracle.test-support.ts'

const RUNS = runs(6_000)
const LAW_RUNS = { numRuns: runs(1_500) }

function statementsOf({ document }: Policy): Statement[] {
  return (JSON.parse(document) as { Statement: Statement[] }).Statement
}

function withStatements(original: Policy, Statement: Statement[]): Policy {
  return policy({ ...JSON.parse(original.document), Statement }, original.kind, original.id)
}

function withIdentity(request: AccessRequest, identity: readonly Policy[]): AccessRequest {
  return { ...request, layers: { ...request.layers, identity } }
}

const ALLOW_ALL = policy(documentOf({ Effect: 'Allow', Action: '*', Resource: '*' }))

test('the engine agrees with the naive reading of the rules', () => {
  let allowed = 0
  fc.assert(
    fc.property(accessRequest, (request) => {
      const expected = naiveDecision(request)
      if (expected) allowed++
      assert.equal(decide(request), expected)
    }),
    { numRuns: RUNS },
  )
  assert.ok(allowed > RUNS / 20, `only ${allowed} of ${RUNS} random requests were allowed`)
})

test('decide and explain agree', () => {
  fc.assert(
    fc.property(accessRequest, (request) => {
      const { effect, reason } = explain(request)
      assert.equal(decide(request), effect === 'allowed')
      assert.equal(reason === '', effect === 'allowed')
    }),
    { numRuns: RUNS },
  )
})

test('an explanation carries what replays it', () => {
  fc.assert(
    fc.property(accessRequest, (request) => {
      const { contextRead, effect } = explain(request)
      const replay = { ...request, context: (key: string) => contextRead[key] }
      assert.equal(explain(replay).effect, effect)
    }),
    LAW_RUNS,
  )
})

test('adding a Deny never allows', () => {
  fc.assert(
    fc.property(accessRequest, accessRequest, (request, donor) => {
      const denies = donor.layers.identity.map((one) =>
        withStatements(
          one,
          statementsOf(one).map((s) => ({ ...s, Effect: 'Deny' })),
        ),
      )
      const more = withIdentity(request, [...request.layers.identity, ...denies])
      assert.ok(!decide(more) || decide(request))
    }),
    LAW_RUNS,
  )
})

test('adding an Allow never refuses', () => {
  fc.assert(
    fc.property(accessRequest, (request) => {
      const more = withIdentity(request, [...request.layers.identity, ALLOW_ALL])
      assert.ok(!decide(request) || decide(more))
    }),
    LAW_RUNS,
  )
})

test('the order of statements and the cut into policies are irrelevant', () => {
  fc.assert(
    fc.property(accessRequest, (request) => {
      const { identity } = request.layers
      const turned = identity.map((one) => withStatements(one, statementsOf(one).reverse()))
      const split = identity.flatMap((one) =>
        statementsOf(one).map((statement) => withStatements(one, [statement])),
      )
      const expected = decide(request)
      assert.equal(decide(withIdentity(request, turned.reverse())), expected)
      assert.equal(decide(withIdentity(request, split)), expected)
    }),
    LAW_RUNS,
  )
})

test('an absent limit never refuses more than a present one', () => {
  fc.assert(
    fc.property(accessRequest, (request) => {
      const { boundary: _, serviceControl: __, endpoint: ___, ...layers } = request.layers
      // NotPrincipal in a Deny hits whoever has a boundary, so only that direction holds.
      assert.ok(!decide(request) || decide({ ...request, layers }))
    }),
    LAW_RUNS,
  )
})

test('no document makes the engine throw', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `{"Statement":${json}}`),
  )
  fc.assert(
    fc.property(accessRequest, text, (request, document) => {
      const broken = withIdentity(request, [policy(document)])
      assert.equal(decide(broken), explain(broken).effect === 'allowed')
    }),
    LAW_RUNS,
  )
})
