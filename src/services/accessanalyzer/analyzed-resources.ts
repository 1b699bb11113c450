import { analyzedResources } from './analyzed-resource-records.ts'
import { type AnalyzerRecord, found, purpose } from './analyzer-records.ts'
import { operation } from './contract.ts'
import { scanResources } from './external-scan.ts'
import { externalOf, findings } from './finding-records.ts'
import { onAnalyzer } from './findings.ts'
import { everything, listPage } from './listing.ts'
import { invalid, noSuch } from './refusals.ts'
import { refresh } from './scans.ts'
import { zoneOf } from './zones.ts'

function onlyExternal(analyzer: AnalyzerRecord): AnalyzerRecord {
  if (purpose(analyzer) !== 'external')
    throw invalid('This operation is supported for external access analyzers only.', 'analyzerArn')
  return analyzer
}

export const ListAnalyzedResources = operation('ListAnalyzedResources', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = onlyExternal(found(target))
    await refresh(analyzer, ctx)
    const all = await everything((o) =>
      ctx.store.of(analyzedResources).list({ ...o, prefix: [analyzer.id] }),
    )
    const { items, ...more } = await listPage(
      all.filter(({ type }) => input.resourceType === undefined || type === input.resourceType),
      ({ arn }) => arn,
      input,
      ctx,
      `resources/${analyzer.id}/${input.resourceType ?? ''}`,
    )
    return {
      analyzedResources: items.map(({ arn, account, type }) => ({
        resourceArn: arn,
        resourceOwnerAccount: account,
        resourceType: type,
      })),
      ...more,
    }
  },
})

export const GetAnalyzedResource = operation('GetAnalyzedResource', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = onlyExternal(found(target))
    await refresh(analyzer, ctx)
    const key = `${analyzer.id} ${input.resourceArn}`
    const record = await ctx.store.of(analyzedResources).findOne('arn', key)
    if (record === undefined) throw noSuch('AnalyzedResource', input.resourceArn)
    const all = await everything((o) => ctx.store.of(findings).find('resource', key, o))
    const open = all.filter(({ status }) => status !== 'RESOLVED')
    const newest = all.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())
    const shown = open.find(({ status }) => status === 'ACTIVE') ?? open[0] ?? newest[0]
    return {
      resource: {
        resourceArn: record.arn,
        resourceType: record.type,
        resourceOwnerAccount: record.account,
        createdAt: shown?.createdAt ?? record.createdAt,
        analyzedAt: record.analyzedAt,
        updatedAt: shown?.updatedAt ?? record.updatedAt,
        isPublic: open.some((one) => externalOf(one)?.isPublic ?? false),
        actions: [...new Set(open.flatMap((one) => externalOf(one)?.action ?? []))],
        ...(shown !== undefined && { status: shown.status }),
      },
    }
  },
})

/** Looks at the policy of a resource at once, whether it has changed or not. */
export const StartResourceScan = operation('StartResourceScan', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = onlyExternal(found(target))
    const zone = await zoneOf(analyzer, ctx)
    if (zone === undefined) throw invalid('The analyzer is not active.', 'analyzerArn')
    const { resourceArn } = input
    await refresh(analyzer, ctx)
    await scanResources(analyzer, zone, ctx, resourceArn)
    const key = `${analyzer.id} ${resourceArn}`
    if ((await ctx.store.of(analyzedResources).findOne('arn', key)) === undefined)
      throw noSuch('AnalyzedResource', resourceArn)
    return {}
  },
})
