import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Founded, type Land, openLand } from '../../../test/organization.ts'

let land: Land
let org: Founded
before(async () => {
  land = await openLand()
  org = await land.found('600000000001')
  await org.enable('TAG_POLICY')
  await org.enable('BACKUP_POLICY')
})
after(() => land.close())

const values = (operator: string, ...list: string[]) => ({
  tags: { cost: { tag_value: { [operator]: list } } },
})

test('an account has what its root, its units and itself come to', async () => {
  const member = await org.admit('600000000002')
  const AccountId = '600000000002'
  const asking = { PolicyType: 'TAG_POLICY', TargetId: AccountId }
  await org.refuses('DescribeEffectivePolicy', asking, 'EffectivePolicyNotFoundException')
  const unit = await org.unit('merged')
  await org('MoveAccount', { AccountId, SourceParentId: org.root, DestinationParentId: unit })
  await org.attach(await org.policy('TAG_POLICY', values('@@assign', 'a', 'b')), org.root)
  await org.attach(await org.policy('TAG_POLICY', values('@@append', 'c')), unit)
  await org.attach(await org.policy('TAG_POLICY', values('@@remove', 'a')), AccountId)
  const { EffectivePolicy } = await org('DescribeEffectivePolicy', asking)
  assert.equal(EffectivePolicy.PolicyContent, '{"tags":{"cost":{"tag_value":["b","c"]}}}')
  assert.equal(EffectivePolicy.TargetId, AccountId)
  assert.ok(EffectivePolicy.LastUpdatedTimestamp instanceof Date)
  const own = await member('DescribeEffectivePolicy', { PolicyType: 'TAG_POLICY' })
  assert.deepEqual(own.EffectivePolicy, EffectivePolicy)
  await member.refuses(
    'DescribeEffectivePolicy',
    { PolicyType: 'TAG_POLICY', TargetId: org.account },
    'AccessDeniedException',
  )
  await org.refuses(
    'DescribeEffectivePolicy',
    { PolicyType: 'TAG_POLICY', TargetId: '600000000009' },
    'TargetNotFoundException',
  )
  await org.refuses(
    'DescribeEffectivePolicy',
    { PolicyType: 'TAG_POLICY', TargetId: unit },
    'InvalidInputException',
    'TARGET_NOT_SUPPORTED',
  )
})

test('a backup plan of too many rules, or without a Region, is told', async () => {
  await org.admit('600000000003')
  const AccountId = '600000000003'
  const plan = (from: number, to: number, more: object = {}) => ({
    plans: {
      nightly: {
        ...more,
        rules: Object.fromEntries(
          Array.from({ length: to - from }, (_, i) => [
            `rule ${from + i}`,
            { schedule_expression: { '@@assign': 'cron(0 5 ? * * *)' } },
          ]),
        ),
      },
    },
  })
  const nine = await org.policy(
    'BACKUP_POLICY',
    plan(0, 9, { regions: { '@@assign': ['us-east-1'] } }),
  )
  await org.attach(nine, org.root)
  const invalid = async () =>
    (await org('ListAccountsWithInvalidEffectivePolicy', { PolicyType: 'BACKUP_POLICY' })).Accounts
  const errors = async () =>
    await org('ListEffectivePolicyValidationErrors', { AccountId, PolicyType: 'BACKUP_POLICY' })
  assert.deepEqual(await invalid(), [])
  assert.deepEqual((await errors()).EffectivePolicyValidationErrors, [])
  const two = await org.policy('BACKUP_POLICY', plan(9, 11))
  await org.attach(two, AccountId)
  assert.deepEqual(
    (await invalid()).map(({ Id }: { Id: string }) => Id),
    [AccountId],
  )
  const told = await errors()
  assert.equal(told.Path, `${org.id}/${org.root}/${AccountId}/`)
  assert.deepEqual(
    told.EffectivePolicyValidationErrors.map(
      (error: { ErrorCode: string; ContributingPolicies: string[] }) => [
        error.ErrorCode,
        error.ContributingPolicies,
      ],
    ),
    [['ELEMENTS_TOO_MANY', [nine, two]]],
  )
})

test('policies that authorize are never merged', async () => {
  await org.refuses(
    'ListAccountsWithInvalidEffectivePolicy',
    { PolicyType: 'SERVICE_CONTROL_POLICY' },
    'InvalidInputException',
  )
})
