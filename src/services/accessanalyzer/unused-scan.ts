import type { FindingDetails, FindingType, UnusedAction } from '@aws-sdk/client-accessanalyzer'
import { type ActionCatalogue, actionCatalogue } from '../../access/actions.ts'
import type { InventoriedPrincipal } from '../../kernel/inventory.ts'
import type { ActionUse } from '../../kernel/ports.ts'
import { usualAge } from './analyzer-configuration.ts'
import type { AnalyzerRecord } from './analyzer-records.ts'
import type { Observation } from './finding-records.ts'
import { grantedBy, isTracked } from './granted-actions.ts'
import type { Scanning } from './reconciliation.ts'
import type { Zone } from './zones.ts'

const day = 86_400_000

/** Milliseconds since 1970; what was used before then counts as unused. */
export function unusedBefore(
  { configuration }: AnalyzerRecord,
  ctx: Pick<Scanning, 'now'>,
): number {
  return ctx.now().getTime() - (configuration?.unusedAccess?.unusedAccessAge ?? usualAge) * day
}

/** Roles, keys, passwords and permissions of a zone that nobody has used for long. */
export async function observeUnused(
  analyzer: AnalyzerRecord,
  zone: Zone,
  ctx: Scanning,
): Promise<Observation[]> {
  const catalogue = await actionCatalogue()
  const before = unusedBefore(analyzer, ctx)
  const seen: Observation[] = []
  for (const account of zone.accounts)
    for await (const principal of ctx.inventory.principals(account)) {
      if (principal.serviceLinked || isExcluded(principal, account, analyzer)) continue
      seen.push(...(await observe(principal, { account, before, catalogue, ctx })))
    }
  return seen
}

function isExcluded(
  { tags }: InventoriedPrincipal,
  account: string,
  { configuration }: AnalyzerRecord,
): boolean {
  const exclusions = configuration?.unusedAccess?.analysisRule?.exclusions ?? []
  return exclusions.some(
    ({ accountIds, resourceTags }) =>
      accountIds?.includes(account) ||
      resourceTags?.some((wanted) =>
        Object.entries(wanted).every(([key, value]) => tags[key] === value),
      ),
  )
}

interface Looking {
  readonly account: string
  readonly before: number
  readonly catalogue: ActionCatalogue
  readonly ctx: Scanning
}

const when = (time: number | undefined): { lastAccessed?: Date } =>
  time === undefined ? {} : { lastAccessed: new Date(time) }

async function observe(principal: InventoriedPrincipal, looking: Looking): Promise<Observation[]> {
  const { account, before, catalogue, ctx } = looking
  const seen = (
    findingType: FindingType,
    of: string,
    details: readonly FindingDetails[],
  ): Observation => ({
    identity: `${findingType} ${of}`,
    findingType,
    resource: principal.arn,
    resourceType: principal.kind === 'role' ? 'AWS::IAM::Role' : 'AWS::IAM::User',
    resourceOwnerAccount: account,
    details,
  })
  const { activity } = ctx.ports
  const found: Observation[] = []
  for (const { id, active, createdAt } of principal.keys) {
    if (!active || createdAt.getTime() >= before) continue
    const use = await activity.key(account, id)
    if (use !== undefined && use.time >= before) continue
    const unusedIamUserAccessKeyDetails = { accessKeyId: id, ...when(use?.time) }
    found.push(seen('UnusedIAMUserAccessKey', id, [{ unusedIamUserAccessKeyDetails }]))
  }
  const { password } = principal
  if (password !== undefined && password.setAt.getTime() < before) {
    const last = password.lastUsed?.getTime()
    if (last === undefined || last < before)
      found.push(
        seen('UnusedIAMUserPassword', principal.id, [{ unusedIamUserPasswordDetails: when(last) }]),
      )
  }
  // Whoever is new has not had the time.
  if (principal.createdAt.getTime() >= before) return found
  const uses = await activity.actions(account, principal.id)
  const last = latest(uses)
  if (last !== undefined && last >= before) {
    const details = unusedPermissions(principal, uses, { before, catalogue })
    if (details.length > 0) found.push(seen('UnusedPermission', principal.id, details))
  } else if (principal.kind === 'role')
    found.push(seen('UnusedIAMRole', principal.id, [{ unusedIamRoleDetails: when(last) }]))
  return found
}

const latest = (uses: readonly ActionUse[]): number | undefined =>
  uses.length === 0 ? undefined : Math.max(...uses.map(({ time }) => time))

/** Services that are granted and were not used, and unused actions of those that were. */
function unusedPermissions(
  { layers }: InventoriedPrincipal,
  uses: readonly ActionUse[],
  { before, catalogue }: Pick<Looking, 'before' | 'catalogue'>,
): FindingDetails[] {
  const services = grantedBy(layers.identity, catalogue)
  const used = Map.groupBy(uses, ({ service }) => service.toLowerCase())
  const details: FindingDetails[] = []
  for (const serviceNamespace of [...services.keys()].sort()) {
    const mine = used.get(serviceNamespace.toLowerCase()) ?? []
    const last = latest(mine)
    if (last === undefined || last < before) {
      details.push({ unusedPermissionDetails: { serviceNamespace, ...when(last) } })
      continue
    }
    const times = new Map(mine.map(({ action, time }) => [action.toLowerCase(), time]))
    const actions: UnusedAction[] = []
    for (const name of services.get(serviceNamespace)!) {
      if (!isTracked(name)) continue
      const action = name.slice(name.indexOf(':') + 1)
      const time = times.get(action.toLowerCase())
      if (time === undefined || time < before) actions.push({ action, ...when(time) })
    }
    if (actions.length > 0)
      details.push({ unusedPermissionDetails: { serviceNamespace, actions, ...when(last) } })
  }
  return details
}
