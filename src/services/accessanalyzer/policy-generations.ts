import { actionCatalogue } from '../../access/actions.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { InventoriedPrincipal } from '../../kernel/inventory.ts'
import { passedRole } from '../../kernel/pass-role.ts'
import type { Job } from '../../kernel/store.ts'
import { operation } from './contract.ts'
import { generatedPolicies } from './generated-policies.ts'
import { descending, everything, listPage } from './listing.ts'
import {
  type PolicyGenerationRecord,
  policyGenerations,
  type UsedAction,
} from './policy-generation-records.ts'
import { invalid, tooMany } from './refusals.ts'
import { servicePrincipal } from './zones.ts'

const day = 86_400_000
/** As far back as events are looked at, and as far as one generation reaches. */
const ninetyDays = 90 * day
const mostPerDay = 50

const nowhere = { resource: '*', record: undefined }

async function principalOf(
  arn: string,
  ctx: Pick<CallContext, 'inventory' | 'account'>,
): Promise<InventoriedPrincipal | undefined> {
  if (parseArn(arn)?.account !== ctx.account) return undefined
  for await (const principal of ctx.inventory.principals(ctx.account))
    if (principal.arn === arn) return principal
  return undefined
}

export const StartPolicyGeneration = operation('StartPolicyGeneration', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const { accessRole } = input.cloudTrailDetails ?? {}
      if (accessRole === undefined) return [nowhere]
      return [nowhere, await passedRole(accessRole, servicePrincipal, read)]
    },
  },
  async handle(input, ctx) {
    const { cloudTrailDetails: trail, clientToken } = input
    const { principalArn } = input.policyGenerationDetails
    const now = ctx.now()
    const to = trail?.endTime?.getTime() ?? now.getTime()
    const from = trail?.startTime.getTime() ?? to - ninetyDays
    if (from > to) throw invalid('The startTime must be before the endTime.', 'startTime')
    if (from > now.getTime()) throw invalid('The startTime must be in the past.', 'startTime')
    if (to - from > ninetyDays)
      throw invalid('The time range cannot be longer than 90 days.', 'startTime')
    if (trail !== undefined && trail.trails.length !== 1)
      throw invalid('Exactly one trail must be given.', 'trails')
    for (const { regions, allRegions } of trail?.trails ?? [])
      if (allRegions && regions !== undefined && regions.length > 0)
        throw invalid('Either regions or allRegions can be given.', 'trails')
    const principal = await principalOf(principalArn, ctx)
    if (principal === undefined)
      throw invalid('The principal does not exist in this account.', 'principalArn')
    const record: PolicyGenerationRecord = {
      id: ctx.random.uuid(),
      principalArn,
      principalId: principal.id,
      status: 'IN_PROGRESS',
      startedOn: now,
      from,
      to,
      trails: trail?.trails.map(({ cloudTrailArn, regions, allRegions }) => ({
        cloudTrailArn,
        allRegions: allRegions ?? false,
        ...(regions !== undefined && { regions: [...regions] }),
      })),
      accessRole: trail?.accessRole,
      clientToken,
    }
    return ctx.store.transaction(async (tx) => {
      const all = await everything((o) => tx.of(policyGenerations).list(o))
      const old = all.find(
        (one) => one.clientToken !== undefined && one.clientToken === clientToken,
      )
      if (old !== undefined) return { jobId: old.id }
      if (all.some(({ status }) => status === 'IN_PROGRESS'))
        throw tooMany('PolicyGeneration', record.id, 'Another policy generation is in progress.')
      const today = all.filter(({ startedOn }) => now.getTime() - startedOn.getTime() < day)
      if (today.length >= mostPerDay)
        throw tooMany(
          'PolicyGeneration',
          record.id,
          `At most ${mostPerDay} policies can be generated in a day.`,
        )
      await tx.of(policyGenerations).create(record)
      const { id } = record
      const job = { key: id, detail: { id } }
      tx.schedule({ ...job, type: 'accessanalyzer.GeneratePolicy', dueAt: now.getTime() })
      const dueAt = now.getTime() + ninetyDays
      tx.schedule({ ...job, type: 'accessanalyzer.ForgetGeneration', dueAt })
      return { jobId: id }
    })
  },
})

/** Writes how a generation has ended, unless it was cancelled meanwhile. */
const finish = (id: string, ctx: CallContext, end: Partial<PolicyGenerationRecord>) =>
  ctx.store.transaction(async (tx) => {
    const record = await tx.of(policyGenerations).get([id])
    if (record?.status !== 'IN_PROGRESS') return
    await tx.of(policyGenerations).put({ ...record, ...end, completedOn: ctx.now() })
  })

/** Reads what the principal did, and keeps what a policy for it needs. */
export async function generatePolicy(job: Job, ctx: CallContext): Promise<void> {
  const { id } = job.detail as { readonly id: string }
  const record = await ctx.store.of(policyGenerations).get([id])
  if (record?.status !== 'IN_PROGRESS') return
  const { accessRole } = record
  if (accessRole !== undefined && !(await canBeAssumed(accessRole, ctx))) {
    const message = `The role ${accessRole} cannot be assumed by ${servicePrincipal}.`
    await finish(id, ctx, { status: 'FAILED', error: { code: 'AUTHORIZATION_ERROR', message } })
    return
  }
  const used = await usedBy(record, ctx)
  const uses = await ctx.ports.activity.actions(ctx.account, record.principalId)
  const inTime = uses.filter(({ time }) => time >= record.from && time <= record.to)
  const services = [
    ...new Set([...inTime.map(({ service }) => service), ...used.map(serviceOf)]),
  ].sort()
  await finish(id, ctx, { status: 'SUCCEEDED', used, services })
}

const serviceOf = ({ action }: UsedAction): string => action.split(':', 1)[0]!

/** The role proves that it trusts this service by letting itself be assumed. */
async function canBeAssumed(role: string, ctx: CallContext): Promise<boolean> {
  try {
    await ctx.call('sts', 'GetCallerIdentity', {}, { as: { role, sessionName: 'access-analyzer' } })
    return true
  } catch (error) {
    ctx.log.info('a role for policy generation could not be assumed', { cause: String(error) })
    return false
  }
}

/** A generation that looks at one Region only counts what happened there. */
const regionsOf = ({ trails }: PolicyGenerationRecord): readonly string[] | undefined => {
  const [trail] = trails ?? []
  return trail === undefined || trail.allRegions ? undefined : trail.regions
}

async function usedBy(record: PolicyGenerationRecord, ctx: CallContext): Promise<UsedAction[]> {
  const { principalId, from, to } = record
  const regions = regionsOf(record)
  const used = new Map<string, Set<string>>()
  const past = ctx.ports.events.decisions({ account: ctx.account, principalId, from, to })
  for await (const { action, resource, allowed, region } of past) {
    if (!allowed || (regions !== undefined && !regions.includes(region))) continue
    const resources = used.get(action)
    if (resources === undefined) used.set(action, new Set([resource]))
    else resources.add(resource)
  }
  return [...used].map(([action, resources]) => ({ action, resources: [...resources].sort() }))
}

export async function forgetGeneration(job: Job, ctx: CallContext): Promise<void> {
  const { id } = job.detail as { readonly id: string }
  await ctx.store.transaction((tx) => tx.of(policyGenerations).delete([id]))
}

const anywhere = { kind: 'iam' as const, targets: () => [nowhere] as const }

const noJob = (): Error => invalid('There is no policy generation with this jobId.', 'jobId')

async function generation(id: string, ctx: CallContext): Promise<PolicyGenerationRecord> {
  const record = await ctx.store.of(policyGenerations).get([id])
  if (record === undefined) throw noJob()
  return record
}

export const GetGeneratedPolicy = operation('GetGeneratedPolicy', {
  access: anywhere,
  async handle(input, ctx) {
    const record = await generation(input.jobId, ctx)
    const { id, status, startedOn, completedOn, error, principalArn, trails } = record
    const policies =
      record.used === undefined
        ? []
        : generatedPolicies(record.used, record.services ?? [], await actionCatalogue(), {
            placeholders: input.includeResourcePlaceholders ?? false,
            serviceTemplate: input.includeServiceLevelTemplate ?? false,
          })
    return {
      jobDetails: {
        jobId: id,
        status,
        startedOn,
        ...(completedOn !== undefined && { completedOn }),
        ...(error !== undefined && { jobError: error }),
      },
      generatedPolicyResult: {
        properties: {
          isComplete: isComplete(record),
          principalArn,
          ...(trails !== undefined && {
            cloudTrailProperties: {
              trailProperties: trails,
              startTime: new Date(record.from),
              endTime: new Date(record.to),
            },
          }),
        },
        generatedPolicies: policies.map((policy) => ({ policy })),
      },
    }
  },
})

/** Whether every service that was used has its actions in the policy. */
function isComplete({ used, services }: PolicyGenerationRecord): boolean {
  if (used === undefined) return false
  const known = new Set(used.map(serviceOf))
  return (services ?? []).every((service) => known.has(service))
}

export const ListPolicyGenerations = operation('ListPolicyGenerations', {
  access: anywhere,
  async handle(input, ctx) {
    const all = await everything((o) => ctx.store.of(policyGenerations).list(o))
    const wanted = input.principalArn
    const { items, ...more } = await listPage(
      all.filter(({ principalArn }) => wanted === undefined || principalArn === wanted),
      ({ id, startedOn }) => `${descending(startedOn.toISOString())} ${id}`,
      input,
      ctx,
      `generations/${wanted ?? ''}`,
    )
    return {
      policyGenerations: items.map(({ id, principalArn, status, startedOn, completedOn }) => ({
        jobId: id,
        principalArn,
        status,
        startedOn,
        ...(completedOn !== undefined && { completedOn }),
      })),
      ...more,
    }
  },
})

export const CancelPolicyGeneration = operation('CancelPolicyGeneration', {
  access: anywhere,
  async handle(input, ctx) {
    await ctx.store.transaction(async (tx) => {
      const record = await tx.of(policyGenerations).get([input.jobId])
      if (record === undefined) throw noJob()
      // What has ended cannot be cancelled any more, and need not.
      if (record.status !== 'IN_PROGRESS') return
      const end = { status: 'CANCELED' as const, completedOn: ctx.now() }
      await tx.of(policyGenerations).put({ ...record, ...end })
      tx.unschedule('accessanalyzer.GeneratePolicy', record.id)
    })
    return {}
  },
})
