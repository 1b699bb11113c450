import type { CallContext } from '../../kernel/context.ts'
import type { Fact, Transaction } from '../../kernel/store.ts'
import { type AccountRecord, accounts } from './account-records.ts'
import { accountArn } from './arns.ts'
import { fail, invalid, operation, violates } from './contract.ts'
import { type CreationRecord, creations } from './creation-records.ts'
import { newAccountId, newId } from './ids.ts'
import { everything, listPage } from './listing.ts'
import { accountQuota, type OrganizationRecord } from './organization-records.ts'
import { counting } from './organizations.ts'
import { type About, admitted, anywhere, current, tagged, within } from './places.ts'
import { newTags } from './tag-rules.ts'

const atOnce = 5
const usualRole = 'OrganizationAccountAccessRole'
const shownFor = 90 * 86_400_000

const creationShape = (creation: CreationRecord) => ({
  Id: creation.id,
  AccountName: creation.accountName,
  State: creation.state,
  RequestedTimestamp: creation.requestedAt,
  ...(creation.completedAt !== undefined && { CompletedTimestamp: creation.completedAt }),
  ...(creation.state === 'SUCCEEDED' && { AccountId: creation.accountId }),
  ...(creation.failure !== undefined && { FailureReason: creation.failure }),
})

/** Local part and domain of the characters that AWS takes. */
const address =
  /^[^\s"'()<>[\]:;,\\|%&.@][^\s"'()<>[\]:;,\\|%&@]*@[a-zA-Z0-9][a-zA-Z0-9.-]*\.[a-zA-Z0-9-]*[a-zA-Z0-9]$/

export const CreateAccount = operation('CreateAccount', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, (org) => {
        const [making, ...tagging] = tagged(anywhere()[0], input.Tags)
        const made = tagging.map(
          (about): About<undefined> => ({ ...about, resource: accountArn(org, '*') }),
        )
        return [making, ...made] as const
      }),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const tags = newTags(input.Tags)
    const roleName = input.RoleName ?? usualRole
    if (roleName.startsWith('AWSServiceRoleFor'))
      throw invalid(
        'INVALID_ROLE_NAME',
        "You provided a role name that isn't valid. A role name can't begin with the reserved prefix AWSServiceRoleFor.",
      )
    const wanted = { email: input.Email, name: input.AccountName, tags, roleName }
    const creation = await ctx.store.transaction((tx) => create(tx, org, wanted, ctx))
    return { CreateAccountStatus: creationShape(creation) }
  },
})

interface Wanted {
  readonly email: string
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly roleName: string
}

async function create(
  tx: Transaction,
  org: OrganizationRecord,
  { email, name, tags, roleName }: Wanted,
  ctx: CallContext,
): Promise<CreationRecord> {
  const now = ctx.now()
  const running = await tx.of(creations).find('state', [org.id, 'IN_PROGRESS'], { limit: atOnce })
  if (running.records.length >= atOnce)
    throw violates(
      'ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED',
      'You attempted to exceed the number of accounts that can be in progress at a time.',
    )
  const request = {
    organizationId: org.id,
    id: newId('car', ctx.random),
    accountName: name,
    requestedAt: now,
  }
  const failed = async (failure: NonNullable<CreationRecord['failure']>) => {
    const record = { ...request, state: 'FAILED' as const, completedAt: now, failure }
    await tx.of(creations).create(record)
    return record
  }
  // Addresses under .invalid stand for accounts that no organization has created.
  if (!address.test(email) || /\.invalid$/i.test(email)) return failed('INVALID_EMAIL')
  if ((await tx.of(accounts).findOne('email', email.toLowerCase())) !== undefined)
    return failed('EMAIL_ALREADY_EXISTS')
  if ((await current(tx, org)).accounts >= accountQuota) return failed('ACCOUNT_LIMIT_EXCEEDED')
  const account: AccountRecord = {
    id: await freeNumber(tx, ctx),
    email,
    name,
    state: 'PENDING_ACTIVATION',
    createdAt: now,
    organizationId: org.id,
    parentId: org.rootId,
    joinedMethod: 'CREATED',
    joinedAt: now,
    tags,
    attachments: {},
    delegated: {},
  }
  await counting(tx, org, 'accounts', 1)
  await tx.of(accounts).create(account)
  const record = { ...request, state: 'IN_PROGRESS' as const, accountId: account.id }
  await tx.of(creations).create(record)
  tx.emit({
    type: 'organizations.AccountCreated',
    account: account.id,
    detail: {
      account: account.id,
      roleName,
      managementAccount: org.managementAccount,
      organizationId: org.id,
      requestId: record.id,
      createdBy: ctx.caller.principal.arn,
    },
  })
  return record
}

async function freeNumber(tx: Transaction, ctx: CallContext): Promise<string> {
  for (;;) {
    const id = newAccountId(ctx.random)
    if ((await tx.of(accounts).get([id])) === undefined) return id
  }
}

/** The new account has its role: the creation is complete. */
export async function onAccessRoleCreated({ detail }: Fact, ctx: CallContext): Promise<void> {
  const [account, requestId, organizationId] = [
    detail.account,
    detail.requestId,
    detail.organizationId,
  ].map(String) as [string, string, string]
  const key = [organizationId, requestId]
  await ctx.store.transaction(async (tx) => {
    const creation = await tx.of(creations).get(key)
    if (creation?.state !== 'IN_PROGRESS' || creation.accountId !== account) return
    await tx
      .of(creations)
      .update(key, (old) => ({ ...old, state: 'SUCCEEDED', completedAt: ctx.now() }))
    await tx.of(accounts).update([account], (old) => ({
      ...old,
      state: old.state === 'PENDING_ACTIVATION' ? 'ACTIVE' : old.state,
    }))
  })
}

/**
 * GovCloud is another partition, which an installation does not have: the management account is
 * never paired with an account there, and AWS's answer to that is given.
 */
export const CreateGovCloudAccount = operation('CreateGovCloudAccount', {
  access: {
    kind: 'iam',
    targets: (input, read) => within('management', read, () => tagged(anywhere()[0], input.Tags)),
  },
  handle(input, _, [target]) {
    admitted(target)
    newTags(input.Tags)
    throw violates(
      'MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED',
      'To complete this operation, the management account must have an associated account in the AWS GovCloud (US-West) Region.',
    )
  },
})

export const DescribeCreateAccountStatus = operation('DescribeCreateAccountStatus', {
  access: { kind: 'iam', targets: (_, read) => within('readable', read, () => anywhere()) },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const creation = await ctx.store.of(creations).get([org.id, input.CreateAccountRequestId])
    if (creation === undefined || isForgotten(creation, ctx.now()))
      throw fail(
        'CreateAccountStatusNotFoundException',
        "You specified a create account request that doesn't exist.",
      )
    return { CreateAccountStatus: creationShape(creation) }
  },
})

const isForgotten = ({ completedAt }: CreationRecord, now: Date): boolean =>
  completedAt !== undefined && now.getTime() - completedAt.getTime() > shownFor

export const ListCreateAccountStatus = operation('ListCreateAccountStatus', {
  access: { kind: 'iam', targets: (_, read) => within('readable', read, () => anywhere()) },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const states = input.States ?? []
    const all = await everything((options) =>
      ctx.store.of(creations).list({ prefix: [org.id], ...options }),
    )
    const wanted = all.filter(
      (creation) =>
        !isForgotten(creation, ctx.now()) &&
        (states.length === 0 || states.includes(creation.state)),
    )
    const { items, ...more } = await listPage(
      wanted,
      ({ id }) => id,
      input,
      ctx,
      `${org.id}/creations/${states.join()}`,
    )
    return { CreateAccountStatuses: items.map(creationShape), ...more }
  },
})
