import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Readable, Transaction } from '../../kernel/store.ts'
import { nodeArn } from './arns.ts'
import { fail, invalid, operation, violates } from './contract.ts'
import { listPage } from './listing.ts'
import { attachedTo, changeNode, type Node, nodeOf } from './nodes.ts'
import type { OrganizationRecord } from './organization-records.ts'
import { type About, admitted, current, within } from './places.ts'
import { aboutPolicy, noPolicy, policySummary } from './policies.ts'
import { type PolicyRecord, policyOf } from './policy-records.ts'
import { type PolicyType, policyType, policyTypes } from './policy-types.ts'

/** A call about a root, unit or account. */
export async function aboutNode(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<About<Node | undefined>> {
  const node = await nodeOf(store, org, id)
  return { resource: nodeArn(org, id), it: node, tags: node?.record.tags }
}

export const noTarget = (): Error =>
  fail('TargetNotFoundException', "You specified a target that doesn't exist.")

interface Pair {
  readonly PolicyId: string
  readonly TargetId: string
}

/** Decides about the policy and about what it is attached to; both know the policy's type. */
const onPair = {
  kind: 'iam' as const,
  targets: (input: Pair, read: ReadContext) =>
    within('delegable', read, async (org) => {
      const policy = await aboutPolicy(read.store, org, input.PolicyId)
      const node = await aboutNode(read.store, org, input.TargetId)
      return [policy, { ...node, context: policy.context ?? {} }]
    }),
}

type PairTargets = Awaited<ReturnType<typeof onPair.targets>>
type Change = (attached: readonly string[], policy: PolicyRecord) => readonly string[]

/** Changes what is attached, with everything as it is within the transaction. */
const changing = (change: Change) => ({
  access: onPair,
  async handle(input: Pair, ctx: CallContext, [target]: PairTargets) {
    const { org: seen } = admitted(target)
    await ctx.store.transaction(async (tx) => {
      const org = await current(tx, seen)
      const policy = await policyOf(tx, org.id, input.PolicyId)
      if (policy === undefined) throw noPolicy()
      const node = await nodeOf(tx, org, input.TargetId)
      if (node === undefined) throw noTarget()
      if (org.types[policy.type] === undefined)
        throw fail(
          'PolicyTypeNotEnabledException',
          'This operation can be performed only for enabled policy types.',
        )
      const next = change(attachedTo(org, node.record, policy.type), policy)
      await attach(tx, org, node, policy.type, next, ctx.now())
    })
    return {}
  },
})

const attach = (
  tx: Transaction,
  org: OrganizationRecord,
  node: Node,
  type: PolicyType,
  next: readonly string[],
  changedAt: Date,
): Promise<void> => {
  const { generation } = org.types[type]!
  return changeNode(tx, node, (old) => ({
    attachments: { ...old.attachments, [type]: { generation, policies: next, changedAt } },
  }))
}

export const AttachPolicy = operation(
  'AttachPolicy',
  changing((attached, { id, type }) => {
    if (attached.includes(id))
      throw fail(
        'DuplicatePolicyAttachmentException',
        'The selected policy is already attached to the specified target.',
      )
    if (attached.length >= policyTypes[type].perTarget)
      throw violates(
        'MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED',
        'You have attached the maximum number of policies to the specified target.',
      )
    return [...attached, id]
  }),
)

export const DetachPolicy = operation(
  'DetachPolicy',
  changing((attached, { id, type }) => {
    if (!attached.includes(id))
      throw fail(
        'PolicyNotAttachedException',
        "The policy isn't attached to the specified target in the specified root.",
      )
    if (type === 'RESOURCE_CONTROL_POLICY' && id === policyTypes[type].standard)
      throw invalid('NON_DETACHABLE_POLICY', "You can't detach this AWS Managed Policy.")
    if (type === 'SERVICE_CONTROL_POLICY' && attached.length === 1)
      throw violates(
        'MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED',
        'You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.',
      )
    return attached.filter((other) => other !== id)
  }),
)

export const ListPoliciesForTarget = operation('ListPoliciesForTarget', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [
        {
          ...(await aboutNode(read.store, org, input.TargetId)),
          context: { 'organizations:PolicyType': input.Filter },
        },
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noTarget()
    const type = policyType(input.Filter)
    const attached = await Promise.all(
      attachedTo(org, it.record, type).map((id) => policyOf(ctx.store, org.id, id)),
    )
    const { items, ...more } = await listPage(
      attached.filter((policy) => policy !== undefined),
      ({ id }) => id,
      input,
      ctx,
      `${org.id}/attached/${type}/${it.id}`,
    )
    return { Policies: items.map((policy) => policySummary(org, policy)), ...more }
  },
})
