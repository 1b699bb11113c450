import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PolicyType } from '@aws-sdk/client-organizations'
import { denying, type Founded, type Land, openLand } from '../../../test/organization.ts'

let land: Land
let org: Founded
before(async () => {
  land = await openLand()
  org = await land.found('500000000001')
  await org.enable('SERVICE_CONTROL_POLICY')
  await org.enable('RESOURCE_CONTROL_POLICY')
})
after(() => land.close())

const scp = 'SERVICE_CONTROL_POLICY'
const rcp = 'RESOURCE_CONTROL_POLICY'
const names = (policies: { Name: string }[]) => policies.map(({ Name }) => Name).sort()

test('a policy is made, described, changed, listed and deleted', async () => {
  const { Policy } = await org('CreatePolicy', {
    Type: scp,
    Name: 'first',
    Description: 'says no',
    Content: JSON.stringify(denying('s3:*')),
    Tags: [{ Key: 'team', Value: 'blue' }],
  })
  const { Id: PolicyId } = Policy.PolicySummary
  assert.deepEqual(Policy, {
    PolicySummary: {
      Id: PolicyId,
      Arn: `arn:aws:organizations::500000000001:policy/${org.id}/service_control_policy/${PolicyId}`,
      Name: 'first',
      Description: 'says no',
      Type: scp,
      AwsManaged: false,
    },
    Content: JSON.stringify(denying('s3:*')),
  })
  await org('UpdatePolicy', { PolicyId, Name: 'second', Content: JSON.stringify(denying('ec2:*')) })
  const described = (await org('DescribePolicy', { PolicyId })).Policy
  assert.equal(described.PolicySummary.Name, 'second')
  assert.equal(described.PolicySummary.Description, 'says no')
  assert.equal(described.Content, JSON.stringify(denying('ec2:*')))
  assert.deepEqual(names((await org('ListPolicies', { Filter: scp })).Policies), [
    'FullAWSAccess',
    'second',
  ])
  await org('DeletePolicy', { PolicyId })
  for (const operation of [
    'DescribePolicy',
    'UpdatePolicy',
    'DeletePolicy',
    'ListTargetsForPolicy',
  ])
    await org.refuses(operation, { PolicyId }, 'PolicyNotFoundException')
})

test('names are unique within a type, AWS has its own, and documents must fit', async () => {
  const making = (Type: string, Name: string, content: object | string) => ({
    Type,
    Name,
    Description: '',
    Content: typeof content === 'string' ? content : JSON.stringify(content),
  })
  await org.policy(scp, denying('s3:*'), 'same')
  await org.policy('TAG_POLICY', { tags: { a: { tag_key: { '@@assign': 'a' } } } }, 'same')
  for (const name of ['same', 'FullAWSAccess'])
    await org.refuses(
      'CreatePolicy',
      making(scp, name, denying('s3:*')),
      'DuplicatePolicyException',
    )
  const other = await org.policy(scp, denying('s3:*'), 'other')
  await org.refuses('UpdatePolicy', { PolicyId: other, Name: 'same' }, 'DuplicatePolicyException')
  for (const [type, content] of [
    [scp, '{}'],
    [scp, 'no json'],
    [rcp, denying('s3:*')],
    ['TAG_POLICY', denying('s3:*')],
    ['BACKUP_POLICY', '{"tags":{}}'],
  ] as const)
    await org.refuses(
      'CreatePolicy',
      making(type, 'bad', content),
      'MalformedPolicyDocumentException',
    )
  await org.refuses(
    'CreatePolicy',
    making(scp, 'long', JSON.stringify(denying('s3:*')) + ' '.repeat(5_120)),
    'ConstraintViolationException',
    'POLICY_CONTENT_LIMIT_EXCEEDED',
  )
  for (const [operation, input] of [
    ['UpdatePolicy', { Name: 'mine' }],
    ['DeletePolicy', {}],
  ] as const)
    await org.refuses(
      operation,
      { PolicyId: 'p-FullAWSAccess', ...input },
      'InvalidInputException',
      'IMMUTABLE_POLICY',
    )
})

test('attachments: the standard policy everywhere, five of a type, and one at least', async () => {
  const unit = await org.unit('attached')
  const attached = async (Filter = scp) =>
    names((await org('ListPoliciesForTarget', { TargetId: unit, Filter })).Policies)
  assert.deepEqual(await attached(), ['FullAWSAccess'])
  assert.deepEqual(await attached(rcp), ['RCPFullAWSAccess'])
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push(await org.policy(scp, denying('s3:*'), `many ${i}`))
  for (const id of ids.slice(0, 4)) await org.attach(id, unit)
  await org.refuses(
    'AttachPolicy',
    { PolicyId: ids[4], TargetId: unit },
    'ConstraintViolationException',
    'MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED',
  )
  const first = { PolicyId: ids[0], TargetId: unit }
  await org.refuses('AttachPolicy', first, 'DuplicatePolicyAttachmentException')
  await org.refuses('DeletePolicy', { PolicyId: ids[0] }, 'PolicyInUseException')
  assert.deepEqual((await org('ListTargetsForPolicy', { PolicyId: ids[0] })).Targets, [
    {
      TargetId: unit,
      Arn: `arn:aws:organizations::500000000001:ou/${org.id}/${unit}`,
      Name: 'attached',
      Type: 'ORGANIZATIONAL_UNIT',
    },
  ])
  for (const PolicyId of ids.slice(0, 4)) await org('DetachPolicy', { PolicyId, TargetId: unit })
  await org.refuses('DetachPolicy', first, 'PolicyNotAttachedException')
  await org.refuses(
    'DetachPolicy',
    { PolicyId: 'p-FullAWSAccess', TargetId: unit },
    'ConstraintViolationException',
    'MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED',
  )
  await org.refuses(
    'DetachPolicy',
    { PolicyId: 'p-RCPFullAWSAccess', TargetId: unit },
    'InvalidInputException',
    'NON_DETACHABLE_POLICY',
  )
  await org.refuses(
    'AttachPolicy',
    { ...first, TargetId: '500000000009' },
    'TargetNotFoundException',
  )
  await org.refuses('AttachPolicy', { ...first, PolicyId: 'p-12345678' }, 'PolicyNotFoundException')
})

test('a type that is disabled loses its attachments, and begins anew', async () => {
  const other = await land.found('500000000002')
  const type = { RootId: other.root, PolicyType: scp }
  const id = await other.policy(scp, denying('s3:*'))
  const attaching = { PolicyId: id, TargetId: other.root }
  await other.refuses('AttachPolicy', attaching, 'PolicyTypeNotEnabledException')
  await other.refuses('DisablePolicyType', type, 'PolicyTypeNotEnabledException')
  const { Root } = await other('EnablePolicyType', type)
  assert.deepEqual(Root.PolicyTypes, [{ Type: scp, Status: 'ENABLED' }])
  await other.refuses('EnablePolicyType', type, 'PolicyTypeAlreadyEnabledException')
  await other.refuses('EnablePolicyType', { ...type, RootId: 'r-none' }, 'RootNotFoundException')
  await other('AttachPolicy', attaching)
  await other('DisablePolicyType', type)
  assert.deepEqual((await other('ListTargetsForPolicy', { PolicyId: id })).Targets, [])
  await other('EnablePolicyType', type)
  const list = { TargetId: other.root, Filter: scp }
  assert.deepEqual(names((await other('ListPoliciesForTarget', list)).Policies), ['FullAWSAccess'])
  const { Targets } = await other('ListTargetsForPolicy', { PolicyId: 'p-FullAWSAccess' })
  assert.deepEqual(Targets.map(({ Type }: { Type: string }) => Type).sort(), ['ACCOUNT', 'ROOT'])
  await other('DeletePolicy', { PolicyId: id })
})

test('every type that the client knows can be enabled', async () => {
  const all = await land.found('500000000003')
  await all('EnableAWSServiceAccess', { ServicePrincipal: 'securityhub.amazonaws.com' })
  for (const type of Object.values(PolicyType)) await all.enable(type)
  const { Roots } = await all('ListRoots')
  assert.equal(Roots[0].PolicyTypes.length, Object.values(PolicyType).length)
})

test('some types need the trust of their service first', async () => {
  const type = { RootId: org.root, PolicyType: 'SECURITYHUB_POLICY' }
  const service = { ServicePrincipal: 'securityhub.amazonaws.com' }
  await org.refuses(
    'EnablePolicyType',
    type,
    'ConstraintViolationException',
    'SERVICE_ACCESS_NOT_ENABLED',
  )
  await org('EnableAWSServiceAccess', service)
  await org('EnablePolicyType', type)
  await org.refuses(
    'DisableAWSServiceAccess',
    service,
    'ConstraintViolationException',
    'POLICY_TYPE_ENABLED_FOR_THIS_SERVICE',
  )
  await org('DisablePolicyType', type)
  await org('DisableAWSServiceAccess', service)
})
