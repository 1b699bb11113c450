import type { FindingStatus, FindingsStatistics } from '@aws-sdk/client-accessanalyzer'
import { type AnalyzerRecord, found, purpose } from './analyzer-records.ts'
import { operation } from './contract.ts'
import { externalOf, type FindingRecord } from './finding-records.ts'
import { findingsOf, onAnalyzer } from './findings.ts'

/** As many accounts as AWS names. */
const topAccounts = 10

const count = (all: readonly FindingRecord[], wanted: FindingStatus): number =>
  all.filter(({ status }) => status === wanted).length

const totals = (all: readonly FindingRecord[]) => ({
  totalActiveFindings: count(all, 'ACTIVE'),
  totalArchivedFindings: count(all, 'ARCHIVED'),
  totalResolvedFindings: count(all, 'RESOLVED'),
})

const perType = <T>(all: readonly FindingRecord[], tell: (some: readonly FindingRecord[]) => T) =>
  Object.fromEntries(
    [...Map.groupBy(all, ({ resourceType }) => resourceType)].map(([type, some]) => [
      type,
      tell(some),
    ]),
  )

const counts = (all: readonly FindingRecord[], of: (finding: FindingRecord) => string) =>
  [...Map.groupBy(all, of)].map(([key, some]) => [key, some.length] as const)

function statistics(analyzer: AnalyzerRecord, all: readonly FindingRecord[]): FindingsStatistics {
  const active = all.filter(({ status }) => status === 'ACTIVE')
  const kind = purpose(analyzer)
  if (kind === 'internal')
    return {
      internalAccessFindingsStatistics: {
        ...totals(all),
        resourceTypeStatistics: perType(all, totals),
      },
    }
  if (kind === 'external')
    return {
      externalAccessFindingsStatistics: {
        ...totals(all),
        resourceTypeStatistics: perType(active, (some) => ({
          totalActivePublic: some.filter((one) => externalOf(one)?.isPublic).length,
          totalActiveCrossAccount: some.filter((one) => externalOf(one)?.isPublic === false).length,
          totalActiveErrors: some.filter(({ error }) => error !== undefined).length,
        })),
      },
    }
  return {
    unusedAccessFindingsStatistics: {
      ...totals(all),
      unusedAccessTypeStatistics: counts(active, ({ findingType }) => findingType).map(
        ([unusedAccessType, total]) => ({ unusedAccessType, total }),
      ),
      topAccounts: [...Map.groupBy(active, ({ resourceOwnerAccount }) => resourceOwnerAccount)]
        .toSorted(([, a], [, b]) => b.length - a.length)
        .slice(0, topAccounts)
        .map(([account, some]) => ({
          account,
          numberOfActiveFindings: some.length,
          details: Object.fromEntries(counts(some, ({ findingType }) => findingType)),
        })),
    },
  }
}

export const GetFindingsStatistics = operation('GetFindingsStatistics', {
  access: onAnalyzer(),
  async handle(_, ctx, [target]) {
    const analyzer = found(target)
    const all = await findingsOf(analyzer, ctx)
    return { findingsStatistics: [statistics(analyzer, all)], lastUpdatedAt: ctx.now() }
  },
})
