import type { CallContext } from '../../kernel/context.ts'
import type { Job, Transaction } from '../../kernel/store.ts'
import { accounts, type Member, outside } from './account-records.ts'
import { aboutAccount } from './accounts.ts'
import { fail, operation, violates } from './contract.ts'
import { askNoMore } from './handshake-records.ts'
import { everything } from './listing.ts'
import type { OrganizationRecord } from './organization-records.ts'
import { counting } from './organizations.ts'
import { admitted, anywhere, current, memberOf, within } from './places.ts'

const day = 86_400_000
/** Created accounts stay at least this long. */
const waitingPeriod = 4 * day
/** How long a closed account can still be brought back, and counts as a member. */
const postClosure = 90 * day
const closingAtOnce = 3

export const masterStays = (): Error =>
  fail(
    'MasterCannotLeaveOrganizationException',
    "You can't remove a management account from an organization. You must first delete the organization.",
  )

/** Takes the account out of its organization, where nothing holds it. */
export async function leave(
  tx: Transaction,
  org: OrganizationRecord,
  account: Member,
  now: Date,
): Promise<void> {
  if (account.id === org.managementAccount) throw masterStays()
  if (Object.keys(account.delegated).length > 0)
    throw violates(
      'CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG',
      'You attempted to remove an account that is registered as a delegated administrator. You must first deregister this account.',
    )
  const age = now.getTime() - (account.createdAt?.getTime() ?? 0)
  if (account.joinedMethod === 'CREATED' && age < waitingPeriod)
    throw violates(
      'WAIT_PERIOD_ACTIVE',
      'After you create an account, you must wait until at least four days after the account was created before it can leave the organization.',
    )
  await askNoMore(tx, org.id, account.id, now)
  await tx.of(accounts).update([account.id], outside)
  await counting(tx, org, 'accounts', -1)
}

export const RemoveAccountFromOrganization = operation('RemoveAccountFromOrganization', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, async (org) => [
        await aboutAccount(read.store, org, input.AccountId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    await ctx.store.transaction(async (tx) =>
      leave(tx, org, await memberOf(tx, org, input.AccountId), ctx.now()),
    )
    return {}
  },
})

export const LeaveOrganization = operation('LeaveOrganization', {
  access: { kind: 'iam', targets: (_, read) => within('member', read, () => anywhere()) },
  async handle(_, ctx, [target]) {
    const { org, member } = admitted(target)
    await ctx.store.transaction(async (tx) =>
      leave(tx, org, await memberOf(tx, org, member.id), ctx.now()),
    )
    return {}
  },
})

export const CloseAccount = operation('CloseAccount', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, async (org) => [
        await aboutAccount(read.store, org, input.AccountId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    await ctx.store.transaction((tx) => close(tx, org, input.AccountId, ctx.now()))
    return {}
  },
})

async function close(
  tx: Transaction,
  seen: OrganizationRecord,
  id: string,
  now: Date,
): Promise<void> {
  const org = await current(tx, seen)
  if (org.featureSet !== 'ALL')
    throw violates(
      'ORGANIZATION_NOT_IN_ALL_FEATURES_MODE',
      'You attempted to perform an operation that requires the organization to be configured to support all features.',
    )
  const account = await memberOf(tx, org, id)
  if (id === org.managementAccount)
    throw violates('CANNOT_CLOSE_MANAGEMENT_ACCOUNT', 'You cannot close the management account.')
  if (account.state === 'CLOSED')
    throw fail(
      'AccountAlreadyClosedException',
      'You attempted to close an account that is already closed.',
    )
  if (account.state !== 'ACTIVE' && account.state !== 'SUSPENDED')
    throw fail('ConflictException', 'The account is being created or closed.')
  const members = await everything((o) => tx.of(accounts).find('organization', [org.id], o))
  checkQuotas(members, now)
  await tx.of(accounts).update([id], (old) => ({ ...old, state: 'PENDING_CLOSURE', closedAt: now }))
  tx.schedule({
    type: 'organizations.FinishClosing',
    key: id,
    dueAt: now.getTime(),
    detail: { account: id },
  })
}

/** A tenth of the members, at least ten and at most a thousand, in thirty days. */
function checkQuotas(
  members: readonly { state: string; closedAt?: Date | undefined }[],
  now: Date,
) {
  if (members.filter(({ state }) => state === 'PENDING_CLOSURE').length >= closingAtOnce)
    throw violates(
      'CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED',
      'You attempted to exceed the number of accounts that you can close at a time.',
    )
  const lately = members.filter(
    ({ closedAt }) => closedAt !== undefined && now.getTime() - closedAt.getTime() < 30 * day,
  )
  if (lately.length >= Math.min(1_000, Math.max(10, Math.floor((members.length - 1) / 10))))
    throw violates(
      'CLOSE_ACCOUNT_QUOTA_EXCEEDED',
      'You have exceeded close account quota for the past 30 days.',
    )
}

/** The account is closed; after ninety days it is gone from its organization. */
export async function finishClosing({ detail }: Job, ctx: CallContext): Promise<void> {
  const id = String(detail.account)
  await ctx.store.transaction(async (tx) => {
    const account = await tx.of(accounts).get([id])
    if (account?.state !== 'PENDING_CLOSURE' || account.closedAt === undefined) return
    await tx.of(accounts).update([id], (old) => ({ ...old, state: 'CLOSED' }))
    tx.schedule({
      type: 'organizations.ForgetAccount',
      key: id,
      dueAt: account.closedAt.getTime() + postClosure,
      detail: { account: id },
    })
  })
}

export async function forgetAccount({ detail }: Job, ctx: CallContext): Promise<void> {
  const id = String(detail.account)
  await ctx.store.transaction(async (tx) => {
    const account = await tx.of(accounts).get([id])
    if (account?.state !== 'CLOSED' || account.organizationId === undefined) return
    const org = await current(tx, { id: account.organizationId })
    await tx.of(accounts).update([id], outside)
    await counting(tx, org, 'accounts', -1)
  })
}
