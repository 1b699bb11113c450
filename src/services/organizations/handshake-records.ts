import type { ActionType, HandshakeState } from '@aws-sdk/client-organizations'
import type { CallContext } from '../../kernel/context.ts'
import { collection, type Job, type Readable, type Transaction } from '../../kernel/store.ts'
import { handshakeArn } from './arns.ts'
import { everything } from './listing.ts'

/** Who is asked: an account, or whoever has the address. */
export interface Recipient {
  readonly type: 'ACCOUNT' | 'EMAIL'
  readonly id: string
}

export interface HandshakeRecord {
  readonly id: string
  readonly organizationId: string
  /** Who sent it: the management account of the organization. */
  readonly managementAccount: string
  readonly managementEmail: string
  readonly managementName: string
  readonly featureSet: string
  readonly action: Exclude<ActionType, 'ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE'>
  /** As it was left; an unanswered one expires by the clock: `stateOf`. */
  readonly state: HandshakeState
  readonly requestedAt: Date
  readonly expiresAt: Date
  readonly closedAt?: Date | undefined
  /** Undefined where the organization asks itself. */
  readonly recipient?: Recipient | undefined
  /** The handshake that this one is a part of. */
  readonly parent?: string | undefined
  readonly notes?: string | undefined
  /** Tags that the account gets when it joins. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly transfer?: { readonly id: string; readonly start: Date } | undefined
}

const day = 86_400_000
/** How long an answered or expired handshake is still shown. */
const shownFor = 30 * day

/** An invitation waits fifteen days, a change of the feature set ninety. */
export const expiryOf = (action: HandshakeRecord['action'], now: Date): Date =>
  new Date(now.getTime() + (action.endsWith('ALL_FEATURES') ? 90 : 15) * day)

export const handshakes = collection<HandshakeRecord>('organizations.handshakes')({
  scope: 'installation',
  version: 1,
  key: (handshake) => [handshake.id],
  indexes: {
    organization: {
      kind: 'clear',
      why: 'ids of organizations are keys everywhere',
      of: (h: HandshakeRecord) => [h.organizationId],
    },
    account: {
      kind: 'clear',
      why: 'account numbers are keys everywhere',
      of: ({ recipient }: HandshakeRecord) =>
        recipient?.type === 'ACCOUNT' ? [recipient.id] : undefined,
    },
    email: {
      kind: 'blind',
      of: ({ recipient }: HandshakeRecord) =>
        recipient?.type === 'EMAIL' ? recipient.id.toLowerCase() : undefined,
    },
    parent: {
      kind: 'clear',
      why: 'ids of handshakes say nothing about persons',
      of: (h: HandshakeRecord) => (h.parent === undefined ? undefined : [h.parent]),
    },
  },
})

export const isWaiting = ({ state }: Pick<HandshakeRecord, 'state'>): boolean =>
  state === 'OPEN' || state === 'REQUESTED'

export const stateOf = (handshake: HandshakeRecord, now: Date): HandshakeState =>
  isWaiting(handshake) && now >= handshake.expiresAt ? 'EXPIRED' : handshake.state

/** Whether it is still shown to its parties. */
export function isShown(handshake: HandshakeRecord, now: Date): boolean {
  const closedAt = handshake.closedAt ?? handshake.expiresAt
  return now.getTime() - closedAt.getTime() <= shownFor
}

/** Ends every handshake of the organization that waits for an answer. */
export async function withdrawAll(
  tx: Transaction,
  organizationId: string,
  now: Date,
  action?: HandshakeRecord['action'],
): Promise<void> {
  for (const handshake of await handshakesOf(tx, organizationId))
    if (isWaiting(handshake) && (action === undefined || action === handshake.action))
      await end(tx, handshake.id, 'CANCELED', now)
}

export const handshakesOf = (store: Readable, organizationId: string): Promise<HandshakeRecord[]> =>
  everything((options) => store.of(handshakes).find('organization', [organizationId], options))

export const partsOf = (store: Readable, parent: string): Promise<HandshakeRecord[]> =>
  everything((options) => store.of(handshakes).find('parent', [parent], options))

/** Sends a handshake; it is forgotten thirty days after it has expired. */
export async function send(tx: Transaction, handshake: HandshakeRecord): Promise<void> {
  await tx.of(handshakes).create(handshake)
  forgetLater(tx, handshake.id, handshake.expiresAt)
}

export function end(
  tx: Transaction,
  id: string,
  state: HandshakeState,
  now: Date,
): Promise<HandshakeRecord> {
  forgetLater(tx, id, now)
  return tx.of(handshakes).update([id], (old) => ({ ...old, state, closedAt: now }))
}

const forgetLater = (tx: Transaction, id: string, closedAt: Date): void =>
  tx.schedule({
    type: 'organizations.ForgetHandshake',
    key: id,
    dueAt: closedAt.getTime() + shownFor,
    detail: { handshake: id },
  })

export async function forgetHandshake({ detail }: Job, ctx: CallContext): Promise<void> {
  await ctx.store.transaction((tx) => tx.of(handshakes).delete([String(detail.handshake)]))
}

/** When no part is waited for or declined any more, the whole may be finished. */
export async function openWhenAgreed(
  tx: Transaction,
  whole: string,
  answered: string,
): Promise<void> {
  const agreed = ({ id, state }: HandshakeRecord) =>
    id === answered || state === 'ACCEPTED' || state === 'CANCELED'
  if ((await partsOf(tx, whole)).every(agreed))
    await tx
      .of(handshakes)
      .update([whole], (old) => (isWaiting(old) ? { ...old, state: 'OPEN' } : old))
}

/** What an organization still asks of an account, it asks no more once the account has left. */
export async function askNoMore(
  tx: Transaction,
  organizationId: string,
  account: string,
  now: Date,
): Promise<void> {
  const asked = (await handshakesOf(tx, organizationId)).filter(
    (h) => h.action === 'APPROVE_ALL_FEATURES' && h.recipient?.id === account && isWaiting(h),
  )
  for (const { id, parent } of asked) {
    await end(tx, id, 'CANCELED', now)
    if (parent !== undefined) await openWhenAgreed(tx, parent, id)
  }
}

/** Ids of parties are told without their prefix, as AWS tells them. */
const bare = (id: string): string => id.replace(/^[oh]-/, '')

export const handshakeShape = (h: HandshakeRecord, now: Date) => ({
  Id: h.id,
  Arn: handshakeArn({ ...h, id: h.organizationId }, h.action, h.id),
  Parties: [
    { Id: bare(h.organizationId), Type: 'ORGANIZATION' as const },
    ...(h.recipient === undefined ? [] : [{ Id: h.recipient.id, Type: h.recipient.type }]),
  ],
  State: stateOf(h, now),
  RequestedTimestamp: h.requestedAt,
  ExpirationTimestamp: h.expiresAt,
  Action: h.action,
  Resources: resourcesOf(h),
})

function resourcesOf(h: HandshakeRecord) {
  const sender =
    h.action === 'INVITE'
      ? {
          Resources: [
            { Type: 'MASTER_EMAIL' as const, Value: h.managementEmail },
            { Type: 'MASTER_NAME' as const, Value: h.managementName },
            { Type: 'ORGANIZATION_FEATURE_SET' as const, Value: h.featureSet },
          ],
        }
      : {}
  const transfer =
    h.transfer === undefined
      ? []
      : [
          { Type: 'RESPONSIBILITY_TRANSFER' as const, Value: h.transfer.id },
          {
            Type: 'TRANSFER_START_TIMESTAMP' as const,
            Value: h.transfer.start.toISOString(),
          },
          { Type: 'TRANSFER_TYPE' as const, Value: 'BILLING' },
          { Type: 'MANAGEMENT_ACCOUNT' as const, Value: h.managementAccount },
          { Type: 'MANAGEMENT_EMAIL' as const, Value: h.managementEmail },
          { Type: 'MANAGEMENT_NAME' as const, Value: h.managementName },
        ]
  return [
    ...(h.parent === undefined
      ? []
      : [{ Type: 'PARENT_HANDSHAKE' as const, Value: bare(h.parent) }]),
    { Type: 'ORGANIZATION' as const, Value: h.organizationId, ...sender },
    ...(h.recipient === undefined ? [] : [{ Type: h.recipient.type, Value: h.recipient.id }]),
    ...transfer,
    ...(h.notes === undefined ? [] : [{ Type: 'NOTES' as const, Value: h.notes }]),
  ]
}
