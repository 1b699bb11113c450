import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionCatalogue } from '../../access/actions.ts'
import { checkPolicy } from '../../access/check-policy.ts'
import { generatedPolicies } from './generated-policies.ts'
import type { UsedAction } from './policy-generation-records.ts'

const user = (name: string) => `arn:aws:iam::000000000000:user/${name}`
const plain = { placeholders: false, serviceTemplate: false }

interface Statement {
  readonly Action: string[]
  readonly Resource: string | string[]
}

/** The statements of all policies together, each policy checked as IAM would. */
async function statements(used: UsedAction[], detail = plain, services: string[] = []) {
  const policies = generatedPolicies(used, services, await actionCatalogue(), detail)
  for (const policy of policies) {
    assert.equal(checkPolicy(policy, 'identity'), undefined, policy)
    assert.ok(policy.length <= 6_144)
  }
  return policies.map((policy): Statement[] => JSON.parse(policy).Statement)
}

test('actions on the same resources share a statement, services do not', async () => {
  const [found] = await statements([
    { action: 'iam:TagUser', resources: [user('a')] },
    { action: 'iam:GetUser', resources: [user('a')] },
    { action: 'iam:DeleteUser', resources: [user('b')] },
    { action: 'iam:ListUsers', resources: ['*'] },
    { action: 'sts:GetCallerIdentity', resources: ['*'] },
  ])
  assert.deepEqual(
    found!.map(({ Action, Resource }) => [Action, Resource]),
    [
      [['iam:DeleteUser'], user('b')],
      [['iam:GetUser', 'iam:TagUser'], user('a')],
      [['iam:ListUsers'], '*'],
      [['sts:GetCallerIdentity'], '*'],
    ],
  )
})

test('characters that policies read otherwise mean themselves', async () => {
  const [found] = await statements([
    { action: 's3:GetObject', resources: ['arn:aws:s3:::b/what?', 'arn:aws:s3:::b/${aws:x}*'] },
  ])
  assert.deepEqual(found![0]!.Resource, [
    'arn:aws:s3:::b/${$}{aws:x}${*}',
    'arn:aws:s3:::b/what${?}',
  ])
})

test('many resources become all of their kind, many statements several policies', async () => {
  const many = Array.from({ length: 40 }, (_, i) => user(`u${i}`))
  const [[one] = []] = await statements([{ action: 'iam:GetUser', resources: many }])
  assert.deepEqual(one!.Resource, 'arn:aws:iam::000000000000:user/*')
  const catalogue = await actionCatalogue()
  const used = catalogue
    .actionsOf('iam')
    .map((action, i) => ({ action, resources: [user(`${i}`.repeat(50)), user('x')] }))
  const policies = await statements(used)
  assert.ok(policies.length > 3)
  const allowed = policies.flat().flatMap(({ Action }) => Action)
  assert.deepEqual(allowed.toSorted(), used.map(({ action }) => action).toSorted())
})

test('templates stand for resources and services where they are asked for', async () => {
  const used = [{ action: 'iam:GetUser', resources: [user('a')] }]
  const catalogue = await actionCatalogue()
  const [shown] = generatedPolicies(used, [], catalogue, { ...plain, placeholders: true })
  assert.equal(
    JSON.parse(shown!).Statement[0].Resource,
    'arn:aws:iam::${Account}:user/${UserNameWithPath}',
  )
  const further = await statements(used, { ...plain, serviceTemplate: true }, ['iam', 'sqs'])
  assert.deepEqual(further[1]![0]!.Action, ['sqs:*'])
  assert.deepEqual(await statements([]), [])
})
