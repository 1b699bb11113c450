import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ListUsersCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { denying, type Land, openLand } from '../organization.ts'

/** Two organizations: an account is created in one, bounded there, and moves to the other. */

let land: Land
before(async () => {
  land = await openLand()
})
after(() => land.close())

test('an account is bounded where it stands, and free of it where it goes', async () => {
  const red = await land.found('111111111111')
  const blue = await land.found('222222222222')
  await red.enable('SERVICE_CONTROL_POLICY')
  const account = await red.create('wanderer')
  const keys = await land.administrator(account)
  const { iam } = land.house.as(keys)
  const list = () => iam.send(new ListUsersCommand())
  await list()

  const unit = await red.unit('bounded')
  await red('MoveAccount', {
    AccountId: account,
    SourceParentId: red.root,
    DestinationParentId: unit,
  })
  const policy = await red.policy(
    'SERVICE_CONTROL_POLICY',
    denying('iam:ListUsers', 'organizations:LeaveOrganization'),
  )
  await red.attach(policy, unit)
  await assert.rejects(list, (error: Error) => {
    assert.equal(error.name, 'AccessDenied')
    assert.match(error.message, /explicit deny in a service control policy/)
    return true
  })

  const { Handshake } = await blue('InviteAccountToOrganization', {
    Target: { Type: 'ACCOUNT', Id: account },
  })
  const accepting = ['AcceptHandshake', { HandshakeId: Handshake.Id }] as const
  const wanderer = land.as(keys)
  // To go is to leave: a policy that forbids leaving holds the account.
  await wanderer.refuses(...accepting, 'AccessDeniedException')
  await red('UpdatePolicy', {
    PolicyId: policy,
    Content: JSON.stringify(denying('iam:ListUsers')),
  })
  await wanderer.refuses(...accepting, 'ConstraintViolationException', 'WAIT_PERIOD_ACTIVE')
  await land.wait(4)
  await wanderer(...accepting)

  await list()
  const members = async (org: typeof red) =>
    (await org('ListAccounts')).Accounts.map(({ Id }: { Id: string }) => Id)
  assert.deepEqual(await members(red), ['111111111111'])
  assert.deepEqual((await members(blue)).toSorted(), ['222222222222', account].toSorted())
  assert.equal((await wanderer('DescribeOrganization')).Organization.Id, blue.id)
  await red.refuses('DescribeAccount', { AccountId: account }, 'AccountNotFoundException')
  await red('DeleteOrganizationalUnit', { OrganizationalUnitId: unit })
  await red('DeletePolicy', { PolicyId: policy })
  await red('DeleteOrganization')
})

test('resources of a member are bounded, whoever asks for them', async () => {
  const org = await land.found('666666666666')
  await org.enable('RESOURCE_CONTROL_POLICY')
  const account = await org.create('bounded')
  const { sts } = land.house.as(await land.administrator(org.account))
  const assume = () =>
    sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`,
        RoleSessionName: 'visit',
      }),
    )
  await assume()
  const nobody = { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole', Resource: '*' }
  const document = { Version: '2012-10-17', Statement: [nobody] }
  const policy = await org.policy('RESOURCE_CONTROL_POLICY', document)
  await org.attach(policy, account)
  await assert.rejects(assume, { name: 'AccessDenied', message: /resource control policy/ })
  await org('DetachPolicy', { PolicyId: policy, TargetId: account })
  await assume()
})

test('a management account goes nowhere before its organization has ended', async () => {
  const first = await land.found('333333333333')
  const second = await land.found('444444444444')
  const { Handshake } = await second('InviteAccountToOrganization', {
    Target: { Type: 'ACCOUNT', Id: '333333333333' },
  })
  const accepting = ['AcceptHandshake', { HandshakeId: Handshake.Id }] as const
  await first.refuses(...accepting, 'MasterCannotLeaveOrganizationException')
  await first('DeleteOrganization')
  await first(...accepting)
  const { Organization } = await first('DescribeOrganization')
  assert.equal(Organization.Id, second.id)
})

test('of many who create and join at once, everybody is counted', async () => {
  const org = await land.found('555555555555')
  await Promise.all([
    ...['a', 'b', 'c', 'd'].map((name) => org.create(`parallel-${name}`)),
    ...['555555555551', '555555555552', '555555555553'].map((guest) => org.admit(guest)),
    org.unit('one'),
    org.unit('two'),
  ])
  assert.equal((await org('ListAccounts')).Accounts.length, 8)
  await org.refuses('DeleteOrganization', {}, 'OrganizationNotEmptyException')
})
