import { createHash } from 'node:crypto'
import type { ResourceType } from '@aws-sdk/client-accessanalyzer'
import type { Membership } from '../../kernel/guardrails.ts'
import type { PolicedResource } from '../../kernel/inventory.ts'
import { type AnalyzedResourceRecord, analyzedResources } from './analyzed-resource-records.ts'
import { type AnalyzerRecord, analyzers } from './analyzer-records.ts'
import { externalAccess } from './external-access.ts'
import type { Observation } from './finding-records.ts'
import { everything } from './listing.ts'
import { reconcile, type Scanning } from './reconciliation.ts'
import type { Zone } from './zones.ts'

/** So many resources are looked at between two writes. */
const chunk = 100
/** Everything is looked at again once a day, as AWS does. */
const day = 86_400_000

const hash = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64')

/**
 * What findings on resources of an account say about resource control policies.
 * @see https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ExternalAccessDetails.html
 */
export const restrictionOf = (
  membership: Membership | undefined,
): 'APPLICABLE' | 'NOT_APPLICABLE' =>
  membership?.resourceControl?.flat().some(({ id }) => !id.endsWith('/p-RCPFullAWSAccess'))
    ? 'APPLICABLE'
    : 'NOT_APPLICABLE'

interface Candidate {
  readonly resource: PolicedResource
  readonly restriction: 'APPLICABLE' | 'NOT_APPLICABLE'
  readonly digest: string
}

/** The resources of a zone of trust, each with what the result of looking at it depends on. */
export async function* candidates(zone: Zone, ctx: Scanning): AsyncGenerator<Candidate> {
  const trusted = [...zone.accounts, zone.organizationId ?? '']
  for (const account of zone.accounts) {
    const restriction = restrictionOf(await ctx.guardrails.membership(account))
    const surroundings = hash(restriction, ...trusted)
    for await (const resource of ctx.inventory.resources({ account, region: ctx.region }))
      yield { resource, restriction, digest: hash(surroundings, resource.policy) }
  }
}

/** Looks at the resources whose policies have changed, or at one whatever happened to it. */
export async function scanResources(
  analyzer: AnalyzerRecord,
  zone: Zone,
  ctx: Scanning,
  only?: string,
): Promise<void> {
  const now = ctx.now()
  const known = await everything((o) =>
    ctx.store.of(analyzedResources).list({ ...o, prefix: [analyzer.id] }),
  )
  const left = new Map(known.map((record) => [record.arn, record]))
  let found: Candidate[] = []
  for await (const candidate of candidates(zone, ctx)) {
    const { arn } = candidate.resource
    const before = left.get(arn)
    left.delete(arn)
    const stale =
      before?.digest !== candidate.digest || now.getTime() - before.analyzedAt.getTime() >= day
    if (only === undefined ? !stale : only !== arn) continue
    found.push(candidate)
    if (found.length < chunk) continue
    await look(analyzer, zone, found, ctx)
    found = []
  }
  if (found.length > 0) await look(analyzer, zone, found, ctx)
  if (left.size > 0 && only === undefined) await miss(analyzer, [...left.values()], ctx)
}

async function look(
  analyzer: AnalyzerRecord,
  zone: Zone,
  found: readonly Candidate[],
  ctx: Scanning,
): Promise<void> {
  const seen: Observation[] = []
  for (const { resource, restriction } of found)
    seen.push(...(await externalAccess(resource, zone, restriction)))
  await reconcile(analyzer, seen, new Set(found.map(({ resource }) => resource.arn)), ctx)
  const at = ctx.now()
  await ctx.store.transaction(async (tx) => {
    if ((await tx.of(analyzers).get([analyzer.id])) === undefined) return
    for (const { resource, digest } of found) {
      const { arn, account } = resource
      const key = `${analyzer.id} ${arn}`
      const before = await tx.of(analyzedResources).findOne('arn', key)
      await tx.of(analyzedResources).put({
        analyzerId: analyzer.id,
        id: before?.id ?? ctx.random.uuid(),
        arn,
        type: resource.type as ResourceType,
        account,
        digest,
        createdAt: before?.createdAt ?? at,
        analyzedAt: at,
        updatedAt: before?.digest === digest ? before.updatedAt : at,
      })
    }
    const lastResource = found.at(-1)!.resource.arn
    await tx
      .of(analyzers)
      .update([analyzer.id], (old) => ({ ...old, lastResource, lastResourceAt: at }))
  })
}

/** What is no longer there opens nothing. */
async function miss(
  analyzer: AnalyzerRecord,
  gone: readonly AnalyzedResourceRecord[],
  ctx: Scanning,
): Promise<void> {
  await reconcile(analyzer, [], new Set(gone.map(({ arn }) => arn)), ctx)
  for (let i = 0; i < gone.length; i += chunk)
    await ctx.store.transaction(async (tx) => {
      for (const { id } of gone.slice(i, i + chunk))
        await tx.of(analyzedResources).delete([analyzer.id, id])
    })
}
