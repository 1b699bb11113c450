import type { Readable } from '../../kernel/store.ts'
import { accounts, type Member } from './account-records.ts'
import { accountArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { storePage } from './listing.ts'
import { pathOf, unitsAbove } from './nodes.ts'
import type { OrganizationRecord } from './organization-records.ts'
import { type About, admitted, anywhere, current, memberOf, noAccount, within } from './places.ts'
import { aboutParent, noParent, parentOf } from './units.ts'

/** The older, coarser word for an account's state. */
const statusOf = ({ state }: Member) => {
  if (state === 'PENDING_CLOSURE') return 'PENDING_CLOSURE' as const
  return state === 'CLOSED' || state === 'SUSPENDED' ? ('SUSPENDED' as const) : ('ACTIVE' as const)
}

/** What every answer about an account says. */
export const memberShape = (org: OrganizationRecord, account: Member) => ({
  Id: account.id,
  Arn: accountArn(org, account.id),
  Email: account.email,
  Name: account.name,
  Status: statusOf(account),
  State: account.state,
  JoinedMethod: account.joinedMethod,
  JoinedTimestamp: account.joinedAt,
})

export async function accountShape(store: Readable, org: OrganizationRecord, account: Member) {
  const above = await unitsAbove(store, org, account.parentId)
  return {
    ...memberShape(org, account),
    Paths: [pathOf(org, [...above.map(({ id }) => id), account.id])],
  }
}

/** A call about an account of the organization. */
export async function aboutAccount(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<About<Member | undefined>> {
  const account = await store.of(accounts).get([id])
  const member = account?.organizationId === org.id ? (account as Member) : undefined
  return { resource: accountArn(org, id), it: member, tags: member?.tags }
}

export const DescribeAccount = operation('DescribeAccount', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [
        await aboutAccount(read.store, org, input.AccountId),
      ]),
  },
  async handle(_, ctx, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noAccount()
    return { Account: await accountShape(ctx.store, org, it) }
  },
})

export const ListAccounts = operation('ListAccounts', {
  access: { kind: 'iam', targets: (_, read) => within('readable', read, () => anywhere()) },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const { items, ...more } = await storePage(
      (options) => ctx.store.of(accounts).find('organization', [org.id], options),
      input,
      ctx,
      `${org.id}/accounts`,
    )
    return { Accounts: await shapes(ctx.store, org, items as readonly Member[]), ...more }
  },
})

const shapes = (store: Readable, org: OrganizationRecord, members: readonly Member[]) =>
  Promise.all(members.map((member) => accountShape(store, org, member)))

export const ListAccountsForParent = operation('ListAccountsForParent', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [await aboutParent(read.store, org, input.ParentId)]),
  },
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noParent()
    const { items, ...more } = await storePage(
      (options) => ctx.store.of(accounts).find('parent', [org.id, input.ParentId], options),
      input,
      ctx,
      `${org.id}/accounts/${input.ParentId}`,
    )
    return { Accounts: await shapes(ctx.store, org, items as readonly Member[]), ...more }
  },
})

export const MoveAccount = operation('MoveAccount', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, async (org) => [
        await aboutAccount(read.store, org, input.AccountId),
        await aboutParent(read.store, org, input.SourceParentId),
        await aboutParent(read.store, org, input.DestinationParentId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org: seen } = admitted(target)
    const { AccountId, SourceParentId, DestinationParentId } = input
    await ctx.store.transaction(async (tx) => {
      const org = await current(tx, seen)
      const account = await memberOf(tx, org, AccountId)
      if ((await parentOf(tx, org, SourceParentId)) === undefined) throw noSource()
      if ((await parentOf(tx, org, DestinationParentId)) === undefined)
        throw fail(
          'DestinationParentNotFoundException',
          "You specified a destination parent that doesn't exist.",
        )
      if (account.parentId !== SourceParentId) throw noSource()
      if (SourceParentId === DestinationParentId)
        throw fail(
          'DuplicateAccountException',
          'That account is already present in the specified destination.',
        )
      await tx
        .of(accounts)
        .update([AccountId], (old) => ({ ...old, parentId: DestinationParentId }))
    })
    return {}
  },
})

const noSource = (): Error =>
  fail('SourceParentNotFoundException', "You specified a source parent that doesn't exist.")
