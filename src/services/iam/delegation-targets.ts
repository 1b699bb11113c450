import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Transaction } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { fail } from './contract.ts'
import {
  asOf,
  type DelegationRecord,
  delegations,
  expiryOf,
  retention,
} from './delegation-records.ts'
import { asPolicy } from './policy-documents.ts'

export const requestArn = (account: string, id: string): string =>
  `arn:aws:iam::${account}:delegation-request/${id}`

/** What whoever took a request may do with it without any policy of their own. */
const ownersActions = [
  'iam:GetDelegationRequest',
  'iam:GetHumanReadableSummary',
  'iam:RejectDelegationRequest',
  'iam:SendDelegationToken',
  'iam:UpdateDelegationRequest',
]

/** A policy of the resource that allows its owner these actions. */
export function ownersPolicy(arn: string, ownerId: string, actions: readonly string[]) {
  const Statement = { Effect: 'Allow', Principal: { AWS: ownerId }, Action: actions, Resource: arn }
  return asPolicy(arn, 'resource', JSON.stringify({ Version: '2012-10-17', Statement }))
}

/**
 * The request as a target. One that belongs to another account does not exist for this one, not
 * even for the account that made it.
 */
export async function requestTarget(
  id: string,
  read: ReadContext,
): Promise<Target<DelegationRecord | undefined>> {
  const found = await read.store.of(delegations).get([id])
  const resource = requestArn(read.account, id)
  const ours = found?.ownerAccount === undefined || found.ownerAccount === read.account
  if (found === undefined || !ours) return { resource, record: undefined }
  const owned = found.ownerId !== undefined && {
    policy: ownersPolicy(resource, found.ownerId, ownersActions),
  }
  return { resource, record: found, ...owned }
}

export function foundRequest(
  record: DelegationRecord | undefined,
  id: string,
  now: Date,
): DelegationRecord {
  if (record === undefined)
    throw fail('NoSuchEntityException', `Delegation request ${id} cannot be found.`)
  return asOf(record, now)
}

type Change = Partial<DelegationRecord> & Pick<DelegationRecord, 'state'>

/** Tells the product about a request, on the topic that it named. */
async function tell(request: DelegationRecord, more: object, ctx: CallContext): Promise<void> {
  const text = JSON.stringify({
    RequestId: request.id,
    RequestorWorkflowId: request.workflowId,
    State: request.state,
    OwnerAccountId: request.ownerAccount,
    UpdatedAt: request.updatedAt.toISOString(),
    Type: 'StateChange',
    ...more,
  })
  await ctx.ports.sendNotification({ topic: request.channel, text })
}

/** Looks again when the request should have expired. */
export function watch(tx: Transaction, { id }: DelegationRecord, dueAt: Date): void {
  const detail = { request: id }
  tx.schedule({ type: 'iam.ExpireDelegation', key: id, dueAt: dueAt.getTime(), detail })
}

/**
 * Moves a request on, from one of these states as it is by now, and tells the product.
 * @param more what is told besides, when it is an exchange token
 */
export async function move(
  request: DelegationRecord,
  from: readonly DelegationRecord['state'][],
  change: (old: DelegationRecord) => Change,
  ctx: CallContext,
  more?: object,
): Promise<void> {
  const now = ctx.now()
  const moved = await ctx.store.transaction(async (tx) => {
    const old = foundRequest(await tx.of(delegations).get([request.id]), request.id, now)
    if (!from.includes(old.state))
      throw fail(
        'InvalidInputException',
        `The delegation request is in the state ${old.state}; it must be ${from.join(' or ')}.`,
      )
    const changed = change(old)
    const next = { ...old, ...changed, updatedAt: now, expiresAt: expiryOf(changed.state, now) }
    await tx.of(delegations).put(next)
    watch(tx, next, next.expiresAt)
    return next
  })
  await tell(moved, {}, ctx)
  if (more !== undefined) await tell(moved, { Type: 'ExchangeToken', ...more }, ctx)
}

/** Lets a request expire when its time has come, and forgets it much later. */
export async function expireDelegation(
  { detail }: { readonly detail: Readonly<Record<string, unknown>> },
  ctx: CallContext,
): Promise<void> {
  const id = String(detail.request)
  const now = ctx.now()
  const expired = await ctx.store.transaction(async (tx) => {
    const request = await tx.of(delegations).get([id])
    if (request === undefined || now < request.expiresAt) return undefined
    const forgotten = new Date(request.expiresAt.getTime() + retention)
    if (request.state === 'EXPIRED') {
      if (now >= forgotten) await tx.of(delegations).delete([id])
      return undefined
    }
    const next = { ...request, state: 'EXPIRED' as const, updatedAt: now }
    await tx.of(delegations).put(next)
    watch(tx, next, forgotten)
    return next
  })
  if (expired !== undefined) await tell(expired, {}, ctx)
}
