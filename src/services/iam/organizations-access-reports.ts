import type { CallContext } from '../../kernel/context.ts'
import type { Membership } from '../../kernel/guardrails.ts'
import type { AccessJobRecord, LastTry, ReportedAccount } from './access-job-records.ts'
import { askerId, keepJob, lastTries, ownJob, reachable } from './access-jobs.ts'
import { type AllowedActions, allowedActions, allowedByAll } from './allowed-services.ts'
import { fail, operation } from './contract.ts'
import { paged } from './listing.ts'

interface Member {
  readonly account: string
  readonly membership: Membership
  /** `o-x/r-x/ou-x/111122223333/`. */
  readonly path: string
}

const closed = (path: string): string => (path.endsWith('/') ? path : `${path}/`)

/** The accounts that stand at or below the path. */
async function membersUnder(
  organizationId: string,
  path: string,
  ctx: CallContext,
): Promise<Member[]> {
  const members: Member[] = []
  for (const account of await ctx.guardrails.accounts(organizationId)) {
    const membership = await ctx.guardrails.membership(account)
    if (membership === undefined) continue
    const own = `${membership.path}${account}/`
    if (own.startsWith(path)) members.push({ account, membership, path: own })
  }
  return members
}

/** What everybody in an account last tried. */
async function triesOf(account: string, ctx: CallContext): Promise<Record<string, LastTry>> {
  const merged: Record<string, LastTry> = {}
  const add = async (id: string) => {
    const { services } = await lastTries(account, id, ctx)
    for (const [service, at] of Object.entries(services))
      if (!((merged[service]?.time ?? 0) > at.time)) merged[service] = at
  }
  await add(account)
  for await (const principal of ctx.inventory.principals(account)) await add(principal.id)
  return merged
}

type Documents = readonly (readonly string[])[]

/** Policies of every level down to the entity; undefined where no policy limits anything. */
function levelsOf(path: string, members: readonly Member[]): Documents | undefined {
  const limited = members.find(({ membership }) => membership.serviceControl !== undefined)
  const depth = path.split('/').length - 2
  return limited?.membership.serviceControl
    ?.slice(0, depth)
    .map((level) => level.map(({ document }) => document))
}

const idOf = (policyArn: string): string => policyArn.slice(policyArn.lastIndexOf('/') + 1)

interface Found {
  readonly allowed: AllowedActions
  readonly members: readonly Member[]
}

/** Services and accounts of a report; undefined when there is no such entity or policy. */
async function find(
  path: string,
  policyId: string | undefined,
  { organizationId }: Membership,
  ctx: CallContext,
): Promise<Found | undefined> {
  if (!path.startsWith(`${organizationId}/`)) return undefined
  const members = await membersUnder(organizationId, path, ctx)
  if (members.length === 0) return undefined
  if (policyId === undefined)
    return { allowed: await allowedByAll(levelsOf(path, members) ?? []), members }
  const policiesOf = ({ membership }: Member) => membership.serviceControl?.flat() ?? []
  const bound = members.filter((member) =>
    policiesOf(member).some(({ id }) => idOf(id) === policyId),
  )
  const policy = bound.flatMap(policiesOf).find(({ id }) => idOf(id) === policyId)
  return policy && { allowed: await allowedActions([policy.document]), members: bound }
}

export const GenerateOrganizationsAccessReport = operation('GenerateOrganizationsAccessReport', {
  access: {
    kind: 'iam',
    targets: (input, read) => [
      {
        resource: `arn:aws:iam::${read.account}:access-report/${input.EntityPath}`,
        context: { 'iam:OrganizationsPolicyId': input.OrganizationsPolicyId },
        record: undefined,
      },
    ],
  },
  async handle(input, ctx) {
    const own = await ctx.guardrails.membership(ctx.account)
    if (own === undefined || own.managementAccount !== ctx.account)
      throw fail(
        'AccessDenied',
        'Only the management account of an organization can generate this report.',
      )
    const found = await find(closed(input.EntityPath), input.OrganizationsPolicyId, own, ctx)
    const accounts: ReportedAccount[] = []
    for (const { account, path } of found?.members ?? [])
      accounts.push({ path, services: await triesOf(account, ctx) })
    const job: AccessJobRecord = {
      kind: 'organization',
      id: ctx.random.uuid(),
      by: askerId(ctx.caller.principal),
      createdAt: ctx.now(),
      services: found === undefined ? [] : await reachable(found.allowed, false),
      accounts,
      failure:
        found === undefined
          ? {
              Code: 'InvalidInput',
              Message: 'The entity or policy is not in the organization, or has no accounts.',
            }
          : undefined,
    }
    return { JobId: await keepJob(job, ctx) }
  },
})

export const GetOrganizationsAccessReport = operation('GetOrganizationsAccessReport', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const job = await ownJob(input.JobId, 'organization', ctx)
    const dates = { JobCreationDate: job.createdAt, JobCompletionDate: job.createdAt }
    if (job.failure !== undefined)
      return { JobStatus: 'FAILED' as const, ...dates, ErrorDetails: job.failure }
    const rows = job.services.map(({ namespace, title }) => {
      const used = job.accounts
        .filter(({ services }) => services[namespace] !== undefined)
        .toSorted((a, b) => b.services[namespace]!.time - a.services[namespace]!.time)
      const last = used[0]
      const at = last?.services[namespace]
      return {
        time: at?.time ?? 0,
        namespace,
        shape: {
          ServiceName: title,
          ServiceNamespace: namespace,
          ...(last !== undefined &&
            at !== undefined && {
              Region: at.region,
              EntityPath: last.path,
              LastAuthenticatedTime: new Date(Math.floor(at.time / 1_000) * 1_000),
            }),
          TotalAuthenticatedEntities: used.length,
        },
      }
    })
    const byTime = input.SortKey?.startsWith('LAST_') === true
    const turned = input.SortKey?.endsWith('_DESCENDING') === true
    const sorted = rows.toSorted(
      (a, b) => (byTime ? a.time - b.time : a.namespace < b.namespace ? -1 : 1) * (turned ? -1 : 1),
    )
    const places = new Map(sorted.map((row, place) => [row, String(place).padStart(6, '0')]))
    const list = `organizations-access/${job.id}/${input.SortKey ?? ''}`
    const { items, ...more } = await paged(sorted, (row) => places.get(row)!, input, ctx, list)
    return {
      JobStatus: 'COMPLETED' as const,
      ...dates,
      NumberOfServicesAccessible: rows.length,
      NumberOfServicesNotAccessed: rows.filter(({ time }) => time === 0).length,
      AccessDetails: items.map(({ shape }) => shape),
      ...more,
    }
  },
})
