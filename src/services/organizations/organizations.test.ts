import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Land, openLand } from '../../../test/organization.ts'

let land: Land
before(async () => {
  land = await openLand()
})
after(() => land.close())

test('a new organization has a root, one member and no policy type', async () => {
  const org = await land.found('100000000001')
  const { Organization } = await org('DescribeOrganization')
  assert.match(org.id, /^o-[a-z0-9]{10}$/)
  assert.deepEqual(Organization, {
    Id: org.id,
    Arn: `arn:aws:organizations::100000000001:organization/${org.id}`,
    FeatureSet: 'ALL',
    MasterAccountArn: `arn:aws:organizations::100000000001:account/${org.id}/100000000001`,
    MasterAccountId: '100000000001',
    MasterAccountEmail: 'root@100000000001.invalid',
    AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
  })
  assert.match(org.root, /^r-[a-z0-9]{4}$/)
  assert.deepEqual((await org('ListRoots')).Roots, [
    {
      Id: org.root,
      Arn: `arn:aws:organizations::100000000001:root/${org.id}/${org.root}`,
      Name: 'Root',
      PolicyTypes: [],
    },
  ])
  await org.refuses('CreateOrganization', {}, 'AlreadyInOrganizationException')
})

test('an account of no organization is told so, whatever it asks', async () => {
  const nobody = land.as('100000000002')
  for (const [operation, input] of [
    ['DescribeOrganization', {}],
    ['ListAccounts', {}],
    ['LeaveOrganization', {}],
    ['DeleteOrganization', {}],
    ['DescribePolicy', { PolicyId: 'p-12345678' }],
    [
      'MoveAccount',
      { AccountId: '1'.repeat(12), SourceParentId: 'r-abcd', DestinationParentId: 'r-abcd' },
    ],
    ['TagResource', { ResourceId: 'r-abcd', Tags: [] }],
  ] as const)
    await nobody.refuses(operation, input, 'AWSOrganizationsNotInUseException')
})

test('an organization is deleted when it is alone, and leaves nothing behind', async () => {
  const org = await land.found('100000000003')
  const member = await org.admit('100000000004')
  await org.refuses('DeleteOrganization', {}, 'OrganizationNotEmptyException')
  await member.refuses('DeleteOrganization', {}, 'AccessDeniedException')
  await member('LeaveOrganization')
  await org.unit('left')
  await org.policy('SERVICE_CONTROL_POLICY', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }],
  })
  await org('DeleteOrganization')
  await org.refuses('DescribeOrganization', {}, 'AWSOrganizationsNotInUseException')
  const again = await land.found('100000000003')
  assert.notEqual(again.id, org.id)
  assert.deepEqual(
    (await again('ListOrganizationalUnitsForParent', { ParentId: again.root })).OrganizationalUnits,
    [],
  )
})

test('input that the model does not allow is refused by the kind of its fault', async () => {
  const org = await land.found('100000000005')
  const refuses = (operation: string, input: object, reason: string) =>
    org.refuses(operation, input, 'InvalidInputException', reason)
  await refuses('DescribeAccount', { AccountId: '1' }, 'INVALID_PATTERN')
  await refuses('ListAccounts', { MaxResults: 21 }, 'MAX_VALUE_EXCEEDED')
  await refuses('ListAccounts', { MaxResults: 0 }, 'MIN_VALUE_EXCEEDED')
  await refuses('ListAccounts', { NextToken: 'forged' }, 'INVALID_NEXT_TOKEN')
  await refuses('ListPolicies', { Filter: 'NONE' }, 'INVALID_ENUM')
  await refuses('CreateOrganizationalUnit', { ParentId: org.root }, 'INPUT_REQUIRED')
  await refuses(
    'CreateOrganizationalUnit',
    { ParentId: org.root, Name: 'x'.repeat(129) },
    'MAX_LENGTH_EXCEEDED',
  )
  await org.refuses(
    'DescribePolicy',
    { PolicyId: `p-${'x'.repeat(128)}` },
    'PolicyNotFoundException',
  )
})
