import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { invalid, operation, violates } from './contract.ts'
import { listPage } from './listing.ts'
import { type OrganizationRecord, organizations } from './organization-records.ts'
import { admitted, anywhere, current, within } from './places.ts'
import { type PolicyType, policyTypes } from './policy-types.ts'

/** Refuses what cannot be a service principal. */
export function checkService(name: string): void {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/.test(name))
    throw invalid(
      'UNRECOGNIZED_SERVICE_PRINCIPAL',
      "You specified a service principal that isn't recognized.",
    )
}

export const needsAllFeatures = ({ featureSet }: OrganizationRecord): void => {
  if (featureSet !== 'ALL')
    throw violates(
      'ORGANIZATION_NOT_IN_ALL_FEATURES_MODE',
      'You attempted to perform an operation that requires the organization to be configured to support all features.',
    )
}

interface Input {
  readonly ServicePrincipal: string
}

type Change = (old: OrganizationRecord, service: string, now: Date) => Record<string, Date>

const changing = (change: Change) => ({
  access: {
    kind: 'iam' as const,
    targets: (input: Input, read: ReadContext) =>
      within('management', read, () =>
        anywhere({ 'organizations:ServicePrincipal': input.ServicePrincipal }),
      ),
  },
  async handle(
    input: Input,
    ctx: CallContext,
    [target]: Awaited<ReturnType<typeof within<ReturnType<typeof anywhere>>>>,
  ) {
    const { org: seen } = admitted(target)
    checkService(input.ServicePrincipal)
    await ctx.store.transaction(async (tx) => {
      const org = await current(tx, seen)
      needsAllFeatures(org)
      const services = change(org, input.ServicePrincipal, ctx.now())
      await tx.of(organizations).update([org.id], (old) => ({ ...old, services }))
    })
    return {}
  },
})

export const EnableAWSServiceAccess = operation(
  'EnableAWSServiceAccess',
  changing(({ services }, service, now) => ({ [service]: now, ...services })),
)

export const DisableAWSServiceAccess = operation(
  'DisableAWSServiceAccess',
  changing(({ services, types }, service) => {
    for (const type of Object.keys(types) as PolicyType[])
      if (policyTypes[type].service === service)
        throw violates(
          'POLICY_TYPE_ENABLED_FOR_THIS_SERVICE',
          `You attempted to disable service access before you disabled the policy type (${type}).`,
        )
    const { [service]: _, ...others } = services
    return others
  }),
)

export const ListAWSServiceAccessForOrganization = operation(
  'ListAWSServiceAccessForOrganization',
  {
    access: { kind: 'iam', targets: (_, read) => within('readable', read, () => anywhere()) },
    async handle(input, ctx, [target]) {
      const { org } = admitted(target)
      needsAllFeatures(org)
      const { items, ...more } = await listPage(
        Object.entries(org.services),
        ([name]) => name,
        input,
        ctx,
        `${org.id}/services`,
      )
      return {
        EnabledServicePrincipals: items.map(([ServicePrincipal, DateEnabled]) => ({
          ServicePrincipal,
          DateEnabled,
        })),
        ...more,
      }
    },
  },
)
