import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../../test/account.ts'
import { type ActionCatalogue, actionCatalogue } from '../../../access/actions.ts'
import { checkPolicy } from '../../../access/check-policy.ts'
import { readPolicy } from '../../../access/document.ts'
import { defaultDocument } from '../managed-policy-records.ts'
import { policySize } from '../policy-documents.ts'
import { awsManagedPolicies } from './policies.ts'

let account: Account
let catalogue: ActionCatalogue
before(async () => {
  account = await openAccount()
  catalogue = await actionCatalogue()
})
after(() => account.close())

test('each could be stored, has a name of its own, and means actions that exist', () => {
  const policies = awsManagedPolicies()
  assert.equal(new Set(policies.map(({ name }) => name)).size, policies.length)
  assert.equal(new Set(policies.map(({ id }) => id)).size, policies.length)
  for (const policy of policies) {
    const text = defaultDocument(policy)
    assert.equal(checkPolicy(text, 'identity'), undefined, policy.name)
    assert.ok(policySize(text) <= 6_144, `${policy.name} is ${policySize(text)} characters long`)
    for (const { actions = [] } of readPolicy(text)!.statements)
      for (const action of actions)
        assert.ok(
          // Not every service has all three kinds of reading.
          /:(Get|List|Describe)\*$/.test(action) || catalogue.expandWildcard(action).length > 0,
          `${policy.name}: ${action}`,
        )
  }
})

test('they are listed in pages by path and scope, attached and counted', async () => {
  const all = awsManagedPolicies().length
  const names: string[] = []
  let Marker: string | undefined
  do {
    const page = await account.iam('ListPolicies', { Scope: 'AWS', MaxItems: 70, Marker })
    names.push(...page.Policies.map((policy: { PolicyName: string }) => policy.PolicyName))
    Marker = page.Marker
    assert.equal(page.IsTruncated, Marker !== undefined)
  } while (Marker !== undefined)
  assert.equal(names.length, all)
  assert.ok(all > 180)
  const jobs = await account.iam('ListPolicies', { Scope: 'AWS', PathPrefix: '/job-function/' })
  assert.ok(
    jobs.Policies.some(
      ({ Arn }: { Arn: string }) => Arn === 'arn:aws:iam::aws:policy/job-function/Billing',
    ),
  )
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
  await account.iam('CreateGroup', { GroupName: 'g' })
  await account.iam('AttachGroupPolicy', { GroupName: 'g', PolicyArn })
  assert.equal((await account.iam('GetPolicy', { PolicyArn })).Policy.AttachmentCount, 1)
  const attached = await account.iam('ListPolicies', { Scope: 'AWS', OnlyAttached: true })
  assert.deepEqual(
    attached.Policies.map(({ Arn }: { Arn: string }) => Arn),
    [PolicyArn],
  )
})

test('policies of service-linked roles cannot be attached', async () => {
  const PolicyArn = 'arn:aws:iam::aws:policy/aws-service-role/AccessAnalyzerServiceRolePolicy'
  await account.iam('CreateGroup', { GroupName: 'h' })
  await account.refuses(
    ['iam', 'AttachGroupPolicy', { GroupName: 'h', PolicyArn }],
    'PolicyNotAttachable',
    400,
    'Cannot attach a Service Role Policy to a Customer Role.',
  )
})
