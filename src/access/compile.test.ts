import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentOf, policy, variable } from './access-requests.test-support.ts'
import { compilePolicy } from './compile.ts'
import { layerCandidates } from './policy-sets.ts'
import { ALLOW } from './scenario.test-support.ts'

test('a document is compiled once per hash and shape, wherever it hangs', () => {
  const one = policy(documentOf(ALLOW), 'inline', 'a')
  const other = policy(documentOf(ALLOW), 'managed', 'b')
  assert.equal(compilePolicy(one, 'identity'), compilePolicy(other, 'identity'))
  assert.notEqual(compilePolicy(one, 'identity'), compilePolicy(one, 'resource'))
})

test('the cache is bounded by number and by size', () => {
  const kept = policy(documentOf(ALLOW))
  const first = compilePolicy(kept, 'identity')
  const padding = ' '.repeat(100_000)
  for (let index = 0; index < 200; index++) {
    const document = JSON.stringify(documentOf({ ...ALLOW, Sid: `s${index}` })) + padding
    compilePolicy(policy(document), 'identity')
  }
  assert.notEqual(compilePolicy(kept, 'identity'), first)
})

test('an unreadable document denies everything and says so', () => {
  for (const document of ['', '{}', '{"Statement":{"Effect":"allow"}}']) {
    const compiled = compilePolicy(policy(document), 'identity')
    assert.equal(compiled.readable, false)
    assert.equal(compiled.candidates('s3:GetObject').deny.length, 1)
  }
})

test('candidates are found without case and in document order', () => {
  const deny = { ...ALLOW, Effect: 'Deny', Action: 'S3:get*', Resource: 'arn:aws:s3:::x' }
  const exact = { ...ALLOW, Action: ['iam:GetUser', 's3:GETOBJECT'], Resource: 'arn:aws:s3:::y' }
  const not = { Effect: 'Allow', NotAction: 'iam:*', Resource: 'arn:aws:s3:::z' }
  const compiled = compilePolicy(policy(documentOf(not, deny, exact)), 'identity')
  const indexes = (tests: readonly unknown[]) =>
    tests.map((one) => compiled.statements.findIndex(({ test: own }) => own === one))
  const { allow, deny: denies } = compiled.candidates('s3:GetObject')
  assert.deepEqual(indexes(allow), [0, 2])
  assert.deepEqual(indexes(denies), [1])
  assert.deepEqual(indexes(compiled.candidates('iam:GetUser').allow), [2])
})

test('what policies repeat is tried once, unless version or shape gives it another meaning', () => {
  const repeated = {
    ...ALLOW,
    Action: 's3:*',
    Resource: `arn:aws:s3:::${variable('aws:username')}`,
  }
  const one = policy(documentOf(repeated, { ...ALLOW, Action: 'sqs:*' }))
  const two = policy(documentOf({ ...ALLOW, Action: 'iam:*' }, repeated))
  const old = policy({ Version: '2008-10-17', Statement: repeated })
  const [first] = compilePolicy(one, 'identity').candidates('s3:GetObject').allow
  const [second] = compilePolicy(two, 'identity').candidates('s3:GetObject').allow
  assert.equal(first, second)
  assert.notEqual(first, compilePolicy(old, 'identity').candidates('s3:GetObject').allow[0])
  assert.notEqual(first, compilePolicy(one, 'resource').candidates('s3:GetObject').allow[0])
  const layers = { identity: [one, two] }
  assert.deepEqual(layerCandidates(layers, 's3:GetObject').identity.allow, [first])
})
