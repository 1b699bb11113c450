import type { Readable } from '../../kernel/store.ts'
import { accounts, type Member } from './account-records.ts'
import { aboutAccount, accountShape } from './accounts.ts'
import { noTarget } from './attachments.ts'
import { canBreak, policyErrors } from './backup-plans.ts'
import { fail, invalid, operation } from './contract.ts'
import { everything, listPage } from './listing.ts'
import { type Json, mergePolicies } from './management-policies.ts'
import type { NodeFacts } from './node-facts.ts'
import { attachedTo, pathOf, unitsAbove } from './nodes.ts'
import type { OrganizationRecord } from './organization-records.ts'
import { admitted, anywhere, noAccount, within } from './places.ts'
import { policyOf } from './policy-records.ts'
import { authorizes, type PolicyType, policyType } from './policy-types.ts'

interface Effective {
  readonly policy: Json
  readonly updatedAt: Date
  /** Ids of the policies that were merged. */
  readonly contributing: readonly string[]
}

/** What an account's policies of one type come to; undefined when there are none. */
export async function effectivePolicy(
  store: Readable,
  org: OrganizationRecord,
  account: Member,
  type: PolicyType,
): Promise<Effective | undefined> {
  const nodes: readonly NodeFacts[] = [
    org,
    ...(await unitsAbove(store, org, account.parentId)),
    account,
  ]
  const levels = await Promise.all(
    nodes.map(async (node) => {
      const found = await Promise.all(
        attachedTo(org, node, type).map((id) => policyOf(store, org.id, id)),
      )
      return found.filter((policy) => policy !== undefined)
    }),
  )
  const policy = mergePolicies(levels.map((level) => level.map(({ content }) => content)))
  if (policy === undefined) return undefined
  const all = levels.flat()
  const times = [
    ...all.map(({ updatedAt }) => updatedAt),
    ...nodes.flatMap(({ attachments }) => attachments[type]?.changedAt ?? []),
  ]
  return {
    policy,
    updatedAt: new Date(Math.max(...times.map((time) => time.getTime()))),
    contributing: all.map(({ id }) => id),
  }
}

/** A type that merges; authorizing ones do not. */
function merging(name: string): PolicyType {
  const type = policyType(name)
  if (authorizes(type))
    throw invalid('INVALID_ENUM_POLICY_TYPE', 'You specified an invalid policy type.')
  return type
}

const noEffective = (): Error =>
  fail(
    'EffectivePolicyNotFoundException',
    "The account doesn't have an effective policy of this type.",
  )

export const DescribeEffectivePolicy = operation('DescribeEffectivePolicy', {
  access: {
    kind: 'iam',
    /** Every account may ask about itself; about others only who may read the organization. */
    targets: (input, read) => {
      const own = input.TargetId === undefined || input.TargetId === read.account
      return within(own ? 'member' : 'readable', read, async (org, place) => [
        {
          ...(await aboutAccount(read.store, org, input.TargetId ?? place.account)),
          context: { 'organizations:PolicyType': input.PolicyType },
        },
      ])
    },
  },
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    const type = merging(input.PolicyType)
    if (input.TargetId !== undefined && !/^\d/.test(input.TargetId))
      throw invalid(
        'TARGET_NOT_SUPPORTED',
        "You can't perform the specified operation on that target entity.",
      )
    if (it === undefined) throw noTarget()
    const effective = await effectivePolicy(ctx.store, org, it, type)
    if (effective === undefined) throw noEffective()
    return {
      EffectivePolicy: {
        PolicyContent: JSON.stringify(effective.policy),
        LastUpdatedTimestamp: effective.updatedAt,
        TargetId: it.id,
        PolicyType: input.PolicyType,
      },
    }
  },
})

export const ListEffectivePolicyValidationErrors = operation(
  'ListEffectivePolicyValidationErrors',
  {
    access: {
      kind: 'iam',
      targets: (input, read) =>
        within('readable', read, async (org) => [
          {
            ...(await aboutAccount(read.store, org, input.AccountId)),
            context: { 'organizations:PolicyType': input.PolicyType },
          },
        ]),
    },
    async handle(input, ctx, [target]) {
      const { org, it } = admitted(target)
      const type = merging(input.PolicyType)
      if (it === undefined) throw noAccount()
      const effective = await effectivePolicy(ctx.store, org, it, type)
      if (effective === undefined) throw noEffective()
      const above = await unitsAbove(ctx.store, org, it.parentId)
      const errors = policyErrors(type, effective.policy).map((error) => ({
        ...error,
        ContributingPolicies: [...effective.contributing],
      }))
      const { items, ...more } = await listPage(
        errors,
        ({ PathToError, ErrorCode }) => `${PathToError} ${ErrorCode}`,
        input,
        ctx,
        `${org.id}/errors/${type}/${it.id}`,
      )
      return {
        AccountId: it.id,
        PolicyType: input.PolicyType,
        Path: pathOf(org, [...above.map(({ id }) => id), it.id]),
        EvaluationTimestamp: effective.updatedAt,
        EffectivePolicyValidationErrors: [...items],
        ...more,
      }
    },
  },
)

export const ListAccountsWithInvalidEffectivePolicy = operation(
  'ListAccountsWithInvalidEffectivePolicy',
  {
    access: {
      kind: 'iam',
      targets: (input, read) =>
        within('readable', read, () => anywhere({ 'organizations:PolicyType': input.PolicyType })),
    },
    async handle(input, ctx, [target]) {
      const { org } = admitted(target)
      const type = merging(input.PolicyType)
      const invalidOnes: Member[] = []
      const members = canBreak(type)
        ? await everything((o) => ctx.store.of(accounts).find('organization', [org.id], o))
        : []
      for (const member of members as Member[]) {
        const effective = await effectivePolicy(ctx.store, org, member, type)
        if (effective !== undefined && policyErrors(type, effective.policy).length > 0)
          invalidOnes.push(member)
      }
      const { items, ...more } = await listPage(
        invalidOnes,
        ({ id }) => id,
        input,
        ctx,
        `${org.id}/invalid/${type}`,
      )
      return {
        Accounts: await Promise.all(items.map((item) => accountShape(ctx.store, org, item))),
        PolicyType: input.PolicyType,
        ...more,
      }
    },
  },
)
