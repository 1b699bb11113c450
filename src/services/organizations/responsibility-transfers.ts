import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Readable, Transaction } from '../../kernel/store.ts'
import { accounts, unknownAccount } from './account-records.ts'
import { accountArn, transferArn } from './arns.ts'
import { fail, handshakeViolates, invalid, operation, violates } from './contract.ts'
import { type HandshakeRecord, handshakeShape, send } from './handshake-records.ts'
import { newId } from './ids.ts'
import { newHandshake, recipientOf, refuseDuplicate } from './invitations.ts'
import { listPage } from './listing.ts'
import type { OrganizationRecord } from './organization-records.ts'
import { type About, admitted, anywhere, current, placeOf, tagged, within } from './places.ts'
import { newTags } from './tag-rules.ts'
import {
  isUnderWay,
  statusOf,
  type TransferRecord,
  transfers,
  transfersFrom,
} from './transfer-records.ts'

type Direction = 'inbound' | 'outbound'

/** Inbound for who manages, outbound for whose responsibility it is. */
const directionOf = (org: OrganizationRecord, transfer: TransferRecord): Direction =>
  transfer.target.organizationId === org.id ? 'inbound' : 'outbound'

const keysOf = (type: string, direction: Direction) => ({
  'organizations:TransferType': type,
  'organizations:TransferDirection': direction.toUpperCase(),
})

const participant = ({ account, email }: TransferRecord['source']) => ({
  ...(account !== undefined && { ManagementAccountId: account }),
  ...(email !== undefined && { ManagementAccountEmail: email }),
})

const transferShape = (org: OrganizationRecord, transfer: TransferRecord, now: Date) => ({
  Arn: transferArn(org, transfer.type, directionOf(org, transfer), transfer.id),
  Name: transfer.name,
  Id: transfer.id,
  Type: transfer.type,
  Status: statusOf(transfer, now),
  Source: participant(transfer.source),
  Target: participant(transfer.target),
  StartTimestamp: transfer.start,
  ...(transfer.end !== undefined && { EndTimestamp: transfer.end }),
  ...(statusOf(transfer, now) === 'REQUESTED' && { ActiveHandshakeId: transfer.handshakeId }),
})

const firstOfMonth = (time: Date): boolean =>
  time.getTime() === Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), 1)

/** The last millisecond of the month. */
const endOfMonth = (time: Date): Date =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 1) - 1)

function checkStart(start: Date, now: Date): void {
  if (start.getTime() % 86_400_000 !== 0)
    throw invalid(
      'START_DATE_NOT_BEGINNING_OF_DAY',
      'The start date must be the beginning of the day.',
    )
  if (!firstOfMonth(start))
    throw invalid(
      'START_DATE_NOT_BEGINNING_OF_MONTH',
      'The start date must be the first day of the month.',
    )
  if (start <= now) throw invalid('START_DATE_TOO_EARLY', 'The start date is too early.')
}

export const InviteOrganizationToTransferResponsibility = operation(
  'InviteOrganizationToTransferResponsibility',
  {
    access: {
      kind: 'iam',
      targets: (input, read) =>
        within('management', read, (org) => {
          const { Type, Id } = input.Target
          const resource = accountArn(org, Type === 'ACCOUNT' ? Id : '*')
          return tagged(
            { resource, it: undefined, context: keysOf(input.Type, 'inbound') },
            input.Tags,
          )
        }),
    },
    async handle(input, ctx, [target]) {
      const { org: seen, member } = admitted(target)
      const recipient = recipientOf(input.Target)
      const tags = newTags(input.Tags)
      const now = ctx.now()
      checkStart(input.StartTimestamp, now)
      if (recipient.id === member.id || recipient.id.toLowerCase() === member.email.toLowerCase())
        throw handshakeViolates(
          'SOURCE_AND_TARGET_CANNOT_MATCH',
          "An account can't accept a transfer invitation if it is both the sender and recipient of the invitation.",
        )
      const handshake = await ctx.store.transaction(async (tx) => {
        const org = await current(tx, seen)
        await refuseDuplicate(tx, org, 'TRANSFER_RESPONSIBILITY', recipient, now)
        const id = newId('rt', ctx.random)
        const base = await newHandshake(tx, org, 'TRANSFER_RESPONSIBILITY', ctx)
        const made: HandshakeRecord = {
          ...base,
          recipient,
          notes: input.Notes,
          transfer: { id, start: input.StartTimestamp },
        }
        await send(tx, made)
        await tx.of(transfers).create({
          id,
          name: input.SourceName,
          type: input.Type,
          status: 'REQUESTED',
          target: { organizationId: org.id, account: member.id, email: member.email },
          source:
            recipient.type === 'ACCOUNT' ? { account: recipient.id } : { email: recipient.id },
          start: input.StartTimestamp,
          handshakeId: made.id,
          expiresAt: made.expiresAt,
          tags,
        })
        return made
      })
      return { Handshake: handshakeShape(handshake, now) }
    },
  },
)

/** The invited management account hands over. */
export async function acceptTransfer(
  tx: Transaction,
  { transfer: asked }: HandshakeRecord,
  ctx: CallContext,
): Promise<void> {
  const id = ctx.caller.principal.account
  const { org } = await placeOf(tx, id)
  if (org === undefined || org.managementAccount !== id)
    throw fail('AccessDeniedException', "You don't have permissions to access this resource.")
  const outbound = await transfersFrom(tx, 'source', org.id)
  if (outbound.some((transfer) => isUnderWay(transfer, ctx.now())))
    throw handshakeViolates(
      'RESPONSIBILITY_TRANSFER_ALREADY_EXISTS',
      'You cannot perform this operation with the current transfer.',
    )
  const { email } = (await tx.of(accounts).get([id])) ?? unknownAccount(id)
  const source = { organizationId: org.id, account: id, email }
  await tx.of(transfers).update([asked!.id], (old) => ({ ...old, status: 'ACCEPTED', source }))
}

/** An invitation that is not accepted ends its transfer. */
export async function endTransferOf(
  tx: Transaction,
  { transfer }: HandshakeRecord,
  status: 'DECLINED' | 'CANCELED',
): Promise<void> {
  if (transfer === undefined) return
  await tx.of(transfers).update([transfer.id], (old) => ({ ...old, status }))
}

const noTransfer = (): Error =>
  fail('ResponsibilityTransferNotFoundException', "You specified a transfer that doesn't exist.")

/** A transfer that the organization has a part in. */
export async function aboutTransfer(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<About<TransferRecord | undefined>> {
  const found = await store.of(transfers).get([id])
  const ours = [found?.target.organizationId, found?.source.organizationId].includes(org.id)
  if (found === undefined || !ours)
    return { resource: transferArn(org, 'billing', 'inbound', id), it: undefined }
  const direction = directionOf(org, found)
  return {
    resource: transferArn(org, found.type, direction, id),
    it: found,
    tags: direction === 'inbound' ? found.tags : {},
    context: keysOf(found.type, direction),
  }
}

const onTransfer = {
  kind: 'iam' as const,
  targets: (input: { readonly Id: string }, read: ReadContext) =>
    within('management', read, async (org) => [await aboutTransfer(read.store, org, input.Id)]),
}

export const DescribeResponsibilityTransfer = operation('DescribeResponsibilityTransfer', {
  access: onTransfer,
  handle(_, ctx, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noTransfer()
    return { ResponsibilityTransfer: transferShape(org, it, ctx.now()) }
  },
})

/** Changes a transfer as it is within the transaction. */
async function changed(
  ctx: CallContext,
  it: TransferRecord | undefined,
  change: (old: TransferRecord) => TransferRecord,
): Promise<TransferRecord> {
  if (it === undefined) throw noTransfer()
  return ctx.store.transaction(async (tx) => {
    const now = await tx.of(transfers).get([it.id])
    if (now === undefined) throw noTransfer()
    const next = change(now)
    await tx.of(transfers).put(next)
    return next
  })
}

export const UpdateResponsibilityTransfer = operation('UpdateResponsibilityTransfer', {
  access: onTransfer,
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    const next = await changed(ctx, it, (old) => {
      if (!['REQUESTED', 'ACCEPTED'].includes(statusOf(old, ctx.now())))
        throw violates(
          'TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED',
          'You cannot update this transfer because it is no longer active.',
        )
      return { ...old, name: input.Name }
    })
    return { ResponsibilityTransfer: transferShape(org, next, ctx.now()) }
  },
})

export const TerminateResponsibilityTransfer = operation('TerminateResponsibilityTransfer', {
  access: onTransfer,
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    const now = ctx.now()
    const next = await changed(ctx, it, (old) => {
      const status = statusOf(old, now)
      if (status === 'WITHDRAWN')
        throw fail(
          'ResponsibilityTransferAlreadyInStatusException',
          'The transfer is already in the requested status.',
        )
      if (status !== 'ACCEPTED')
        throw fail(
          'InvalidResponsibilityTransferTransitionException',
          "You can't perform the operation on the transfer in its current status.",
        )
      const earliest = new Date(Math.max(now.getTime(), old.start.getTime()))
      const end = input.EndTimestamp ?? endOfMonth(earliest)
      if (end.getTime() !== endOfMonth(end).getTime())
        throw invalid(
          'END_DATE_NOT_END_OF_MONTH',
          'The end date must be the end of the last day of the month (23.59.59.999).',
        )
      if (end <= earliest) throw invalid('END_DATE_TOO_EARLY', 'The end date is too early.')
      return { ...old, status: 'WITHDRAWN' as const, end }
    })
    return { ResponsibilityTransfer: transferShape(org, next, now) }
  },
})

interface ListInput {
  readonly Type: 'BILLING'
  readonly Id?: string | undefined
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

const listing = (direction: Direction) => ({
  access: {
    kind: 'iam' as const,
    targets: (input: ListInput, read: ReadContext) =>
      within('management', read, () => anywhere(keysOf(input.Type, direction))),
  },
  async handle(
    input: ListInput,
    ctx: CallContext,
    [target]: Awaited<ReturnType<typeof onNothing>>,
  ) {
    const { org } = admitted(target)
    const side = direction === 'inbound' ? 'target' : 'source'
    const found = await transfersFrom(ctx.store, side, org.id)
    const wanted = found.filter(({ id }) => input.Id === undefined || id === input.Id)
    if (input.Id !== undefined && wanted.length === 0) throw noTransfer()
    const { items, ...more } = await listPage(
      wanted,
      ({ id }) => id,
      input,
      ctx,
      `${org.id}/${direction}/${input.Id ?? ''}`,
    )
    const now = ctx.now()
    return { ResponsibilityTransfers: items.map((item) => transferShape(org, item, now)), ...more }
  },
})

const onNothing = (read: ReadContext) => within('management', read, () => anywhere())

export const ListInboundResponsibilityTransfers = operation(
  'ListInboundResponsibilityTransfers',
  listing('inbound'),
)
export const ListOutboundResponsibilityTransfers = operation(
  'ListOutboundResponsibilityTransfers',
  listing('outbound'),
)
