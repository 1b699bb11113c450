import type { CallContext } from '../../kernel/context.ts'
import {
  type Collection,
  collection,
  type Index,
  type Job,
  type Transaction,
} from '../../kernel/store.ts'
import { accessPreviews } from './access-preview-records.ts'
import { analyzedResources } from './analyzed-resource-records.ts'
import { type AnalyzerRecord, analyzers, purpose } from './analyzer-records.ts'
import { archiveRules } from './archive-rules.ts'
import { scanResources } from './external-scan.ts'
import { findings } from './finding-records.ts'
import { observeInternal } from './internal-scan.ts'
import { recommendations } from './recommendation-records.ts'
import { reconcile, type Scanning } from './reconciliation.ts'
import { observeUnused } from './unused-scan.ts'
import { zoneOf } from './zones.ts'

/** When an analyzer of unused or internal access has last looked at everything. */
const scans = collection<{ readonly analyzerId: string; readonly at: Date }>(
  'accessanalyzer.scans',
)({
  scope: 'region',
  version: 1,
  key: ({ analyzerId }) => [analyzerId],
})

/** A whole look is not repeated sooner, whoever asks; milliseconds. */
const rest = 2_000
/** How often analyzers look by themselves, milliseconds. */
const period = 60_000

/**
 * Looks again, so that findings tell what is now. Policies of resources are looked at when they or
 * the zone of trust have changed; principals at most every other second.
 */
export async function refresh(analyzer: AnalyzerRecord, ctx: Scanning): Promise<void> {
  const zone = await zoneOf(analyzer, ctx)
  if (zone === undefined) return
  const kind = purpose(analyzer)
  if (kind === 'external') {
    await scanResources(analyzer, zone, ctx)
    return
  }
  const analyzerId = analyzer.id
  const last = await ctx.store.of(scans).get([analyzerId])
  const at = ctx.now()
  if (last !== undefined && Math.abs(at.getTime() - last.at.getTime()) < rest) return
  const seen = await (kind === 'unused' ? observeUnused : observeInternal)(analyzer, zone, ctx)
  await reconcile(analyzer, seen, undefined, ctx)
  await ctx.store.transaction(async (tx) => {
    if ((await tx.of(analyzers).get([analyzerId])) === undefined) return
    await tx.of(scans).put({ analyzerId, at })
    const lastResource = seen.at(-1)?.resource
    if (lastResource !== undefined)
      await tx
        .of(analyzers)
        .update([analyzerId], (old) => ({ ...old, lastResource, lastResourceAt: at }))
  })
}

/** Lets the next look happen at once: what the analyzer is told to look for has changed. */
export const lookAgain = (tx: Transaction, { id }: AnalyzerRecord): Promise<boolean> =>
  tx.of(scans).delete([id])

interface Detail {
  readonly analyzerId: string
}

/** The regular look of an analyzer, and the next one's appointment. */
export async function scan(job: Job, ctx: CallContext): Promise<void> {
  const { analyzerId } = job.detail as unknown as Detail
  const analyzer = await ctx.store.of(analyzers).get([analyzerId])
  if (analyzer === undefined) return
  await refresh(analyzer, ctx)
  await ctx.store.transaction(async (tx) => {
    if ((await tx.of(analyzers).get([analyzerId])) === undefined) return
    tx.schedule({ ...job, dueAt: ctx.now().getTime() + period })
  })
}

const chunk = 200

/** Clears away what was under an analyzer that has been deleted. */
export async function forget(job: Job, ctx: CallContext): Promise<void> {
  const { analyzerId } = job.detail as unknown as Detail
  const clear = async <R, I extends Record<string, Index<R>>>(
    what: Collection<R, I>,
  ): Promise<void> => {
    for (;;) {
      const left = await ctx.store.transaction(async (tx) => {
        const { records } = await tx.of(what).list({ prefix: [analyzerId], limit: chunk })
        for (const record of records) await tx.of(what).delete(what.options.key(record))
        return records.length
      })
      if (left < chunk) return
    }
  }
  await clear(findings)
  await clear(analyzedResources)
  await clear(archiveRules)
  await clear(scans)
  await clear(recommendations)
  await clear(accessPreviews)
}
