import type { CallContext } from '../../kernel/context.ts'
import type { Transaction } from '../../kernel/store.ts'
import { type AnalyzerRecord, analyzers } from './analyzer-records.ts'
import { archives, rulesOf } from './archive-rules.ts'
import { type FindingRecord, findings, type Observation } from './finding-records.ts'
import { everything } from './listing.ts'

/** What a job and a call have in common for a scan. */
export type Scanning = Pick<
  CallContext,
  'account' | 'region' | 'store' | 'inventory' | 'guardrails' | 'ports' | 'random' | 'now'
>

/** So many findings are written at once. */
const chunk = 100
/** What stays the same is noted as seen again once a day. */
const day = 86_400_000
/** Resolved findings are forgotten this long after they were. */
const remembered = 90 * day

/**
 * Brings the findings of an analyzer to what was seen: new ones appear, archived at once where an
 * archive rule wants it; those of a resource that were not seen again are resolved.
 * @param looked ARNs that were looked at; undefined: everything
 */
export async function reconcile(
  analyzer: AnalyzerRecord,
  seen: readonly Observation[],
  looked: ReadonlySet<string> | undefined,
  ctx: Scanning,
): Promise<void> {
  const now = ctx.now()
  const old = await everything((o) => ctx.store.of(findings).list({ ...o, prefix: [analyzer.id] }))
  const byIdentity = new Map(old.map((finding) => [finding.identity, finding]))
  const identities = new Set(seen.map(({ identity }) => identity))
  const changes: Observation[] = seen.filter((one) => {
    const before = byIdentity.get(one.identity)
    return before === undefined || before.status === 'RESOLVED' || isNews(one, before, now)
  })
  const gone = old.filter(
    ({ identity, resource, status }) =>
      status !== 'RESOLVED' && !identities.has(identity) && (looked?.has(resource) ?? true),
  )
  for (let i = 0; i < changes.length; i += chunk)
    await writing(analyzer, ctx, async (tx) => {
      const rules = await rulesOf(tx, analyzer)
      for (const one of changes.slice(i, i + chunk)) {
        const status = archives(rules, one) ? 'ARCHIVED' : 'ACTIVE'
        const id = ctx.random.uuid()
        await note(tx, { ...one, analyzerId: analyzer.id, id, status, now })
      }
    })
  for (let i = 0; i < gone.length; i += chunk)
    await writing(analyzer, ctx, async (tx) => {
      for (const { id } of gone.slice(i, i + chunk)) {
        const finding = await tx.of(findings).get([analyzer.id, id])
        if (finding === undefined) continue
        const times = { analyzedAt: now, updatedAt: now }
        await tx.of(findings).put({ ...finding, ...times, status: 'RESOLVED' })
      }
    })
  const past = old.filter(
    ({ status, updatedAt, identity }) =>
      status === 'RESOLVED' &&
      !identities.has(identity) &&
      now.getTime() - updatedAt.getTime() >= remembered,
  )
  for (let i = 0; i < past.length; i += chunk)
    await writing(analyzer, ctx, async (tx) => {
      for (const { id, updatedAt } of past.slice(i, i + chunk)) {
        const finding = await tx.of(findings).get([analyzer.id, id])
        if (finding?.updatedAt.getTime() === updatedAt.getTime())
          await tx.of(findings).delete([analyzer.id, id])
      }
    })
}

const isNews = (seen: Observation, before: FindingRecord, now: Date): boolean =>
  now.getTime() - before.analyzedAt.getTime() >= day ||
  JSON.stringify(seen.details) !== JSON.stringify(before.details)

interface Noted extends Observation {
  readonly analyzerId: string
  readonly id: string
  readonly status: 'ACTIVE' | 'ARCHIVED'
  readonly now: Date
}

async function note(tx: Transaction, { now, ...seen }: Noted): Promise<void> {
  const key = `${seen.analyzerId} ${seen.identity}`
  const before = await tx.of(findings).findOne('identity', key)
  if (before === undefined) {
    await tx.of(findings).create({ ...seen, createdAt: now, analyzedAt: now, updatedAt: now })
    return
  }
  const returned = before.status === 'RESOLVED'
  const same = !returned && JSON.stringify(seen.details) === JSON.stringify(before.details)
  await tx.of(findings).put({
    ...before,
    ...seen,
    id: before.id,
    status: returned ? seen.status : before.status,
    analyzedAt: now,
    updatedAt: same ? before.updatedAt : now,
  })
}

/** A transaction on an analyzer that is still there. */
const writing = (
  { id }: AnalyzerRecord,
  { store }: Scanning,
  run: (tx: Transaction) => Promise<void>,
): Promise<void> =>
  store.transaction(async (tx) => {
    if ((await tx.of(analyzers).get([id])) !== undefined) await run(tx)
  })
