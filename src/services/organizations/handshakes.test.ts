import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { type Land, openLand } from '../../../test/organization.ts'

let land: Land
before(async () => {
  land = await openLand()
})
after(() => land.close())

const inviting = (Id: string, Type = 'ACCOUNT') => ({ Target: { Type, Id } })

test('an invitation is told to both sides, and only the right side may answer', async () => {
  const org = await land.found('400000000001')
  const guest = land.as('400000000002')
  const { Handshake } = await org('InviteAccountToOrganization', {
    ...inviting('400000000002'),
    Notes: 'come in',
    Tags: [{ Key: 'team', Value: 'blue' }],
  })
  const { Id: HandshakeId } = Handshake
  assert.match(HandshakeId, /^h-[a-z0-9]{32}$/)
  assert.equal(
    Handshake.Arn,
    `arn:aws:organizations::400000000001:handshake/${org.id}/invite/${HandshakeId}`,
  )
  assert.deepEqual(Handshake.Parties, [
    { Id: org.id.slice(2), Type: 'ORGANIZATION' },
    { Id: '400000000002', Type: 'ACCOUNT' },
  ])
  assert.deepEqual(
    Handshake.Resources.map(({ Type }: { Type: string }) => Type),
    ['ORGANIZATION', 'ACCOUNT', 'NOTES'],
  )
  assert.equal(
    Handshake.ExpirationTimestamp.getTime() - Handshake.RequestedTimestamp.getTime(),
    15 * 86_400_000,
  )
  await org.refuses(
    'InviteAccountToOrganization',
    inviting('400000000002'),
    'DuplicateHandshakeException',
  )
  const { Handshakes } = await guest('ListHandshakesForAccount', {
    Filter: { ActionType: 'INVITE' },
  })
  assert.deepEqual(Handshakes, [Handshake])
  await org.refuses('AcceptHandshake', { HandshakeId }, 'AccessDeniedException')
  await guest.refuses('CancelHandshake', { HandshakeId }, 'AccessDeniedException')
  const stranger = land.as('400000000003')
  for (const answer of ['Accept', 'Decline', 'Cancel', 'Describe'])
    await stranger.refuses(`${answer}Handshake`, { HandshakeId }, 'HandshakeNotFoundException')
  const accepted = await guest('AcceptHandshake', { HandshakeId })
  assert.equal(accepted.Handshake.State, 'ACCEPTED')
  await guest.refuses('AcceptHandshake', { HandshakeId }, 'HandshakeAlreadyInStateException')
  await guest.refuses('DeclineHandshake', { HandshakeId }, 'InvalidHandshakeTransitionException')
  const { Account } = await org('DescribeAccount', { AccountId: '400000000002' })
  assert.equal(Account.JoinedMethod, 'INVITED')
  const { Tags } = await org('ListTagsForResource', { ResourceId: '400000000002' })
  assert.deepEqual(Tags, [{ Key: 'team', Value: 'blue' }])
  await org.refuses(
    'InviteAccountToOrganization',
    inviting('400000000002'),
    'HandshakeConstraintViolationException',
    'ALREADY_IN_AN_ORGANIZATION',
  )
})

test('an invitation by address reaches the account and the inbox of its owner', async () => {
  const first = await land.found('400000000010')
  const account = await first.create('invited')
  const Email = 'invited@400000000010.example.com'
  const second = await land.found('400000000011')
  const { Handshake } = await second('InviteAccountToOrganization', inviting(Email, 'EMAIL'))
  const { json } = await land.house.ask('GET', `inbox?to=${Email}`)
  assert.match(JSON.stringify(json), new RegExp(Handshake.Id))
  const guest = land.as(account)
  const { Handshakes } = await guest('ListHandshakesForAccount')
  assert.equal(Handshakes[0].Id, Handshake.Id)
  const declined = await guest('DeclineHandshake', { HandshakeId: Handshake.Id })
  assert.equal(declined.Handshake.State, 'DECLINED')
  await second('InviteAccountToOrganization', inviting(Email, 'EMAIL'))
})

test('an unanswered invitation expires after fifteen days, and is forgotten after thirty more', async () => {
  const org = await land.found('400000000020')
  const { Handshake } = await org('InviteAccountToOrganization', inviting('400000000021'))
  const about = { HandshakeId: Handshake.Id }
  await land.wait(15)
  assert.equal((await org('DescribeHandshake', about)).Handshake.State, 'EXPIRED')
  const guest = land.as('400000000021')
  await guest.refuses('AcceptHandshake', about, 'InvalidHandshakeTransitionException')
  await org.refuses('CancelHandshake', about, 'InvalidHandshakeTransitionException')
  await land.wait(31)
  await org.refuses('DescribeHandshake', about, 'HandshakeNotFoundException')
  assert.deepEqual((await org('ListHandshakesForOrganization')).Handshakes, [])
})

test('who cannot be invited', async () => {
  const org = await land.found('400000000030')
  const refuses = (Type: string, Id: string, reason: string) =>
    org.refuses('InviteAccountToOrganization', inviting(Id, Type), 'InvalidInputException', reason)
  await refuses('ACCOUNT', '12', 'INVALID_PATTERN')
  await refuses('EMAIL', 'nobody', 'INVALID_EMAIL_ADDRESS_TARGET')
  await refuses('ORGANIZATION', 'o-abcdefghij', 'INVALID_PARTY_TYPE_TARGET')
  const both = { ActionType: 'INVITE', ParentHandshakeId: 'h-12345678' }
  await org.refuses(
    'ListHandshakesForOrganization',
    { Filter: both },
    'InvalidInputException',
    'MAX_LIMIT_EXCEEDED_FILTER',
  )
})

test('all features come when every invited member agrees and the management account finishes', async () => {
  const org = await land.found('400000000040', 'CONSOLIDATED_BILLING')
  const member = await org.admit('400000000041')
  await org.refuses(
    'EnablePolicyType',
    { RootId: org.root, PolicyType: 'SERVICE_CONTROL_POLICY' },
    'PolicyTypeNotAvailableForOrganizationException',
  )
  const { Handshake: whole } = await org('EnableAllFeatures')
  assert.equal(whole.State, 'REQUESTED')
  await org.refuses(
    'EnableAllFeatures',
    {},
    'HandshakeConstraintViolationException',
    'ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION',
  )
  await org.refuses(
    'AcceptHandshake',
    { HandshakeId: whole.Id },
    'InvalidHandshakeTransitionException',
  )
  const { Handshakes } = await member('ListHandshakesForAccount', {
    Filter: { ParentHandshakeId: whole.Id },
  })
  assert.deepEqual(
    Handshakes.map(({ Action }: { Action: string }) => Action),
    ['APPROVE_ALL_FEATURES'],
  )
  await member('AcceptHandshake', { HandshakeId: Handshakes[0].Id })
  await org('AcceptHandshake', { HandshakeId: whole.Id })
  assert.equal((await org('DescribeOrganization')).Organization.FeatureSet, 'ALL')
  await org.enable('SERVICE_CONTROL_POLICY')
  await org.refuses(
    'EnableAllFeatures',
    {},
    'HandshakeConstraintViolationException',
    'ORGANIZATION_ALREADY_HAS_ALL_FEATURES',
  )
})

test('who leaves is asked no more, and holds nothing up', async () => {
  const org = await land.found('400000000050', 'CONSOLIDATED_BILLING')
  const leaving = await org.admit('400000000051')
  const { Handshake: whole } = await org('EnableAllFeatures')
  await leaving('LeaveOrganization')
  const { Handshakes } = await org('ListHandshakesForOrganization', {
    Filter: { ActionType: 'APPROVE_ALL_FEATURES' },
  })
  assert.equal(Handshakes[0].State, 'CANCELED')
  await org('AcceptHandshake', { HandshakeId: whole.Id })
  assert.equal((await org('DescribeOrganization')).Organization.FeatureSet, 'ALL')
})

test('a change of the feature set that is canceled takes its parts along', async () => {
  const org = await land.found('400000000060', 'CONSOLIDATED_BILLING')
  const member = await org.admit('400000000061')
  const { Handshake: whole } = await org('EnableAllFeatures')
  await org('CancelHandshake', { HandshakeId: whole.Id })
  const { Handshakes } = await member('ListHandshakesForAccount', {
    Filter: { ActionType: 'APPROVE_ALL_FEATURES' },
  })
  await member.refuses(
    'AcceptHandshake',
    { HandshakeId: Handshakes[0].Id },
    'InvalidHandshakeTransitionException',
  )
  await org('EnableAllFeatures')
})

test('addresses and names of persons do not reach the event history', async () => {
  const org = await land.found('400000000070')
  await org.create('secret-name')
  await org('InviteAccountToOrganization', {
    ...inviting('secret-guest@example.com', 'EMAIL'),
    Notes: 'secret-notes',
  })
  const { cloudtrail } = land.house.as({ accessKeyId: org.account, secretAccessKey: 'any' })
  const { Events } = await cloudtrail.send(new LookupEventsCommand({}))
  const names = Events!.map(({ EventName }) => EventName)
  assert.ok(names.includes('InviteAccountToOrganization') && names.includes('CreateAccount'))
  assert.doesNotMatch(JSON.stringify(Events), /secret-(name|guest|notes)|example\.com/)
})
