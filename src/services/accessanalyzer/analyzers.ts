import type { AnalyzerSummary } from '@aws-sdk/client-accessanalyzer'
import type { CallContext } from '../../kernel/context.ts'
import { tagContext } from '../../kernel/tags.ts'
import { configurationOf } from './analyzer-configuration.ts'
import {
  type AnalyzerRecord,
  analyzerArn,
  analyzers,
  current,
  found,
  named,
  ofOrganization,
  purpose,
} from './analyzer-records.ts'
import { addRules, checkRules } from './archive-rules.ts'
import { operation } from './contract.ts'
import { everything, listPage } from './listing.ts'
import { invalid, taken, tooMany } from './refusals.ts'
import { lookAgain, refresh } from './scans.ts'
import { mergeTags } from './tag-rules.ts'
import { analyzedOrganization, disabledBy } from './zones.ts'

/** How many analyzers of one type an account has in a Region. */
function quotaOf({ type }: Pick<AnalyzerRecord, 'type'>): number {
  return ofOrganization({ type }) && purpose({ type }) !== 'internal' ? 5 : 1
}

async function shape(analyzer: AnalyzerRecord, ctx: CallContext): Promise<AnalyzerSummary> {
  const { name, type, createdAt, tags, configuration } = analyzer
  const code = await disabledBy(analyzer, ctx)
  return {
    arn: analyzerArn(ctx, name),
    name,
    type,
    createdAt,
    lastResourceAnalyzed: analyzer.lastResource,
    lastResourceAnalyzedAt: analyzer.lastResourceAt,
    tags: { ...tags },
    ...(code === undefined
      ? { status: 'ACTIVE' as const }
      : { status: 'DISABLED' as const, statusReason: { code } }),
    ...(configuration !== undefined && {
      configuration: configuration as AnalyzerSummary['configuration'],
    }),
  }
}

export const CreateAnalyzer = operation('CreateAnalyzer', {
  access: {
    kind: 'iam',
    targets: (input, read) => [
      {
        resource: analyzerArn(read, input.analyzerName),
        record: undefined,
        context: tagContext(input.tags),
      },
    ],
  },
  async handle(input, ctx) {
    const { analyzerName: name, type, clientToken } = input
    if (name.startsWith('_'))
      throw invalid('Names that begin with _ are those of AWS services.', 'analyzerName')
    const rules = input.archiveRules ?? []
    checkRules(rules)
    const analyzer: AnalyzerRecord = {
      id: ctx.random.uuid(),
      name,
      type,
      createdAt: ctx.now(),
      tags: mergeTags({}, input.tags),
      configuration: configurationOf(input.configuration, type, ctx.account),
      clientToken,
    }
    if (ofOrganization(analyzer)) await analyzedOrganization(ctx)
    const arn = analyzerArn(ctx, name)
    await ctx.store.transaction(async (tx) => {
      const all = await everything((options) => tx.of(analyzers).list(options))
      const old = all.find((one) => one.name === name)
      if (old !== undefined) {
        if (clientToken !== undefined && old.clientToken === clientToken) return
        throw taken('Analyzer', arn)
      }
      if (all.filter((one) => one.type === type).length >= quotaOf(analyzer))
        throw tooMany(
          'Analyzer',
          arn,
          `You have reached the maximum number of analyzers of type ${type} (${quotaOf(analyzer)}).`,
        )
      await tx.of(analyzers).create(analyzer)
      await addRules(tx, analyzer, rules, {
        id: () => ctx.random.uuid(),
        now: analyzer.createdAt,
        arn,
      })
      const dueAt = analyzer.createdAt.getTime()
      const detail = { analyzerId: analyzer.id }
      tx.schedule({ type: 'accessanalyzer.Scan', key: analyzer.id, dueAt, detail })
    })
    return { arn }
  },
})

const onAnalyzer = {
  kind: 'iam' as const,
  targets: async (
    input: { readonly analyzerName: string },
    read: Parameters<typeof named>[1],
  ): Promise<readonly [Awaited<ReturnType<typeof named>>]> => [
    await named(input.analyzerName, read),
  ],
}

export const GetAnalyzer = operation('GetAnalyzer', {
  access: onAnalyzer,
  handle: async (_, ctx, [target]) => {
    const analyzer = found(target)
    await refresh(analyzer, ctx)
    return { analyzer: await shape(await current(ctx.store, analyzer, ctx), ctx) }
  },
})

export const ListAnalyzers = operation('ListAnalyzers', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const all = await everything((options) => ctx.store.of(analyzers).list(options))
    const { items, ...more } = await listPage(
      all.filter(({ type }) => input.type === undefined || type === input.type),
      ({ name }) => name,
      input,
      ctx,
      `analyzers/${input.type ?? ''}`,
    )
    return { analyzers: await Promise.all(items.map((one) => shape(one, ctx))), ...more }
  },
})

export const UpdateAnalyzer = operation('UpdateAnalyzer', {
  access: onAnalyzer,
  async handle(input, ctx, [target]) {
    const analyzer = found(target)
    if (purpose(analyzer) === 'external')
      throw invalid('Analyzers of external access cannot be updated.', 'analyzerName')
    const configuration = configurationOf(input.configuration, analyzer.type, ctx.account)
    const next = await ctx.store.transaction(async (tx) => {
      const old = await current(tx, analyzer, ctx)
      if (configuration === undefined) return old
      await lookAgain(tx, old)
      return tx.of(analyzers).update([old.id], () => ({ ...old, configuration }))
    })
    return { configuration: next.configuration as AnalyzerSummary['configuration'] }
  },
})

export const DeleteAnalyzer = operation('DeleteAnalyzer', {
  access: onAnalyzer,
  async handle(_, ctx, [target]) {
    const analyzer = found(target)
    await ctx.store.transaction(async (tx) => {
      const { id } = await current(tx, analyzer, ctx)
      await tx.of(analyzers).delete([id])
      tx.unschedule('accessanalyzer.Scan', id)
      // Nobody reaches what was under it any more; it is cleared away in pieces.
      const detail = { analyzerId: id }
      const dueAt = ctx.now().getTime()
      tx.schedule({ type: 'accessanalyzer.Forget', key: id, dueAt, detail })
    })
    return {}
  },
})
