import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Readable, Transaction } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { accounts, unknownAccount } from './account-records.ts'
import { approveAllFeatures, finalizeAllFeatures } from './all-features.ts'
import { handshakeArn } from './arns.ts'
import { fail, invalid, operation } from './contract.ts'
import {
  end,
  type HandshakeRecord,
  handshakeShape,
  handshakes,
  handshakesOf,
  isShown,
  partsOf,
  stateOf,
} from './handshake-records.ts'
import { acceptInvitation } from './invitations.ts'
import { everything, listPage } from './listing.ts'
import { admitted, anywhere, placeOf, within } from './places.ts'
import { acceptTransfer, endTransferOf } from './responsibility-transfers.ts'

const noHandshake = (): Error =>
  fail('HandshakeNotFoundException', "You specified a handshake that doesn't exist.")

const emailOf = async (store: Readable, account: string): Promise<string> =>
  ((await store.of(accounts).get([account])) ?? unknownAccount(account)).email.toLowerCase()

interface Party {
  readonly handshake: HandshakeRecord | undefined
  readonly isSender: boolean
  readonly isRecipient: boolean
}

/** A handshake as it concerns the caller's account; one that does not is as good as missing. */
async function party(id: string, read: ReadContext): Promise<Target<Party>> {
  const handshake = await read.store.of(handshakes).get([id])
  if (handshake !== undefined && isShown(handshake, read.now())) {
    const { recipient, managementAccount, organizationId, action } = handshake
    const isSender = managementAccount === read.account
    const isRecipient =
      recipient === undefined
        ? isSender
        : recipient.type === 'ACCOUNT'
          ? recipient.id === read.account
          : recipient.id.toLowerCase() === (await emailOf(read.store, read.account))
    if (isSender || isRecipient)
      return {
        resource: handshakeArn({ id: organizationId, managementAccount }, action, id),
        record: { handshake, isSender, isRecipient },
      }
  }
  return {
    resource: handshakeArn({ id: '*', managementAccount: read.account }, '*', id),
    record: { handshake: undefined, isSender: false, isRecipient: false },
  }
}

/** The handshake when the caller is on the side that may do this. */
function onSide(
  { record }: Target<Party>,
  side: 'isSender' | 'isRecipient' | 'either',
): HandshakeRecord {
  if (record.handshake === undefined) throw noHandshake()
  if (side !== 'either' && !record[side])
    throw fail('AccessDeniedException', "You don't have permissions to access this resource.")
  return record.handshake
}

/** The handshake within the transaction, when it may still become what is asked. */
async function waiting(
  tx: Transaction,
  id: string,
  next: HandshakeRecord['state'],
  now: Date,
): Promise<HandshakeRecord> {
  const handshake = await tx.of(handshakes).get([id])
  if (handshake === undefined) throw noHandshake()
  const state = stateOf(handshake, now)
  if (state === next)
    throw fail(
      'HandshakeAlreadyInStateException',
      'The specified handshake is already in the requested state.',
    )
  if (state !== 'OPEN' && !(state === 'REQUESTED' && next === 'CANCELED'))
    throw fail(
      'InvalidHandshakeTransitionException',
      "You can't perform the operation on the handshake in its current state.",
    )
  return handshake
}

type Accepting = (tx: Transaction, handshake: HandshakeRecord, ctx: CallContext) => Promise<unknown>

const accepting: Readonly<Record<HandshakeRecord['action'], Accepting>> = {
  INVITE: acceptInvitation,
  APPROVE_ALL_FEATURES: approveAllFeatures,
  ENABLE_ALL_FEATURES: finalizeAllFeatures,
  TRANSFER_RESPONSIBILITY: acceptTransfer,
}

export const AcceptHandshake = operation('AcceptHandshake', {
  access: {
    kind: 'iam',
    /** Whoever moves from one organization to another leaves the first. */
    async targets(input, read): Promise<readonly [Target<Party>, ...Target<undefined>[]]> {
      const target = await party(input.HandshakeId, read)
      const { org } = await placeOf(read.store, read.account)
      if (target.record.handshake?.action !== 'INVITE' || org === undefined) return [target]
      const leaving = { action: 'organizations:LeaveOrganization', resource: '*' }
      return [target, { ...leaving, record: undefined }]
    },
  },
  async handle(_, ctx, [target]) {
    const { id } = onSide(target, 'isRecipient')
    const accepted = await ctx.store.transaction(async (tx) => {
      const handshake = await waiting(tx, id, 'ACCEPTED', ctx.now())
      await accepting[handshake.action](tx, handshake, ctx)
      return end(tx, id, 'ACCEPTED', ctx.now())
    })
    return { Handshake: handshakeShape(accepted, ctx.now()) }
  },
})

const ending = (state: 'DECLINED' | 'CANCELED', side: 'isSender' | 'isRecipient') => ({
  access: {
    kind: 'iam' as const,
    targets: async (input: { readonly HandshakeId: string }, read: ReadContext) =>
      [await party(input.HandshakeId, read)] as const,
  },
  async handle(
    _: { readonly HandshakeId: string },
    ctx: CallContext,
    [target]: readonly [Target<Party>],
  ) {
    const { id } = onSide(target, side)
    const now = ctx.now()
    const ended = await ctx.store.transaction(async (tx) => {
      const handshake = await waiting(tx, id, state, now)
      for (const part of await partsOf(tx, id)) await end(tx, part.id, 'CANCELED', now)
      await endTransferOf(tx, handshake, state)
      return end(tx, id, state, now)
    })
    return { Handshake: handshakeShape(ended, now) }
  },
})

export const DeclineHandshake = operation('DeclineHandshake', ending('DECLINED', 'isRecipient'))
export const CancelHandshake = operation('CancelHandshake', ending('CANCELED', 'isSender'))

export const DescribeHandshake = operation('DescribeHandshake', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await party(input.HandshakeId, read)],
  },
  handle(_, ctx, [target]) {
    return { Handshake: handshakeShape(onSide(target, 'either'), ctx.now()) }
  },
})

interface Filter {
  readonly ActionType?: string | undefined
  readonly ParentHandshakeId?: string | undefined
}

function matching({ ActionType, ParentHandshakeId }: Filter = {}, now: Date) {
  if (ActionType !== undefined && ParentHandshakeId !== undefined)
    throw invalid(
      'MAX_LIMIT_EXCEEDED_FILTER',
      'You can specify only one filter parameter for the operation.',
    )
  return (handshake: HandshakeRecord): boolean =>
    isShown(handshake, now) &&
    (ActionType === undefined || handshake.action === ActionType) &&
    (ParentHandshakeId === undefined || handshake.parent === ParentHandshakeId)
}

const filterName = ({ ActionType, ParentHandshakeId }: Filter = {}): string =>
  ActionType ?? ParentHandshakeId ?? ''

/** Newest last, as their ids tell nothing about time. */
const byTime = (h: HandshakeRecord): string => `${h.requestedAt.toISOString()} ${h.id}`

export const ListHandshakesForAccount = operation('ListHandshakesForAccount', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const matches = matching(input.Filter, ctx.now())
    const email = await emailOf(ctx.store, ctx.account)
    const collected = [
      ...(await everything((o) => ctx.store.of(handshakes).find('account', [ctx.account], o))),
      ...(await everything((o) => ctx.store.of(handshakes).find('email', email, o))),
    ]
    const { items, ...more } = await listPage(
      collected.filter(matches),
      byTime,
      input,
      ctx,
      `${ctx.account}/handshakes/${filterName(input.Filter)}`,
    )
    return { Handshakes: items.map((item) => handshakeShape(item, ctx.now())), ...more }
  },
})

export const ListHandshakesForOrganization = operation('ListHandshakesForOrganization', {
  access: { kind: 'iam', targets: (_, read) => within('readable', read, () => anywhere()) },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const matches = matching(input.Filter, ctx.now())
    const { items, ...more } = await listPage(
      (await handshakesOf(ctx.store, org.id)).filter(matches),
      byTime,
      input,
      ctx,
      `${org.id}/handshakes/${filterName(input.Filter)}`,
    )
    return { Handshakes: items.map((item) => handshakeShape(item, ctx.now())), ...more }
  },
})
