import type { Readable, Transaction } from '../../kernel/store.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { accounts } from './account-records.ts'
import { nodeArn, policyArn } from './arns.ts'
import { fail, invalid, operation, violates } from './contract.ts'
import { newId } from './ids.ts'
import { everything, listPage } from './listing.ts'
import { attachedTo, type Node, nodeName } from './nodes.ts'
import { type OrganizationRecord, organizations } from './organization-records.ts'
import { type About, admitted, anywhere, current, tagged, within } from './places.ts'
import { checkContent } from './policy-content.ts'
import { awsPolicies, hashOf, type PolicyRecord, policies, policyOf } from './policy-records.ts'
import { policyType, policyTypes } from './policy-types.ts'
import { newTags } from './tag-rules.ts'
import { units } from './unit-records.ts'

export const policySummary = (org: OrganizationRecord, policy: PolicyRecord) => ({
  Id: policy.id,
  Arn: policyArn(org, policy.type, policy.id),
  Name: policy.name,
  Description: policy.description,
  Type: policy.type,
  AwsManaged: awsPolicies.has(policy.id),
})

const policyShape = (org: OrganizationRecord, policy: PolicyRecord) => ({
  PolicySummary: policySummary(org, policy),
  Content: policy.content,
})

/** A call about a policy; of a missing one the type is unknown. */
export async function aboutPolicy(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<About<PolicyRecord | undefined>> {
  const policy = await policyOf(store, org.id, id)
  return {
    resource: policyArn(org, policy?.type ?? '*', id),
    it: policy,
    tags: policy?.tags,
    context: { 'organizations:PolicyType': policy?.type },
  }
}

export const noPolicy = (): Error =>
  fail('PolicyNotFoundException', "You specified a policy that doesn't exist.")

const duplicate = (error: unknown): never => {
  if (!(error instanceof AlreadyExists)) throw error
  throw fail(
    'DuplicatePolicyException',
    'A policy with the specified name and type already exists.',
  )
}

function refuseStandard(type: keyof typeof policyTypes, name: string): void {
  for (const policy of awsPolicies.values())
    if (policy.type === type && policy.name === name) duplicate(new AlreadyExists())
}

export const CreatePolicy = operation('CreatePolicy', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('delegable', read, (org) =>
        tagged(
          {
            resource: policyArn(org, input.Type, '*'),
            it: undefined,
            context: { 'organizations:PolicyType': input.Type },
          },
          input.Tags,
        ),
      ),
  },
  async handle(input, ctx, [target]) {
    const { org: seen } = admitted(target)
    const type = policyType(input.Type)
    const tags = newTags(input.Tags)
    const policy: PolicyRecord = {
      organizationId: seen.id,
      id: newId('p', ctx.random),
      type,
      name: input.Name,
      description: input.Description,
      content: input.Content,
      hash: hashOf(input.Content),
      tags,
      updatedAt: ctx.now(),
    }
    await ctx.store
      .transaction(async (tx) => {
        const org = await current(tx, seen)
        if (org.featureSet !== 'ALL')
          throw fail(
            'PolicyTypeNotAvailableForOrganizationException',
            "You can't use the specified policy type with the feature set currently enabled for this organization.",
          )
        checkContent(policy.content, type)
        refuseStandard(type, policy.name)
        const all = await everything((o) => tx.of(policies).find('type', [org.id, type], o))
        if (all.length >= policyTypes[type].policies)
          throw violates(
            'POLICY_NUMBER_LIMIT_EXCEEDED',
            'You attempted to exceed the number of policies that you can have in an organization.',
          )
        await tx.of(policies).create(policy)
      })
      .catch(duplicate)
    return { Policy: policyShape(seen, policy) }
  },
})

export const DescribePolicy = operation('DescribePolicy', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [await aboutPolicy(read.store, org, input.PolicyId)]),
  },
  handle(_, __, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noPolicy()
    return { Policy: policyShape(org, it) }
  },
})

/** The policy as it is within the transaction, when it may be changed. */
async function own(tx: Readable, org: OrganizationRecord, id: string): Promise<PolicyRecord> {
  const policy = await policyOf(tx, org.id, id)
  if (policy === undefined) throw noPolicy()
  if (awsPolicies.has(id))
    throw invalid(
      'IMMUTABLE_POLICY',
      "You specified a policy that is managed by AWS and can't be modified.",
    )
  return policy
}

export const UpdatePolicy = operation('UpdatePolicy', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('delegable', read, async (org) => [
        await aboutPolicy(read.store, org, input.PolicyId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const { PolicyId, Name, Description, Content } = input
    const updated = await ctx.store
      .transaction(async (tx) => {
        const { type } = await own(tx, org, PolicyId)
        if (Content !== undefined) checkContent(Content, type)
        if (Name !== undefined) refuseStandard(type, Name)
        return tx.of(policies).update([org.id, PolicyId], (old) => ({
          ...old,
          name: Name ?? old.name,
          description: Description ?? old.description,
          ...(Content !== undefined && { content: Content, hash: hashOf(Content) }),
          updatedAt: ctx.now(),
        }))
      })
      .catch(duplicate)
    return { Policy: policyShape(org, updated) }
  },
})

export const DeletePolicy = operation('DeletePolicy', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('delegable', read, async (org) => [
        await aboutPolicy(read.store, org, input.PolicyId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org: seen } = admitted(target)
    await ctx.store.transaction(async (tx) => {
      const org = await current(tx, seen)
      const policy = await own(tx, org, input.PolicyId)
      if ((await nodesWith(tx, org, policy)).length > 0)
        throw fail(
          'PolicyInUseException',
          'The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.',
        )
      await tx.of(policies).delete([org.id, policy.id])
    })
    return {}
  },
})

export const ListPolicies = operation('ListPolicies', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, () => anywhere({ 'organizations:PolicyType': input.Filter })),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const type = policyType(input.Filter)
    const all = [
      ...[...awsPolicies.values()].filter((policy) => policy.type === type),
      ...(await everything((o) => ctx.store.of(policies).find('type', [org.id, type], o))),
    ]
    const { items, ...more } = await listPage(
      all,
      ({ id }) => id,
      input,
      ctx,
      `${org.id}/policies/${type}`,
    )
    return { Policies: items.map((policy) => policySummary(org, policy)), ...more }
  },
})

/** Everything that a policy is attached to. What AWS attaches by itself hangs on nearly all. */
export async function nodesWith(
  store: Readable | Transaction,
  org: OrganizationRecord,
  { id, type }: PolicyRecord,
): Promise<Node[]> {
  if (org.types[type] === undefined) return []
  const standard = awsPolicies.has(id)
  const value = [org.id, id]
  const [roots, ous, members] = await Promise.all([
    standard ? [org] : everything((o) => store.of(organizations).find('attached', value, o)),
    everything((o) =>
      standard
        ? store.of(units).list({ prefix: [org.id], ...o })
        : store.of(units).find('attached', value, o),
    ),
    everything((o) =>
      standard
        ? store.of(accounts).find('organization', [org.id], o)
        : store.of(accounts).find('attached', value, o),
    ),
  ])
  const nodes: Node[] = [
    ...roots.map((record): Node => ({ kind: 'ROOT', id: record.rootId, record })),
    ...ous.map((record): Node => ({ kind: 'ORGANIZATIONAL_UNIT', id: record.id, record })),
    ...members.map((record): Node => ({ kind: 'ACCOUNT', id: record.id, record })),
  ]
  return nodes.filter(({ record }) => attachedTo(org, record, type).includes(id))
}

export const ListTargetsForPolicy = operation('ListTargetsForPolicy', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [await aboutPolicy(read.store, org, input.PolicyId)]),
  },
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noPolicy()
    const { items, ...more } = await listPage(
      await nodesWith(ctx.store, org, it),
      ({ id }) => id,
      input,
      ctx,
      `${org.id}/targets/${it.id}`,
    )
    return {
      Targets: items.map((node) => ({
        TargetId: node.id,
        Arn: nodeArn(org, node.id),
        Name: nodeName(node),
        Type: node.kind,
      })),
      ...more,
    }
  },
})
