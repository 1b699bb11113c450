import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Founded, type Land, openLand } from '../../../test/organization.ts'

let land: Land
let payer: Founded
let paid: Founded
before(async () => {
  land = await openLand()
  payer = await land.found('730000000001')
  paid = await land.found('730000000002')
})
after(() => land.close())

const start = (months = 1) => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1))
}

const inviting = (more: object = {}) => ({
  Type: 'BILLING',
  Target: { Type: 'ACCOUNT', Id: '730000000002' },
  StartTimestamp: start(),
  SourceName: 'theirs',
  ...more,
})

const invite = 'InviteOrganizationToTransferResponsibility'
const inbound = async () =>
  (await payer('ListInboundResponsibilityTransfers', { Type: 'BILLING' })).ResponsibilityTransfers
const outbound = async () =>
  (await paid('ListOutboundResponsibilityTransfers', { Type: 'BILLING' })).ResponsibilityTransfers

test('a start is the first of a month to come, and nobody invites itself', async () => {
  for (const [StartTimestamp, reason] of [
    [new Date(start().getTime() + 1_000), 'START_DATE_NOT_BEGINNING_OF_DAY'],
    [new Date(start().getTime() + 86_400_000), 'START_DATE_NOT_BEGINNING_OF_MONTH'],
    [start(0), 'START_DATE_TOO_EARLY'],
  ] as const)
    await payer.refuses(invite, inviting({ StartTimestamp }), 'InvalidInputException', reason)
  await paid.refuses(
    invite,
    inviting(),
    'HandshakeConstraintViolationException',
    'SOURCE_AND_TARGET_CANNOT_MATCH',
  )
})

test('billing is handed over by a handshake, seen from both sides, and taken back', async () => {
  const { Handshake } = await payer(invite, inviting())
  assert.equal(Handshake.Action, 'TRANSFER_RESPONSIBILITY')
  await payer.refuses(invite, inviting(), 'DuplicateHandshakeException')
  const [asked] = await inbound()
  assert.equal(asked.Status, 'REQUESTED')
  assert.equal(asked.ActiveHandshakeId, Handshake.Id)
  assert.deepEqual(await outbound(), [])
  await payer.refuses(
    'DeleteOrganization',
    {},
    'ConstraintViolationException',
    'ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS',
  )
  await payer.refuses(
    'TerminateResponsibilityTransfer',
    { Id: asked.Id },
    'InvalidResponsibilityTransferTransitionException',
  )
  await paid('AcceptHandshake', { HandshakeId: Handshake.Id })
  const [transfer] = await outbound()
  assert.deepEqual(transfer, {
    Arn: `arn:aws:organizations::730000000002:transfer/${paid.id}/billing/outbound/${asked.Id}`,
    Name: 'theirs',
    Id: asked.Id,
    Type: 'BILLING',
    Status: 'ACCEPTED',
    Source: {
      ManagementAccountId: '730000000002',
      ManagementAccountEmail: 'root@730000000002.invalid',
    },
    Target: {
      ManagementAccountId: '730000000001',
      ManagementAccountEmail: 'root@730000000001.invalid',
    },
    StartTimestamp: start(),
  })
  const about = { Id: asked.Id }
  const renamed = await payer('UpdateResponsibilityTransfer', { ...about, Name: 'renamed' })
  assert.equal(renamed.ResponsibilityTransfer.Name, 'renamed')
  await payer.refuses(
    'TerminateResponsibilityTransfer',
    { ...about, EndTimestamp: start(2) },
    'InvalidInputException',
    'END_DATE_NOT_END_OF_MONTH',
  )
  const ended = await paid('TerminateResponsibilityTransfer', about)
  assert.equal(ended.ResponsibilityTransfer.Status, 'WITHDRAWN')
  assert.deepEqual(ended.ResponsibilityTransfer.EndTimestamp, new Date(start(2).getTime() - 1))
  await payer.refuses(
    'TerminateResponsibilityTransfer',
    about,
    'ResponsibilityTransferAlreadyInStatusException',
  )
  await payer.refuses(
    'UpdateResponsibilityTransfer',
    { ...about, Name: 'late' },
    'ConstraintViolationException',
    'TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED',
  )
  const stranger = await land.found('730000000003')
  await stranger.refuses(
    'DescribeResponsibilityTransfer',
    about,
    'ResponsibilityTransferNotFoundException',
  )
})

test('an invitation that is declined ends its transfer', async () => {
  const { Handshake } = await payer(
    invite,
    inviting({ Target: { Type: 'EMAIL', Id: 'root@730000000002.invalid' } }),
  )
  await paid('DeclineHandshake', { HandshakeId: Handshake.Id })
  const states = (await inbound()).map(({ Status }: { Status: string }) => Status).sort()
  assert.deepEqual(states, ['DECLINED', 'WITHDRAWN'])
})
