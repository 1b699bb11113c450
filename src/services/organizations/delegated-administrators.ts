import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { accounts, type Member } from './account-records.ts'
import { aboutAccount, memberShape } from './accounts.ts'
import { fail, operation, violates } from './contract.ts'
import { everything, listPage } from './listing.ts'
import type { OrganizationRecord } from './organization-records.ts'
import { admitted, anywhere, current, memberOf, noAccount, within } from './places.ts'
import { checkService, needsAllFeatures } from './service-access.ts'

interface Input {
  readonly AccountId: string
  readonly ServicePrincipal: string
}

const onAccount = {
  kind: 'iam' as const,
  targets: (input: Input, read: ReadContext) =>
    within('management', read, async (org) => [
      {
        ...(await aboutAccount(read.store, org, input.AccountId)),
        context: { 'organizations:ServicePrincipal': input.ServicePrincipal },
      },
    ]),
}

type OnAccount = Awaited<ReturnType<typeof onAccount.targets>>
type Change = (
  member: Member,
  service: string,
  org: OrganizationRecord,
  now: Date,
) => Member['delegated']

const changing = (change: Change) => ({
  access: onAccount,
  async handle(input: Input, ctx: CallContext, [target]: OnAccount) {
    const { org: seen } = admitted(target)
    checkService(input.ServicePrincipal)
    await ctx.store.transaction(async (tx) => {
      const org = await current(tx, seen)
      needsAllFeatures(org)
      const member = await memberOf(tx, org, input.AccountId)
      const delegated = change(member, input.ServicePrincipal, org, ctx.now())
      await tx.of(accounts).update([member.id], (old) => ({ ...old, delegated }))
    })
    return {}
  },
})

export const RegisterDelegatedAdministrator = operation(
  'RegisterDelegatedAdministrator',
  changing((member, service, org, now) => {
    if (member.id === org.managementAccount)
      throw violates(
        'CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR',
        'You attempted to register the management account of the organization as a delegated administrator.',
      )
    if (member.state !== 'ACTIVE')
      throw violates(
        'CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR',
        'You cannot register a suspended account as a delegated administrator.',
      )
    if (org.services[service] === undefined)
      throw violates(
        'SERVICE_ACCESS_NOT_ENABLED',
        'You attempted to register a delegated administrator before you enabled service access. Call the EnableAWSServiceAccess API first.',
      )
    if (member.delegated[service] !== undefined)
      throw fail(
        'AccountAlreadyRegisteredException',
        'The provided account is already a delegated administrator for your organization.',
      )
    return { ...member.delegated, [service]: now }
  }),
)

const notRegistered = (): Error =>
  fail(
    'AccountNotRegisteredException',
    'The provided account is not a registered delegated administrator for your organization.',
  )

export const DeregisterDelegatedAdministrator = operation(
  'DeregisterDelegatedAdministrator',
  changing(({ delegated }, service) => {
    if (delegated[service] === undefined) throw notRegistered()
    const { [service]: _, ...others } = delegated
    return others
  }),
)

export const ListDelegatedAdministrators = operation('ListDelegatedAdministrators', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, () =>
        anywhere({ 'organizations:ServicePrincipal': input.ServicePrincipal }),
      ),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    needsAllFeatures(org)
    const service = input.ServicePrincipal
    if (service !== undefined) checkService(service)
    const all = await everything((o) => ctx.store.of(accounts).find('delegate', [org.id], o))
    const { items, ...more } = await listPage(
      (all as Member[]).filter((m) => service === undefined || m.delegated[service] !== undefined),
      ({ id }) => id,
      input,
      ctx,
      `${org.id}/delegates/${service ?? ''}`,
    )
    const since = ({ delegated }: Member): Date =>
      service !== undefined
        ? delegated[service]!
        : new Date(Math.min(...Object.values(delegated).map((date) => date.getTime())))
    return {
      DelegatedAdministrators: items.map((member) => ({
        ...memberShape(org, member),
        DelegationEnabledDate: since(member),
      })),
      ...more,
    }
  },
})

export const ListDelegatedServicesForAccount = operation('ListDelegatedServicesForAccount', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [
        await aboutAccount(read.store, org, input.AccountId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    needsAllFeatures(org)
    if (it === undefined) throw noAccount()
    const services = Object.entries(it.delegated)
    if (services.length === 0) throw notRegistered()
    const { items, ...more } = await listPage(
      services,
      ([name]) => name,
      input,
      ctx,
      `${org.id}/delegated/${it.id}`,
    )
    return {
      DelegatedServices: items.map(([ServicePrincipal, DelegationEnabledDate]) => ({
        ServicePrincipal,
        DelegationEnabledDate,
      })),
      ...more,
    }
  },
})
