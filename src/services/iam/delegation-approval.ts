import { deflateRawSync } from 'node:zlib'
import type { CallContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import type { DelegationRecord } from './delegation-records.ts'
import { foundRequest, move, requestTarget } from './delegation-targets.ts'

/** Seconds that the root user may lend its rights for. */
const rootLimit = 4 * 3_600

/** The session of whoever accepts, as it is now: that is what is lent, within the policy. */
function lentBy(ctx: CallContext, seconds: number): DelegationRecord['lent'] {
  const { principal, layers } = ctx.caller
  const { account } = principal
  const { session: { issuedAt: _, expiresAt: __, console: ___, ...facts } = {} } = principal
  const session = { ...facts, issuedAt: 0, expiresAt: 0, delegated: true }
  if (principal.kind === 'root' && seconds > rootLimit)
    throw fail('InvalidInputException', 'The root user can accept requests of at most 4 hours.')
  if (layers.session !== undefined)
    throw fail(
      'InvalidInputException',
      'A session that is limited by session policies cannot accept delegation requests.',
    )
  if (principal.kind === 'root') return { kind: 'root', account, principalId: account, session }
  if (principal.kind === 'user')
    return { kind: 'user', account, principalId: principal.userId, session }
  if (principal.kind === 'role')
    return {
      kind: 'role',
      account,
      principalId: principal.roleId,
      name: principal.sessionName,
      session,
    }
  throw fail('InvalidInputException', 'Only users, roles and the root user can accept requests.')
}

export const AcceptDelegationRequest = operation('AcceptDelegationRequest', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await requestTarget(input.DelegationRequestId, read)],
  },
  async handle(input, ctx, [target]) {
    const request = foundRequest(target.record, input.DelegationRequestId, ctx.now())
    const approverId = ctx.caller.principal.arn
    await move(
      request,
      ['ASSIGNED', 'PENDING_APPROVAL'],
      (old) => ({ state: 'ACCEPTED', approverId, lent: lentBy(ctx, old.sessionDuration) }),
      ctx,
    )
    return {}
  },
})

/**
 * The token that the product's account, and no other, exchanges for credentials until it expires. It
 * carries all that sts needs.
 */
async function exchangeToken(
  { lent, policy, requestor, approverId }: DelegationRecord,
  issuedAt: number,
  expiresAt: number,
  ctx: CallContext,
): Promise<string> {
  const session = { ...lent!.session, issuedAt, expiresAt }
  const claims = { ...lent, session, policies: [policy] }
  const seal = await ctx.ports.seals.ready('delegation')
  return seal.seal(deflateRawSync(JSON.stringify({ claims, principal: approverId })), requestor)
}

export const SendDelegationToken = operation('SendDelegationToken', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await requestTarget(input.DelegationRequestId, read)],
  },
  async handle(input, ctx, [target]) {
    const request = foundRequest(target.record, input.DelegationRequestId, ctx.now())
    if (request.onlySendByOwner && request.ownerId !== ctx.caller.principal.arn)
      throw fail('InvalidInputException', 'Only the owner of the request can send its token.')
    const now = ctx.now().getTime()
    const expiresAt = now + request.sessionDuration * 1_000
    const told =
      request.lent === undefined
        ? {}
        : {
            ExchangeToken: await exchangeToken(request, now, expiresAt, ctx),
            ExpiresAt: new Date(expiresAt).toISOString(),
          }
    await move(request, ['ACCEPTED'], () => ({ state: 'FINALIZED' }), ctx, told)
    return {}
  },
})
