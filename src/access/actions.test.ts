import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionCatalogue } from './actions.ts'

test('the catalogue knows vendors, actions, resource types and keys', async () => {
  const catalogue = await actionCatalogue()
  assert.ok(catalogue.isKnownVendor('IAM'))
  assert.ok(!catalogue.isKnownVendor('toString'))
  assert.deepEqual(catalogue.expandWildcard('sqs:T*Queue'), ['sqs:TagQueue'])
  assert.ok(catalogue.expandWildcard('*').length > 20_000)
  assert.deepEqual(catalogue.expandWildcard('nobody:*'), [])
  const facts = catalogue.actionFacts('KMS:decrypt')!
  assert.equal(facts.action, 'kms:Decrypt')
  assert.equal(facts.level, 'Write')
  assert.deepEqual(
    facts.resources.map(({ type, required }) => [type, required]),
    [['key', true]],
  )
  assert.equal(catalogue.actionFacts('iam:constructor'), undefined)
  const types = catalogue.resourceTypesOfArn('iam', 'arn:aws:iam::111111111111:role/x')
  assert.deepEqual(
    types.map(({ type }) => type),
    ['role'],
  )
  assert.equal(catalogue.conditionKeyType('aws:tagkeys'), 'ArrayOfString')
  assert.equal(catalogue.conditionKeyType('aws:PrincipalTag/x'), 'String')
  assert.equal(catalogue.conditionKeyType('kms:EncryptionContext:a'), 'String')
  assert.equal(catalogue.conditionKeyType('no:key'), undefined)
})
