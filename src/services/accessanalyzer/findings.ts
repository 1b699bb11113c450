import type { SortCriteria } from '@aws-sdk/client-accessanalyzer'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Validated } from '../../kernel/contract.ts'
import {
  type AnalyzerRecord,
  byArn,
  current,
  found,
  type OnAnalyzer,
  purpose,
} from './analyzer-records.ts'
import { operation } from './contract.ts'
import { checkFilter, type Filter, findingAttributes, matches } from './finding-filters.ts'
import { externalOf, type FindingRecord, findings } from './finding-records.ts'
import { descending, everything, listPage } from './listing.ts'
import { invalid, noSuch } from './refusals.ts'
import { refresh } from './scans.ts'

interface OnArn {
  readonly analyzerArn: string
}

/** The decision on the analyzer that an input names by its ARN. */
export const onAnalyzer = (action?: string) => ({
  kind: 'iam' as const,
  targets: async (input: OnArn, read: ReadContext): Promise<readonly [OnAnalyzer]> => [
    await byArn(input.analyzerArn, read, action === undefined ? {} : { action }),
  ],
})

/** All findings of an analyzer, as of now. */
export async function findingsOf(
  analyzer: AnalyzerRecord,
  ctx: CallContext,
): Promise<FindingRecord[]> {
  await refresh(analyzer, ctx)
  return everything((o) => ctx.store.of(findings).list({ ...o, prefix: [analyzer.id] }))
}

/** @throws ResourceNotFoundException */
export async function findingOf(
  analyzer: AnalyzerRecord,
  id: string,
  ctx: CallContext,
): Promise<FindingRecord> {
  await refresh(analyzer, ctx)
  const finding = await ctx.store.of(findings).get([analyzer.id, id])
  if (finding === undefined) throw noSuch('Finding', id)
  return finding
}

const sortable: Readonly<Record<string, (finding: FindingRecord) => string>> = {
  id: ({ id }) => id,
  createdAt: ({ createdAt }) => createdAt.toISOString(),
  analyzedAt: ({ analyzedAt }) => analyzedAt.toISOString(),
  updatedAt: ({ updatedAt }) => updatedAt.toISOString(),
  resource: ({ resource }) => resource,
  resourceType: ({ resourceType }) => resourceType,
  resourceOwnerAccount: ({ resourceOwnerAccount }) => resourceOwnerAccount,
  status: ({ status }) => status,
  findingType: ({ findingType }) => findingType,
}

function orderBy({ attributeName = 'createdAt', orderBy = 'DESC' }: Validated<SortCriteria>) {
  const attribute = Object.hasOwn(sortable, attributeName) ? sortable[attributeName] : undefined
  if (attribute === undefined)
    throw invalid(`Findings cannot be sorted by ${attributeName}.`, 'sort')
  const order =
    orderBy === 'DESC' ? descending : (text: string) => Buffer.from(text).toString('hex')
  return (finding: FindingRecord) => `${order(attribute(finding))} ${finding.id}`
}

interface Asked {
  readonly filter?: Filter | undefined
  readonly sort?: Validated<SortCriteria> | undefined
  readonly nextToken?: string | undefined
  readonly maxResults?: number | undefined
}

async function pageOf(input: Asked, ctx: CallContext, analyzer: AnalyzerRecord, list: string) {
  checkFilter(input.filter, 'list')
  const order = orderBy(input.sort ?? {})
  const all = await findingsOf(analyzer, ctx)
  const { filter, sort } = input
  return listPage(
    all.filter((finding) => matches(filter, findingAttributes(finding))),
    order,
    input,
    ctx,
    `${list}/${analyzer.id}/${JSON.stringify([filter, sort])}`,
  )
}

const common = (finding: FindingRecord) => ({
  id: finding.id,
  resource: finding.resource,
  resourceType: finding.resourceType,
  resourceOwnerAccount: finding.resourceOwnerAccount,
  status: finding.status,
  createdAt: finding.createdAt,
  analyzedAt: finding.analyzedAt,
  updatedAt: finding.updatedAt,
  error: finding.error,
})

const externalShape = (finding: FindingRecord) => {
  const { condition = {}, ...details } = externalOf(finding) ?? {}
  return { ...common(finding), ...details, condition }
}

function onlyExternal(analyzer: AnalyzerRecord): AnalyzerRecord {
  if (purpose(analyzer) !== 'external')
    throw invalid('This operation is supported for external access analyzers only.', 'analyzerArn')
  return analyzer
}

export const ListFindings = operation('ListFindings', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = onlyExternal(found(target))
    const { items, ...more } = await pageOf(input, ctx, analyzer, 'findings')
    return { findings: items.map(externalShape), ...more }
  },
})

export const ListFindingsV2 = operation('ListFindingsV2', {
  access: onAnalyzer('access-analyzer:ListFindings'),
  async handle(input, ctx, [target]) {
    const { items, ...more } = await pageOf(input, ctx, found(target), 'findings-v2')
    return {
      findings: items.map((one) => ({ ...common(one), findingType: one.findingType })),
      ...more,
    }
  },
})

export const GetFinding = operation('GetFinding', {
  access: onAnalyzer(),
  handle: async (input, ctx, [target]) => ({
    finding: externalShape(await findingOf(onlyExternal(found(target)), input.id, ctx)),
  }),
})

export const GetFindingV2 = operation('GetFindingV2', {
  access: onAnalyzer('access-analyzer:GetFinding'),
  async handle(input, ctx, [target]) {
    const analyzer = found(target)
    const finding = await findingOf(analyzer, input.id, ctx)
    const { items, ...more } = await listPage(
      finding.details.map((details, index) => ({ details, index })),
      ({ index }) => String(index).padStart(6, '0'),
      input,
      ctx,
      `finding/${analyzer.id}/${finding.id}`,
    )
    return {
      ...common(finding),
      findingType: finding.findingType,
      findingDetails: items.map(({ details }) => details),
      ...more,
    }
  },
})

/** Archives active findings, or makes archived ones active again; resolved ones stay resolved. */
export const UpdateFindings = operation('UpdateFindings', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = found(target)
    const { status, resourceArn } = input
    if (input.ids === undefined && resourceArn === undefined)
      throw invalid('Either ids or resourceArn must be given.', 'ids')
    await refresh(analyzer, ctx)
    await ctx.store.transaction(async (tx) => {
      await current(tx, analyzer, ctx)
      const chosen = await Promise.all(
        (input.ids ?? []).map(async (id) => {
          const finding = await tx.of(findings).get([analyzer.id, id])
          if (finding === undefined) throw noSuch('Finding', id)
          return finding
        }),
      )
      if (resourceArn !== undefined)
        chosen.push(
          ...(await everything((o) =>
            tx.of(findings).find('resource', `${analyzer.id} ${resourceArn}`, o),
          )),
        )
      for (const finding of new Map(chosen.map((one) => [one.id, one])).values())
        if (finding.status !== 'RESOLVED' && finding.status !== status)
          await tx.of(findings).put({ ...finding, status, updatedAt: ctx.now() })
    })
    return {}
  },
})
