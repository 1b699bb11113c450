import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { policy } from '../account.ts'
import { type Land, openLand } from '../organization.ts'

/** Conditions on the organization of the caller and of the resource, across its accounts. */

let land: Land
before(async () => {
  land = await openLand()
})
after(() => land.close())

test('who may assume a role depends on the organization of both sides', async () => {
  const red = await land.found('111111111111')
  const blue = await land.found('222222222222')
  const unit = await red.unit('workloads')
  const member = await red.create('member')
  const neighbour = await red.create('neighbour')
  const move = (SourceParentId: string, DestinationParentId: string) =>
    red('MoveAccount', { AccountId: member, SourceParentId, DestinationParentId })
  await move(red.root, unit)

  // In the member: a role for everybody whom a condition lets in.
  const { iam } = land.house.as(await land.administrator(member))
  const trusted = (Condition: object) =>
    policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition })
  await iam.send(
    new CreateRoleCommand({ RoleName: 'shared', AssumeRolePolicyDocument: trusted({}) }),
  )
  const trust = (Condition: object) => {
    const input = { RoleName: 'shared', PolicyDocument: trusted(Condition) }
    return iam.send(new UpdateAssumeRolePolicyCommand(input))
  }
  // The caller stands in an account below the root, not in the unit.
  const { sts } = land.house.as(await land.administrator(neighbour))
  const RoleArn = `arn:aws:iam::${member}:role/shared`
  const assume = () =>
    sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'x1' })).then(
      () => 'allowed',
      (error: Error) => error.name,
    )
  const check = async (Condition: object, expected: string) => {
    await trust(Condition)
    assert.equal(await assume(), expected, JSON.stringify(Condition))
  }
  await check({ StringEquals: { 'aws:PrincipalOrgID': red.id } }, 'allowed')
  await check({ StringEquals: { 'aws:PrincipalOrgID': blue.id } }, 'AccessDenied')
  const below = (key: string, value: string) => ({ 'ForAnyValue:StringLike': { [key]: value } })
  const path = `${red.id}/${red.root}/`
  await check(below('aws:PrincipalOrgPaths', `${path}*`), 'allowed')
  await check(below('aws:PrincipalOrgPaths', `${path}${unit}/*`), 'AccessDenied')
  await check({ StringEquals: { 'aws:ResourceOrgID': '${aws:PrincipalOrgID}' } }, 'allowed')
  await check({ StringEquals: { 'aws:ResourceAccount': member } }, 'allowed')
  const inUnit = below('aws:ResourceOrgPaths', `${path}${unit}/`)
  await check(inUnit, 'allowed')
  // The member moves: its path moves with it, at once.
  await move(unit, red.root)
  assert.equal(await assume(), 'AccessDenied')
})
