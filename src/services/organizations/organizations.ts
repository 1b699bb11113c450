import type { CallContext } from '../../kernel/context.ts'
import { type AccountRecord, accounts, outside, unknownAccount } from './account-records.ts'
import { accountArn, nodeArn, organizationArn } from './arns.ts'
import { fail, operation, violates } from './contract.ts'
import { creations } from './creation-records.ts'
import { withdrawAll } from './handshake-records.ts'
import { newId } from './ids.ts'
import { everything, listPage } from './listing.ts'
import { type OrganizationRecord, organizations } from './organization-records.ts'
import { admitted, anywhere, current, placeOf, within } from './places.ts'
import { policies } from './policy-records.ts'
import { isUnderWay, transfersOf } from './transfer-records.ts'
import { units } from './unit-records.ts'

/** Which policy types could be used at all; what is enabled says the root. */
const organizationShape = (org: OrganizationRecord, management: AccountRecord) => ({
  Id: org.id,
  Arn: organizationArn(org),
  FeatureSet: org.featureSet,
  MasterAccountArn: accountArn(org, org.managementAccount),
  MasterAccountId: org.managementAccount,
  MasterAccountEmail: management.email,
  AvailablePolicyTypes:
    org.featureSet === 'ALL'
      ? [{ Type: 'SERVICE_CONTROL_POLICY' as const, Status: 'ENABLED' as const }]
      : [],
})

export const rootShape = (org: OrganizationRecord) => ({
  Id: org.rootId,
  Arn: nodeArn(org, org.rootId),
  Name: 'Root',
  PolicyTypes: (Object.keys(org.types).sort() as (keyof typeof org.types)[]).map((Type) => ({
    Type,
    Status: 'ENABLED' as const,
  })),
})

export const CreateOrganization = operation('CreateOrganization', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const account = ctx.account
    const now = ctx.now()
    const org: OrganizationRecord = {
      id: newId('o', ctx.random),
      managementAccount: account,
      rootId: newId('r', ctx.random),
      featureSet: input.FeatureSet ?? 'ALL',
      createdAt: now,
      accounts: 1,
      units: 0,
      types: {},
      generations: 0,
      services: {},
      tags: {},
      attachments: {},
    }
    return ctx.store.transaction(async (tx) => {
      const old = (await tx.of(accounts).get([account])) ?? unknownAccount(account)
      if (old.organizationId !== undefined)
        throw fail(
          'AlreadyInOrganizationException',
          'The provided account is already a member of an organization.',
        )
      const management: AccountRecord = {
        ...old,
        organizationId: org.id,
        parentId: org.rootId,
        joinedMethod: 'INVITED',
        joinedAt: now,
      }
      await tx.of(organizations).create(org)
      await tx.of(accounts).put(management)
      return { Organization: organizationShape(org, management) }
    })
  },
})

export const DescribeOrganization = operation('DescribeOrganization', {
  access: { kind: 'iam', targets: (_, read) => within('member', read, () => anywhere()) },
  async handle(_, ctx, [target]) {
    const { org } = admitted(target)
    const management = await ctx.store.of(accounts).get([org.managementAccount])
    return {
      Organization: organizationShape(org, management ?? unknownAccount(org.managementAccount)),
    }
  },
})

export const ListRoots = operation('ListRoots', {
  access: { kind: 'iam', targets: (_, read) => within('readable', read, () => anywhere()) },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const { items, ...more } = await listPage(
      [rootShape(org)],
      ({ Id }) => Id,
      input,
      ctx,
      `${org.id}/roots`,
    )
    return { Roots: [...items], ...more }
  },
})

export const DeleteOrganization = operation('DeleteOrganization', {
  access: { kind: 'iam', targets: (_, read) => within('management', read, () => anywhere()) },
  async handle(_, ctx, [target]) {
    const { org } = admitted(target)
    await ctx.store.transaction((tx) => dissolve(tx, org, ctx.now()))
    return {}
  },
})

type Tx = Parameters<Parameters<CallContext['store']['transaction']>[0]>[0]

/** Ends an organization that has no member but its management account, with all it made. */
async function dissolve(tx: Tx, { id }: OrganizationRecord, now: Date): Promise<void> {
  const { org } = await placeOf(tx, (await tx.of(organizations).get([id]))?.managementAccount ?? '')
  if (org === undefined) return
  if (org.accounts > 1)
    throw fail(
      'OrganizationNotEmptyException',
      'To delete an organization you must first remove all member accounts (except the management account).',
    )
  if ((await transfersOf(tx, id)).some((transfer) => isUnderWay(transfer, now)))
    throw violates(
      'ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS',
      'You cannot delete the organization due to an ongoing responsibility transfer process.',
    )
  await withdrawAll(tx, id, now)
  const prefix = [id]
  for (const unit of await everything((o) => tx.of(units).list({ prefix, ...o })))
    await tx.of(units).delete([id, unit.id])
  for (const policy of await everything((o) => tx.of(policies).list({ prefix, ...o })))
    await tx.of(policies).delete([id, policy.id])
  for (const creation of await everything((o) => tx.of(creations).list({ prefix, ...o })))
    await tx.of(creations).delete([id, creation.id])
  await tx.of(accounts).update([org.managementAccount], outside)
  await tx.of(organizations).delete([id])
}

/** The organization as the caller of a changing operation finds it, with one more of something. */
export const counting = (
  tx: Tx,
  org: OrganizationRecord,
  what: 'accounts' | 'units',
  by: 1 | -1,
): Promise<OrganizationRecord> =>
  current(tx, org).then(() =>
    tx.of(organizations).update([org.id], (old) => ({ ...old, [what]: old[what] + by })),
  )
