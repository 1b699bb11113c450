import { type ActionCatalogue, actionCatalogue } from '../../access/actions.ts'
import type { Principal } from '../../kernel/authorization.ts'
import type { CallContext } from '../../kernel/context.ts'
import {
  type AccessJobRecord,
  accessJobs,
  type LastTry,
  type ReachableService,
} from './access-job-records.ts'
import type { AllowedActions } from './allowed-services.ts'
import { fail } from './contract.ts'
import { all } from './listing.ts'

const day = 86_400_000
/** AWS looks back 400 days. */
const period = 400 * day
/** How long a report can be read. */
const kept = day

/** Who may read a report: whoever asked for it, as a user or in any session of the same role. */
export function askerId(principal: Principal): string {
  if (principal.kind === 'role') return principal.roleId
  if (principal.kind === 'federated-user') return principal.issuerId
  return principal.userId
}

/** Stores a report, and forgets those that nobody may read any more. */
export async function keepJob(job: AccessJobRecord, ctx: CallContext): Promise<string> {
  const now = ctx.now().getTime()
  return ctx.store.transaction(async (tx) => {
    for (const { id, createdAt } of await all(tx, accessJobs))
      if (now - createdAt.getTime() >= kept) await tx.of(accessJobs).delete([id])
    await tx.of(accessJobs).create(job)
    return job.id
  })
}

type OfKind<K> = Extract<AccessJobRecord, { readonly kind: K }>

/** The caller's own report of this kind. */
export async function ownJob<K extends AccessJobRecord['kind']>(
  id: string,
  kind: K,
  ctx: CallContext,
): Promise<OfKind<K>> {
  const job = await ctx.store.of(accessJobs).get([id])
  const readable =
    job !== undefined &&
    job.kind === kind &&
    job.by === askerId(ctx.caller.principal) &&
    ctx.now().getTime() - job.createdAt.getTime() < kept
  if (!readable) throw fail('NoSuchEntityException', `The job with id ${id} cannot be found.`)
  return job as OfKind<K>
}

/** What a principal last tried, by service and by action. */
export async function lastTries(account: string, principalId: string, ctx: CallContext) {
  const services: Record<string, LastTry> = {}
  const actions: Record<string, LastTry> = {}
  const since = ctx.now().getTime() - period
  for (const use of await ctx.ports.activity.actions(account, principalId)) {
    if (use.time < since) continue
    const { time, region, service } = use
    const action = `${service}:${use.action}`
    if (!((services[service]?.time ?? 0) > time)) services[service] = { time, region }
    if (!((actions[action]?.time ?? 0) > time)) actions[action] = { time, region }
  }
  return { services, actions }
}

/** Services in the order of their namespaces; with their actions in reports that tell them. */
export async function reachable(
  allowed: AllowedActions,
  withActions: boolean,
): Promise<ReachableService[]> {
  const catalogue: ActionCatalogue = await actionCatalogue()
  return [...allowed.keys()].sort().map((namespace) => ({
    namespace,
    title: catalogue.titleOf(namespace) ?? namespace,
    ...(withActions &&
      // Uses are known of services that are described in full; nothing is told of others.
      catalogue.isDetailed(namespace) && { actions: [...allowed.get(namespace)!].sort() }),
  }))
}
