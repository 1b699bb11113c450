import type { ReadContext } from '../../kernel/context.ts'
import { nodeArn } from './arns.ts'
import { fail, operation, violates } from './contract.ts'
import { organizations } from './organization-records.ts'
import { rootShape } from './organizations.ts'
import { admitted, current, within } from './places.ts'
import { policyType, policyTypes } from './policy-types.ts'

interface Input {
  readonly RootId: string
  readonly PolicyType: string
}

const onRoot = {
  kind: 'iam' as const,
  targets: (input: Input, read: ReadContext) =>
    within('delegable', read, (org) => [
      {
        resource: nodeArn(org, input.RootId),
        it: input.RootId === org.rootId,
        tags: input.RootId === org.rootId ? org.tags : undefined,
        context: { 'organizations:PolicyType': input.PolicyType },
      },
    ]),
}

const noRoot = (): Error =>
  fail('RootNotFoundException', "You specified a root that doesn't exist.")

/** From now on everything has the type's standard policy, where there is one, and no other. */
export const EnablePolicyType = operation('EnablePolicyType', {
  access: onRoot,
  async handle(input, ctx, [target]) {
    const { org: seen, it } = admitted(target)
    if (!it) throw noRoot()
    const type = policyType(input.PolicyType)
    const org = await ctx.store.transaction(async (tx) => {
      const now = await current(tx, seen)
      if (now.featureSet !== 'ALL')
        throw fail(
          'PolicyTypeNotAvailableForOrganizationException',
          "You can't use the specified policy type with the feature set currently enabled for this organization.",
        )
      if (now.types[type] !== undefined)
        throw fail(
          'PolicyTypeAlreadyEnabledException',
          'The specified policy type is already enabled.',
        )
      const { service } = policyTypes[type]
      if (service !== undefined && now.services[service] === undefined)
        throw violates(
          'SERVICE_ACCESS_NOT_ENABLED',
          'You attempted to enable a policy type before you enabled service access. Call the EnableAWSServiceAccess API first.',
        )
      return tx.of(organizations).update([now.id], (old) => ({
        ...old,
        generations: old.generations + 1,
        types: { ...old.types, [type]: { generation: old.generations + 1 } },
      }))
    })
    return { Root: rootShape(org) }
  },
})

/** Detaches every policy of the type: what is enabled again begins anew. */
export const DisablePolicyType = operation('DisablePolicyType', {
  access: onRoot,
  async handle(input, ctx, [target]) {
    const { org: seen, it } = admitted(target)
    if (!it) throw noRoot()
    const type = policyType(input.PolicyType)
    const org = await ctx.store.transaction(async (tx) => {
      const now = await current(tx, seen)
      if (now.types[type] === undefined)
        throw fail(
          'PolicyTypeNotEnabledException',
          'This operation can be performed only for enabled policy types.',
        )
      return tx.of(organizations).update([now.id], (old) => {
        const { [type]: _, ...types } = old.types
        return { ...old, types }
      })
    })
    return { Root: rootShape(org) }
  },
})
