import type { FeatureType } from '@aws-sdk/client-iam'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Membership } from '../../kernel/guardrails.ts'
import type { Readable, Transaction } from '../../kernel/store.ts'
import {
  type AccountFeatures,
  accountFeatures,
  noFeatures,
  tokenIssuers,
} from './account-feature-records.ts'
import { fail, operation } from './contract.ts'

const onAccount = { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] } as const

export const featuresOf = async (store: Readable): Promise<AccountFeatures> =>
  (await store.of(accountFeatures).get(['features'])) ?? noFeatures

async function change(
  ctx: CallContext,
  next: (old: AccountFeatures, tx: Transaction) => Partial<AccountFeatures>,
): Promise<AccountFeatures> {
  return ctx.store.transaction(async (tx) => {
    const old = await featuresOf(tx)
    const changed = { ...old, ...next(old, tx) }
    await tx.of(accountFeatures).put(changed)
    return changed
  })
}

export const SetSecurityTokenServicePreferences = operation('SetSecurityTokenServicePreferences', {
  access: onAccount,
  async handle(input, ctx) {
    await change(ctx, () => ({ tokenVersion: input.GlobalEndpointTokenVersion }))
    return {}
  },
})

/** The URL that tokens of this account name as their issuer; it stays the same for ever. */
async function issuerFor(ctx: CallContext): Promise<string> {
  const id = ctx.random.uuid()
  const made =
    ctx.issuer === 'aws'
      ? `https://${id}.tokens.sts.global.api.aws`
      : `${ctx.baseUrl}/_tokens/${id}`
  return ctx.store.transaction(async (tx) => {
    const known = await tx.of(tokenIssuers).findOne('account', [ctx.account])
    if (known !== undefined) return known.url
    await tx.of(tokenIssuers).create({ id, account: ctx.account, url: made })
    return made
  })
}

export const EnableOutboundWebIdentityFederation = operation(
  'EnableOutboundWebIdentityFederation',
  {
    access: onAccount,
    async handle(_input, ctx) {
      const url = await issuerFor(ctx)
      await change(ctx, (old) => {
        if (old.outboundIssuer !== undefined)
          throw fail(
            'FeatureEnabledException',
            'Outbound web identity federation is already enabled for this account.',
          )
        return { outboundIssuer: url }
      })
      return { IssuerIdentifier: url }
    },
  },
)

const federationDisabled = () =>
  fail(
    'FeatureDisabledException',
    'Outbound web identity federation is not enabled for this account.',
  )

export const DisableOutboundWebIdentityFederation = operation(
  'DisableOutboundWebIdentityFederation',
  {
    access: onAccount,
    async handle(_input, ctx) {
      await change(ctx, (old) => {
        if (old.outboundIssuer === undefined) throw federationDisabled()
        return { outboundIssuer: undefined }
      })
      return {}
    },
  },
)

export const GetOutboundWebIdentityFederationInfo = operation(
  'GetOutboundWebIdentityFederationInfo',
  {
    access: onAccount,
    async handle(_input, ctx) {
      const { outboundIssuer } = await featuresOf(ctx.store)
      if (outboundIssuer === undefined) throw federationDisabled()
      return { IssuerIdentifier: outboundIssuer, JwtVendingEnabled: true }
    },
  },
)

/** The organization that the caller's account manages; others may not change its features. */
async function managed(ctx: CallContext): Promise<Membership> {
  const membership = await ctx.guardrails.membership(ctx.account)
  if (membership === undefined) throw noOrganization()
  if (membership.managementAccount !== ctx.account)
    throw fail(
      'CallerIsNotManagementAccountException',
      'The request was rejected because the account making the request is not the management account for the organization.',
    )
  if (!membership.trustedServices.includes('iam.amazonaws.com'))
    throw fail(
      'ServiceAccessNotEnabledException',
      'The request was rejected because trusted access is not enabled for IAM in Organizations.',
    )
  return membership
}

const noOrganization = () =>
  fail(
    'OrganizationNotFoundException',
    'The request was rejected because no organization is associated with your account.',
  )

const turned = (feature: FeatureType, on: boolean) => async (_input: object, ctx: CallContext) => {
  const { organizationId } = await managed(ctx)
  const { organizationFeatures } = await change(ctx, (old) => {
    const others = old.organizationFeatures.filter((name) => name !== feature)
    return { organizationFeatures: on ? [...others, feature].sort() : others }
  })
  return { OrganizationId: organizationId, EnabledFeatures: [...organizationFeatures] }
}

export const EnableOrganizationsRootSessions = operation('EnableOrganizationsRootSessions', {
  access: onAccount,
  handle: turned('RootSessions', true),
})

export const DisableOrganizationsRootSessions = operation('DisableOrganizationsRootSessions', {
  access: onAccount,
  handle: turned('RootSessions', false),
})

export const EnableOrganizationsRootCredentialsManagement = operation(
  'EnableOrganizationsRootCredentialsManagement',
  { access: onAccount, handle: turned('RootCredentialsManagement', true) },
)

export const DisableOrganizationsRootCredentialsManagement = operation(
  'DisableOrganizationsRootCredentialsManagement',
  { access: onAccount, handle: turned('RootCredentialsManagement', false) },
)

/** Features are kept where the organization is managed; a delegated administrator may look. */
async function organizationFeatures(read: ReadContext) {
  const membership = await read.guardrails.membership(read.account)
  if (membership === undefined) return undefined
  const owner = { account: membership.managementAccount, region: read.region }
  const { organizationFeatures: enabled } = await featuresOf(read.storeOf(owner))
  return { membership, enabled }
}

export const ListOrganizationsFeatures = operation('ListOrganizationsFeatures', {
  access: {
    kind: 'iam',
    targets: async (_input, read) => [{ resource: '*', record: await organizationFeatures(read) }],
  },
  handle(_input, ctx, [{ record }]) {
    if (record === undefined) throw noOrganization()
    const { membership, enabled } = record
    const delegated = membership.delegatedServices.includes('iam.amazonaws.com')
    if (membership.managementAccount !== ctx.account && !delegated)
      throw fail(
        'AccountNotManagementOrDelegatedAdministratorException',
        'The request was rejected because the account making the request is not the management account or delegated administrator account for centralized root access.',
      )
    return { OrganizationId: membership.organizationId, EnabledFeatures: [...enabled] }
  },
})
