import { actionCatalogue } from '../../access/actions.ts'
import type { CallContext } from '../../kernel/context.ts'
import { type AnalyzerRecord, current, found, purpose } from './analyzer-records.ts'
import { operation } from './contract.ts'
import type { FindingRecord } from './finding-records.ts'
import { findingOf, onAnalyzer } from './findings.ts'
import { isTracked } from './granted-actions.ts'
import { listPage } from './listing.ts'
import { recommendations } from './recommendation-records.ts'
import { recommendedSteps, type Step } from './recommended-policies.ts'
import { invalid, noSuch } from './refusals.ts'
import { unusedBefore } from './unused-scan.ts'

function onlyUnused(analyzer: AnalyzerRecord): AnalyzerRecord {
  if (purpose(analyzer) !== 'unused')
    throw invalid('Recommendations are made for unused access analyzers only.', 'analyzerArn')
  return analyzer
}

async function stepsFor(
  finding: FindingRecord,
  analyzer: AnalyzerRecord,
  ctx: CallContext,
): Promise<readonly Step[]> {
  const account = finding.resourceOwnerAccount
  for await (const { arn, id, layers } of ctx.inventory.principals(account)) {
    if (arn !== finding.resource) continue
    const before = unusedBefore(analyzer, ctx)
    const uses = await ctx.ports.activity.actions(account, id)
    const recent = uses.filter(({ time }) => time >= before)
    const used = new Set(recent.map(({ service, action }) => `${service}:${action}`.toLowerCase()))
    const services = new Set(recent.map(({ service }) => service.toLowerCase()))
    // What is not tracked stays with a service that is used.
    const isUsed = (action: string) =>
      isTracked(action)
        ? used.has(action.toLowerCase())
        : services.has(action.split(':', 1)[0]!.toLowerCase())
    return recommendedSteps(layers.identity, isUsed, await actionCatalogue())
  }
  return []
}

export const GenerateFindingRecommendation = operation('GenerateFindingRecommendation', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = onlyUnused(found(target))
    const finding = await findingOf(analyzer, input.id, ctx)
    if (finding.findingType !== 'UnusedPermission')
      throw invalid('Recommendations are made for unused permissions only.', 'id')
    const startedAt = ctx.now()
    const steps = await stepsFor(finding, analyzer, ctx)
    await ctx.store.transaction(async (tx) => {
      await current(tx, analyzer, ctx)
      await tx.of(recommendations).put({
        analyzerId: analyzer.id,
        findingId: finding.id,
        resourceArn: finding.resource,
        startedAt,
        completedAt: ctx.now(),
        steps,
      })
    })
    return {}
  },
})

export const GetFindingRecommendation = operation('GetFindingRecommendation', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = onlyUnused(found(target))
    const record = await ctx.store.of(recommendations).get([analyzer.id, input.id])
    if (record === undefined) throw noSuch('Recommendation', input.id)
    const { items, ...more } = await listPage(
      record.steps.map((step, index) => ({ step, index })),
      ({ index }) => String(index).padStart(6, '0'),
      input,
      ctx,
      `recommendation/${analyzer.id}/${input.id}`,
    )
    return {
      startedAt: record.startedAt,
      completedAt: record.completedAt,
      resourceArn: record.resourceArn,
      recommendationType: 'UnusedPermissionRecommendation' as const,
      status: 'SUCCEEDED' as const,
      recommendedSteps: items.map(({ step }) => ({ unusedPermissionsRecommendedStep: step })),
      ...more,
    }
  },
})
