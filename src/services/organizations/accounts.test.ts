import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { type Founded, type Land, openLand } from '../../../test/organization.ts'

let land: Land
let org: Founded
before(async () => {
  land = await openLand()
  org = await land.found('300000000001')
})
after(() => land.close())

const blue = [{ Key: 'team', Value: 'blue' }]
const root = (accessKeyId: string) => land.house.as({ accessKeyId, secretAccessKey: 'any' })

test('a created account is a member with the role by which its organization reaches it', async () => {
  const account = await org.create('Jane', { Tags: blue })
  assert.match(account, /^[1-9]\d{11}$/)
  const { Account } = await org('DescribeAccount', { AccountId: account })
  assert.deepEqual(
    { ...Account, JoinedTimestamp: '' },
    {
      Id: account,
      Arn: `arn:aws:organizations::300000000001:account/${org.id}/${account}`,
      Email: 'Jane@300000000001.example.com',
      Name: 'Jane',
      Status: 'ACTIVE',
      State: 'ACTIVE',
      Paths: [`${org.id}/${org.root}/${account}/`],
      JoinedMethod: 'CREATED',
      JoinedTimestamp: '',
    },
  )
  assert.deepEqual((await org('ListTagsForResource', { ResourceId: account })).Tags, blue)
  const RoleName = 'OrganizationAccountAccessRole'
  const { iam } = root(account)
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }))
  assert.deepEqual(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).Statement, [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::300000000001:root' },
      Action: 'sts:AssumeRole',
    },
  ])
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))
  assert.deepEqual(
    AttachedPolicies!.map(({ PolicyName }) => PolicyName),
    ['AdministratorAccess'],
  )
  const { sts } = land.house.as(await land.administrator('300000000001'))
  const RoleArn = `arn:aws:iam::${account}:role/${RoleName}`
  const { AssumedRoleUser } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'visit' }),
  )
  assert.equal(AssumedRoleUser!.Arn, `arn:aws:sts::${account}:assumed-role/${RoleName}/visit`)
})

test('a creation that cannot be fails with its reason, and is listed', async () => {
  const creating = async (Email: string) =>
    (await org('CreateAccount', { AccountName: 'again', Email })).CreateAccountStatus
  await org.create('taken')
  const { State, FailureReason, Id } = await creating('TAKEN@300000000001.example.com')
  assert.deepEqual([State, FailureReason], ['FAILED', 'EMAIL_ALREADY_EXISTS'])
  for (const address of ['a(b@example.com', 'root@300000000007.invalid'])
    assert.equal((await creating(address)).FailureReason, 'INVALID_EMAIL')
  const { CreateAccountStatuses } = await org('ListCreateAccountStatus', { States: ['FAILED'] })
  assert.ok(CreateAccountStatuses.some((status: { Id: string }) => status.Id === Id))
  assert.equal(
    (await org('ListCreateAccountStatus', { States: ['IN_PROGRESS'] })).CreateAccountStatuses
      .length,
    0,
  )
  await org.refuses(
    'DescribeCreateAccountStatus',
    { CreateAccountRequestId: 'car-12345678' },
    'CreateAccountStatusNotFoundException',
  )
  await org.refuses(
    'CreateAccount',
    { AccountName: 'x', Email: 'x@example.com', RoleName: 'AWSServiceRoleForX' },
    'InvalidInputException',
    'INVALID_ROLE_NAME',
  )
  await org.refuses(
    'CreateGovCloudAccount',
    { AccountName: 'x', Email: 'x@example.com' },
    'ConstraintViolationException',
    'MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED',
  )
})

test('accounts move between parents, and are listed where they are', async () => {
  await org.admit('300000000002')
  const unit = await org.unit('moved into')
  const move = (from: string, to: string, AccountId = '300000000002') => ({
    AccountId,
    SourceParentId: from,
    DestinationParentId: to,
  })
  await org('MoveAccount', move(org.root, unit))
  const { Accounts } = await org('ListAccountsForParent', { ParentId: unit })
  assert.deepEqual(
    Accounts.map(({ Id, Paths }: { Id: string; Paths: string[] }) => [Id, Paths]),
    [['300000000002', [`${org.id}/${org.root}/${unit}/300000000002/`]]],
  )
  await org.refuses('MoveAccount', move(org.root, unit), 'SourceParentNotFoundException')
  await org.refuses('MoveAccount', move(unit, unit), 'DuplicateAccountException')
  await org.refuses('MoveAccount', move(unit, 'r-none'), 'DestinationParentNotFoundException')
  await org.refuses('MoveAccount', move(unit, org.root, '300000000009'), 'AccountNotFoundException')
})

test('who was created stays four days; who was invited leaves at once; a closed account stays ninety', async () => {
  const AccountId = await org.create('young')
  const removing = ['RemoveAccountFromOrganization', { AccountId }] as const
  await org.refuses(...removing, 'ConstraintViolationException', 'WAIT_PERIOD_ACTIVE')
  await land.as(AccountId).refuses('LeaveOrganization', {}, 'ConstraintViolationException')
  await land.wait(4)
  await org(...removing)
  await org.refuses(...removing, 'AccountNotFoundException')
  await org.refuses('LeaveOrganization', {}, 'MasterCannotLeaveOrganizationException')
  await org.refuses(
    'RemoveAccountFromOrganization',
    { AccountId: org.account },
    'MasterCannotLeaveOrganizationException',
  )
  await org.admit('300000000003')
  const closing = ['CloseAccount', { AccountId: '300000000003' }] as const
  const { iam } = land.house.as(await land.administrator('300000000003'))
  await iam.send(new ListUsersCommand())
  await org(...closing)
  await land.wait(0)
  const { Account } = await org('DescribeAccount', closing[1])
  assert.deepEqual([Account.Status, Account.State], ['SUSPENDED', 'CLOSED'])
  await org.refuses(...closing, 'AccountAlreadyClosedException')
  await assert.rejects(iam.send(new ListUsersCommand()), { name: 'InvalidClientTokenId' })
  await org.refuses(
    'CloseAccount',
    { AccountId: org.account },
    'ConstraintViolationException',
    'CANNOT_CLOSE_MANAGEMENT_ACCOUNT',
  )
  await land.wait(91)
  await org.refuses('DescribeAccount', closing[1], 'AccountNotFoundException')
  await assert.rejects(iam.send(new ListUsersCommand()), { name: 'InvalidClientTokenId' })
})
