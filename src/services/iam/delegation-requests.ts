import type { CallContext } from '../../kernel/context.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { fail, operation } from './contract.ts'
import { delegatedPolicy, demandedBoundaries } from './delegated-permissions.ts'
import { permissionCheck } from './delegation-check.ts'
import { asOf, type DelegationRecord, delegations, expiryOf } from './delegation-records.ts'
import {
  foundRequest,
  move,
  ownersPolicy,
  requestArn,
  requestTarget,
  watch,
} from './delegation-targets.ts'
import { paged } from './listing.ts'

const shape = (request: DelegationRecord) => ({
  DelegationRequestId: request.id,
  OwnerAccountId: request.ownerAccount,
  Description: request.description,
  RequestMessage: request.message,
  Permissions: {
    PolicyTemplateArn: request.templateArn,
    Parameters: request.parameters.map((parameter) => ({
      ...parameter,
      Values: [...parameter.Values],
    })),
  },
  PermissionPolicy: request.policy,
  RolePermissionRestrictionArns: demandedBoundaries(request.policy),
  OwnerId: request.ownerId,
  ApproverId: request.approverId,
  State: request.state,
  ExpirationTime: request.expiresAt,
  RequestorId: request.requestor,
  RequestorName: request.requestor,
  CreateDate: request.createdAt,
  SessionDuration: request.sessionDuration,
  RedirectUrl: request.redirectUrl,
  Notes: request.notes,
  RejectionReason: request.rejection,
  OnlySendByOwner: request.onlySendByOwner,
  UpdatedTime: request.updatedAt,
})

/** A template is a managed policy of the product's account, or one of AWS's. */
async function templateOf(arn: string | undefined, ctx: CallContext): Promise<string> {
  const ours =
    arn?.startsWith(`arn:aws:iam::${ctx.account}:policy/`) || arn?.startsWith('arn:aws:iam::aws:')
  const policy = ours ? await ctx.principals.managedPolicy(arn!) : undefined
  if (policy === undefined)
    throw fail('InvalidInputException', `The policy template ${arn ?? ''} does not exist.`)
  return policy.document
}

export const CreateDelegationRequest = operation('CreateDelegationRequest', {
  access: {
    kind: 'iam',
    targets: (input, read) => [
      {
        resource: requestArn(read.account, '*'),
        context: {
          'iam:DelegationDuration': String(input.SessionDuration),
          'iam:NotificationChannel': input.NotificationChannel,
          'iam:TemplateArn': input.Permissions.PolicyTemplateArn,
        },
        record: undefined,
      },
    ],
  },
  async handle(input, ctx) {
    const { PolicyTemplateArn = '', Parameters } = input.Permissions
    const template = await templateOf(PolicyTemplateArn, ctx)
    const parameters = (Parameters ?? []).map(({ Name = '', Type, Values }) => ({
      Name,
      Type: Type ?? ('string' as const),
      Values: Values ?? [],
    }))
    const now = ctx.now()
    const request: DelegationRecord = {
      id: `dr-${ctx.random.uuid()}`,
      state: 'UNASSIGNED',
      requestor: ctx.account,
      workflowId: input.RequestorWorkflowId,
      description: input.Description,
      message: input.RequestMessage,
      redirectUrl: input.RedirectUrl,
      channel: input.NotificationChannel,
      templateArn: PolicyTemplateArn,
      parameters,
      policy: delegatedPolicy(template, parameters),
      sessionDuration: input.SessionDuration,
      onlySendByOwner: input.OnlySendByOwner ?? false,
      ownerAccount: input.OwnerAccountId,
      createdAt: now,
      updatedAt: now,
      expiresAt: expiryOf('UNASSIGNED', now),
    }
    try {
      await ctx.store.transaction(async (tx) => {
        await tx.of(delegations).create(request)
        watch(tx, request, request.expiresAt)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail(
        'EntityAlreadyExistsException',
        `A delegation request with the workflow id ${request.workflowId} already exists.`,
      )
    }
    return { DelegationRequestId: request.id }
  },
})

export const GetDelegationRequest = operation('GetDelegationRequest', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await requestTarget(input.DelegationRequestId, read)],
  },
  async handle(input, ctx, [target]) {
    const request = foundRequest(target.record, input.DelegationRequestId, ctx.now())
    return {
      DelegationRequest: shape(request),
      ...(input.DelegationPermissionCheck === true && {
        PermissionCheckStatus: 'COMPLETE' as const,
        PermissionCheckResult: await permissionCheck(request.policy, ctx),
      }),
    }
  },
})

export const ListDelegationRequests = operation('ListDelegationRequests', {
  access: {
    kind: 'iam',
    targets: ({ OwnerId }, read) => [
      {
        resource: '*',
        context: { 'iam:DelegationRequestOwner': OwnerId },
        record: undefined,
        // Everybody may list what is their own.
        ...(OwnerId === read.caller.principal.arn && {
          policy: ownersPolicy('*', OwnerId, ['iam:ListDelegationRequests']),
        }),
      },
    ],
  },
  async handle(input, ctx) {
    const some = { limit: 1_000 }
    const { records } = await ctx.store.of(delegations).find('owner', [ctx.account], some)
    const now = ctx.now()
    const wanted = records
      .filter(({ ownerId }) => input.OwnerId === undefined || ownerId === input.OwnerId)
      .map((request) => asOf(request, now))
    const list = `delegations/${input.OwnerId ?? ''}`
    const { items, IsTruncated, ...more } = await paged(wanted, ({ id }) => id, input, ctx, list)
    return { DelegationRequests: items.map(shape), isTruncated: IsTruncated, ...more }
  },
})

export const AssociateDelegationRequest = operation('AssociateDelegationRequest', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await requestTarget(input.DelegationRequestId, read)],
  },
  async handle(input, ctx, [target]) {
    const request = foundRequest(target.record, input.DelegationRequestId, ctx.now())
    const { account, arn } = ctx.caller.principal
    await move(
      request,
      ['UNASSIGNED'],
      () => ({ state: 'ASSIGNED', ownerAccount: account, ownerId: arn }),
      ctx,
    )
    return {}
  },
})

export const UpdateDelegationRequest = operation('UpdateDelegationRequest', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await requestTarget(input.DelegationRequestId, read)],
  },
  async handle(input, ctx, [target]) {
    const request = foundRequest(target.record, input.DelegationRequestId, ctx.now())
    const { Notes } = input
    await move(
      request,
      ['ASSIGNED', 'PENDING_APPROVAL'],
      (old) => ({ state: 'PENDING_APPROVAL', notes: Notes ?? old.notes }),
      ctx,
    )
    return {}
  },
})

export const RejectDelegationRequest = operation('RejectDelegationRequest', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await requestTarget(input.DelegationRequestId, read)],
  },
  async handle(input, ctx, [target]) {
    const request = foundRequest(target.record, input.DelegationRequestId, ctx.now())
    await move(
      request,
      ['ASSIGNED', 'PENDING_APPROVAL', 'ACCEPTED'],
      () => ({ state: 'REJECTED', rejection: input.Notes }),
      ctx,
    )
    return {}
  },
})
