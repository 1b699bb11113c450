import { actionCatalogue } from '../../access/actions.ts'
import { allowedActions } from './allowed-services.ts'
import { fail, operation } from './contract.ts'
import { paged } from './listing.ts'
import { foundSubject, type HeldPolicy, heldPolicies, subjectTarget } from './report-subjects.ts'

const entityTypes = { user: 'USER', group: 'GROUP', role: 'ROLE' } as const

const policyShape = ({ policy, type, holder }: HeldPolicy) =>
  policy.kind === 'managed'
    ? {
        PolicyName: policy.id.slice(policy.id.lastIndexOf('/') + 1),
        PolicyType: 'MANAGED' as const,
        PolicyArn: policy.id,
      }
    : {
        PolicyName: policy.id,
        PolicyType: 'INLINE' as const,
        EntityType: entityTypes[type],
        EntityName: holder.name,
      }

export const ListPoliciesGrantingServiceAccess = operation('ListPoliciesGrantingServiceAccess', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await subjectTarget(input.Arn, read)],
  },
  async handle(input, ctx, [target]) {
    const subject = foundSubject(target.record, input.Arn)
    if (subject.type === 'policy')
      throw fail('InvalidInputException', `${input.Arn} is no user, group or role.`)
    const catalogue = await actionCatalogue()
    const unknown = input.ServiceNamespaces.find((name) => !catalogue.isKnownVendor(name))
    if (unknown !== undefined)
      throw fail('InvalidInputException', `${unknown} is not the namespace of a service.`)
    const held = await Promise.all(
      (await heldPolicies(subject, ctx.store)).map(async (one) => ({
        ...one,
        allowed: await allowedActions([one.policy.document]),
      })),
    )
    const list = `granting/${input.Arn}`
    const namespaces = [...new Set(input.ServiceNamespaces)]
    const { items, ...more } = await paged(namespaces, (name) => name, input, ctx, list)
    return {
      PoliciesGrantingServiceAccess: items.map((namespace) => {
        const granting = held.filter(({ allowed }) => allowed.has(namespace.toLowerCase()))
        // A managed policy that comes by several ways is one policy.
        const shapes = new Map(
          granting.map((one) => {
            const shape = policyShape(one)
            return [shape.PolicyArn ?? `${one.holder.id}/${shape.PolicyName}`, shape]
          }),
        )
        return { ServiceNamespace: namespace, Policies: [...shapes.values()] }
      }),
      ...more,
    }
  },
})
