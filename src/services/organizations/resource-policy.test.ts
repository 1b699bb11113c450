import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Caller, type Founded, type Land, openLand } from '../../../test/organization.ts'

let land: Land
let org: Founded
let member: Caller
before(async () => {
  land = await openLand()
  org = await land.found('710000000001')
  member = await org.admit('710000000002')
})
after(() => land.close())

const delegating = (more: object): { Content: string } => ({
  Content: JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: '710000000002' },
        Action: ['organizations:CreatePolicy', 'organizations:List*'],
        Resource: '*',
        ...more,
      },
    ],
  }),
})

const tagPolicy = (Type = 'TAG_POLICY') => ({
  Type,
  Name: 'delegated',
  Description: '',
  Content: Type === 'TAG_POLICY' ? '{"tags":{}}' : '{"plans":{}}',
})

test('who is delegated to may what the policy allows, for the types that it names', async () => {
  await org.refuses('DescribeResourcePolicy', {}, 'ResourcePolicyNotFoundException')
  await member.refuses('CreatePolicy', tagPolicy(), 'AccessDeniedException')
  const { ResourcePolicy } = await org('PutResourcePolicy', {
    ...delegating({
      Condition: { StringLikeIfExists: { 'organizations:PolicyType': 'TAG_POLICY' } },
    }),
    Tags: [{ Key: 'team', Value: 'blue' }],
  })
  const { Id, Arn } = ResourcePolicy.ResourcePolicySummary
  assert.equal(Arn, `arn:aws:organizations::710000000001:resourcepolicy/${org.id}/${Id}`)
  assert.deepEqual((await org('DescribeResourcePolicy')).ResourcePolicy, ResourcePolicy)
  assert.deepEqual((await org('ListTagsForResource', { ResourceId: Id })).Tags, [
    { Key: 'team', Value: 'blue' },
  ])
  await member('CreatePolicy', tagPolicy())
  assert.equal((await member('ListAccounts')).Accounts.length, 2)
  await member.refuses('CreatePolicy', tagPolicy('BACKUP_POLICY'), 'AccessDeniedException')
  await member.refuses(
    'CreateOrganizationalUnit',
    { ParentId: org.root, Name: 'x' },
    'AccessDeniedException',
  )
  const stranger = await land.found('710000000003')
  await stranger('ListAccounts')
  const updated = await org('PutResourcePolicy', delegating({ Action: 'organizations:ListRoots' }))
  assert.equal(updated.ResourcePolicy.ResourcePolicySummary.Id, Id)
  await member.refuses('ListAccounts', {}, 'AccessDeniedException')
  await org('DeleteResourcePolicy')
  await member.refuses('ListRoots', {}, 'AccessDeniedException')
  await org.refuses('DeleteResourcePolicy', {}, 'ResourcePolicyNotFoundException')
})

test('a policy that AWS would not store', async () => {
  for (const [more, reason] of [
    [{ Action: 'organizations:CreateAccount' }, 'UNSUPPORTED_ACTION_IN_RESOURCE_POLICY'],
    [{ Action: 's3:GetObject' }, 'UNSUPPORTED_ACTION_IN_RESOURCE_POLICY'],
    [{ Principal: undefined }, 'INVALID_RESOURCE_POLICY_JSON'],
    [{ Resource: undefined, NotResource: '*' }, 'UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY'],
  ] as const)
    await org.refuses('PutResourcePolicy', delegating(more), 'InvalidInputException', reason)
})
