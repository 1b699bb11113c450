import type { ReadContext } from '../../kernel/context.ts'
import { AlreadyExists, collection, type Readable, type Transaction } from '../../kernel/store.ts'
import {
  type AnalyzerRecord,
  analyzerArn,
  byArn,
  current,
  found,
  named,
  type OnAnalyzer,
} from './analyzer-records.ts'
import { operation } from './contract.ts'
import { checkFilter, type Filter, matches, observedAttributes } from './finding-filters.ts'
import { findings, type Observation } from './finding-records.ts'
import { everything, listPage } from './listing.ts'
import { invalid, noSuch, taken, tooMany } from './refusals.ts'

interface ArchiveRuleRecord {
  readonly analyzerId: string
  readonly id: string
  readonly name: string
  readonly filter: Filter
  readonly createdAt: Date
  readonly updatedAt: Date
  /** The request that made it: the same one again finds it made. */
  readonly clientToken?: string | undefined
}

export const archiveRules = collection<ArchiveRuleRecord>('accessanalyzer.archive-rules')({
  scope: 'region',
  version: 1,
  key: ({ analyzerId, id }) => [analyzerId, id],
  indexes: {
    name: {
      kind: 'blind',
      unique: true,
      of: ({ analyzerId, name }: ArchiveRuleRecord) => `${analyzerId} ${name}`,
    },
  },
})

const most = 100

export const rulesOf = (store: Readable, { id }: AnalyzerRecord): Promise<ArchiveRuleRecord[]> =>
  everything((options) => store.of(archiveRules).list({ ...options, prefix: [id] }))

/** Whether a rule wants what was seen archived. */
export const archives = (rules: readonly Pick<ArchiveRuleRecord, 'filter'>[], seen: Observation) =>
  rules.some(({ filter }) => matches(filter, observedAttributes(seen)))

interface NewRule {
  readonly ruleName: string
  readonly filter: Filter
}

/** @throws ValidationException */
export function checkRules(rules: readonly NewRule[]): void {
  for (const { filter } of rules) checkRule(filter)
  if (new Set(rules.map(({ ruleName }) => ruleName)).size < rules.length)
    throw invalid('The names of archive rules must differ.', 'archiveRules')
}

function checkRule(filter: Filter): void {
  if (Object.keys(filter).length === 0)
    throw invalid('The filter of an archive rule must have a criterion.', 'filter')
  checkFilter(filter, 'rule')
}

interface Maker {
  readonly id: () => string
  readonly now: Date
  readonly arn: string
  readonly clientToken?: string | undefined
}

/**
 * Writes new rules of an analyzer.
 * @throws ConflictException, ServiceQuotaExceededException
 */
export async function addRules(
  tx: Transaction,
  analyzer: AnalyzerRecord,
  rules: readonly NewRule[],
  { id, now, arn, clientToken }: Maker,
): Promise<void> {
  const old = await rulesOf(tx, analyzer)
  if (old.length + rules.length > most)
    throw tooMany('ArchiveRule', arn, `An analyzer can have at most ${most} archive rules.`)
  for (const { ruleName: name, filter } of rules) {
    const times = { createdAt: now, updatedAt: now, clientToken }
    const rule = { analyzerId: analyzer.id, id: id(), name, filter, ...times }
    await tx
      .of(archiveRules)
      .create(rule)
      .catch((error: unknown) => {
        throw error instanceof AlreadyExists
          ? taken('ArchiveRule', `${arn}/archive-rule/${name}`)
          : error
      })
  }
}

const shape = ({ name, filter, createdAt, updatedAt }: ArchiveRuleRecord) => ({
  ruleName: name,
  filter: filter as Record<string, never>,
  createdAt,
  updatedAt,
})

interface Named {
  readonly analyzerName: string
  readonly ruleName: string
}

type OnRule = OnAnalyzer

/** The decision on a rule; its record is the analyzer, under which the handler looks it up. */
async function ruleTarget(input: Named, read: ReadContext): Promise<OnRule> {
  const { tags: _, ...analyzer } = await named(input.analyzerName, read)
  return { ...analyzer, resource: `${analyzer.resource}/archive-rule/${input.ruleName}` }
}

const onRule = {
  kind: 'iam' as const,
  targets: async (input: Named, read: ReadContext): Promise<readonly [OnRule]> => [
    await ruleTarget(input, read),
  ],
}

async function ruleOf(
  store: Readable,
  analyzer: AnalyzerRecord,
  name: string,
  arn: string,
): Promise<ArchiveRuleRecord> {
  const rule = await store.of(archiveRules).findOne('name', `${analyzer.id} ${name}`)
  if (rule === undefined) throw noSuch('ArchiveRule', arn)
  return rule
}

/** The analyzer that a rule is under. */
function analyzerUnder(target: OnRule, input: Named, ctx: { account: string; region: string }) {
  return found({ ...target, resource: analyzerArn(ctx, input.analyzerName) })
}

export const CreateArchiveRule = operation('CreateArchiveRule', {
  access: onRule,
  async handle(input, ctx, [target]) {
    const analyzer = analyzerUnder(target, input, ctx)
    checkRule(input.filter)
    const { clientToken } = input
    await ctx.store.transaction(async (tx) => {
      const { id, name } = await current(tx, analyzer, ctx)
      const old = await tx.of(archiveRules).findOne('name', `${id} ${input.ruleName}`)
      if (old !== undefined && clientToken !== undefined && old.clientToken === clientToken) return
      await addRules(tx, analyzer, [input], {
        id: () => ctx.random.uuid(),
        now: ctx.now(),
        arn: analyzerArn(ctx, name),
        clientToken,
      })
    })
    return {}
  },
})

export const GetArchiveRule = operation('GetArchiveRule', {
  access: onRule,
  async handle(input, ctx, [target]) {
    const analyzer = analyzerUnder(target, input, ctx)
    return {
      archiveRule: shape(await ruleOf(ctx.store, analyzer, input.ruleName, target.resource)),
    }
  },
})

export const ListArchiveRules = operation('ListArchiveRules', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await named(input.analyzerName, read)],
  },
  async handle(input, ctx, [target]) {
    const analyzer = found(target)
    const rules = await rulesOf(ctx.store, analyzer)
    const { items, ...more } = await listPage(
      rules,
      ({ name }) => name,
      input,
      ctx,
      `rules/${analyzer.id}`,
    )
    return { archiveRules: items.map(shape), ...more }
  },
})

export const UpdateArchiveRule = operation('UpdateArchiveRule', {
  access: onRule,
  async handle(input, ctx, [target]) {
    const analyzer = analyzerUnder(target, input, ctx)
    checkRule(input.filter)
    await ctx.store.transaction(async (tx) => {
      const { id } = await ruleOf(tx, analyzer, input.ruleName, target.resource)
      await tx.of(archiveRules).update([analyzer.id, id], (old) => ({
        ...old,
        filter: input.filter,
        updatedAt: ctx.now(),
      }))
    })
    return {}
  },
})

export const DeleteArchiveRule = operation('DeleteArchiveRule', {
  access: onRule,
  async handle(input, ctx, [target]) {
    const analyzer = analyzerUnder(target, input, ctx)
    await ctx.store.transaction(async (tx) => {
      const { id } = await ruleOf(tx, analyzer, input.ruleName, target.resource)
      await tx.of(archiveRules).delete([analyzer.id, id])
    })
    return {}
  },
})

/** Archives the active findings that are there already and match the rule. */
export const ApplyArchiveRule = operation('ApplyArchiveRule', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await byArn(input.analyzerArn, read)],
  },
  async handle(input, ctx, [target]) {
    const analyzer = found(target)
    const arn = `${target.resource}/archive-rule/${input.ruleName}`
    await ctx.store.transaction(async (tx) => {
      const rule = await ruleOf(tx, analyzer, input.ruleName, arn)
      const all = await everything((o) => tx.of(findings).list({ ...o, prefix: [analyzer.id] }))
      for (const finding of all)
        if (finding.status === 'ACTIVE' && archives([rule], finding))
          await tx.of(findings).put({ ...finding, status: 'ARCHIVED', updatedAt: ctx.now() })
    })
    return {}
  },
})
