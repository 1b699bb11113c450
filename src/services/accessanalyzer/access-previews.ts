import type { AccessPreviewFinding, Configuration } from '@aws-sdk/client-accessanalyzer'
import { readPolicy } from '../../access/document.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { PolicedResource } from '../../kernel/inventory.ts'
import type { Job } from '../../kernel/store.ts'
import { type AccessPreviewRecord, accessPreviews } from './access-preview-records.ts'
import { type AnalyzerRecord, current, found } from './analyzer-records.ts'
import { archives, rulesOf } from './archive-rules.ts'
import { operation } from './contract.ts'
import { externalAccess, externalShares } from './external-access.ts'
import { restrictionOf } from './external-scan.ts'
import { checkFilter, matches, observedAttributes } from './finding-filters.ts'
import { externalOf, type FindingRecord, findings, type Observation } from './finding-records.ts'
import { onAnalyzer } from './findings.ts'
import { descending, everything, listPage } from './listing.ts'
import { type Proposal, proposalOf } from './proposed-configurations.ts'
import { invalid, noSuch, tooMany } from './refusals.ts'
import { refresh } from './scans.ts'

const hour = 3_600_000
const day = 24 * hour
const mostPerHour = 1_000

const previewsOf = (analyzer: AnalyzerRecord, ctx: Pick<CallContext, 'store'>) =>
  everything((o) => ctx.store.of(accessPreviews).list({ ...o, prefix: [analyzer.id] }))

export const CreateAccessPreview = operation('CreateAccessPreview', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = found(target)
    if (analyzer.type !== 'ACCOUNT')
      throw invalid('Access previews need an analyzer of the type ACCOUNT.', 'analyzerArn')
    const [[resource, configuration] = [], ...others] = Object.entries(input.configurations)
    if (resource === undefined || configuration === undefined || others.length > 0)
      throw invalid('The configurations must have exactly one element.', 'configurations')
    const arn = parseArn(resource)
    if (arn === undefined || (arn.account !== '' && arn.account !== ctx.account))
      throw invalid('The ARN must be that of a resource of this account.', 'configurations')
    const proposal = proposalOf(configuration)
    const { clientToken } = input
    const previews = await previewsOf(analyzer, ctx)
    const old = previews.find((one) => clientToken !== undefined && one.clientToken === clientToken)
    if (old !== undefined) return { id: old.id }
    const now = ctx.now()
    const recent = previews.filter(({ createdAt }) => now.getTime() - createdAt.getTime() < hour)
    if (recent.length >= mostPerHour)
      throw tooMany(
        'AccessPreview',
        target.resource,
        `At most ${mostPerHour} access previews can be created in an hour.`,
      )
    const found_ = await preview(analyzer, resource, proposal, ctx)
    const record: AccessPreviewRecord = {
      analyzerId: analyzer.id,
      id: ctx.random.uuid(),
      resource,
      configuration,
      createdAt: now,
      ...(found_ === undefined
        ? { status: 'FAILED', reason: 'INVALID_CONFIGURATION', findings: [] }
        : { status: 'COMPLETED', findings: found_ }),
      clientToken,
    }
    await ctx.store.transaction(async (tx) => {
      await current(tx, analyzer, ctx)
      await tx.of(accessPreviews).create(record)
      const { analyzerId, id } = record
      tx.schedule({
        type: 'accessanalyzer.ForgetPreview',
        key: id,
        dueAt: now.getTime() + day,
        detail: { analyzerId, id },
      })
    })
    return { id: record.id }
  },
})

export async function forgetPreview(job: Job, ctx: CallContext): Promise<void> {
  const { analyzerId, id } = job.detail as { readonly analyzerId: string; readonly id: string }
  await ctx.store.transaction((tx) => tx.of(accessPreviews).delete([analyzerId, id]))
}

/** Undefined when the configuration cannot be what it is meant to be. */
async function preview(
  analyzer: AnalyzerRecord,
  arn: string,
  proposal: Proposal,
  ctx: CallContext,
): Promise<AccessPreviewFinding[] | undefined> {
  await refresh(analyzer, ctx)
  const seen = await proposed(arn, proposal, ctx)
  if (seen === undefined) return undefined
  const key = `${analyzer.id} ${arn}`
  const existing = await everything((o) => ctx.store.of(findings).find('resource', key, o))
  const rules = await rulesOf(ctx.store, analyzer)
  const shape = (one: Observation) => ({
    id: ctx.random.uuid(),
    createdAt: ctx.now(),
    resource: one.resource,
    resourceType: one.resourceType,
    resourceOwnerAccount: one.resourceOwnerAccount,
    ...externalOf(one),
  })
  const before = new Map(existing.map((finding) => [finding.identity, finding]))
  const previewed: AccessPreviewFinding[] = seen.map((one) => {
    const old = before.get(one.identity)
    before.delete(one.identity)
    if (old !== undefined && old.status !== 'RESOLVED')
      return { ...shape(one), ...known(old), changeType: 'UNCHANGED', status: old.status }
    const status = archives(rules, one) ? 'ARCHIVED' : 'ACTIVE'
    if (old === undefined) return { ...shape(one), changeType: 'NEW', status }
    return { ...shape(one), ...known(old), changeType: 'CHANGED', status }
  })
  for (const old of before.values())
    if (old.status !== 'RESOLVED')
      previewed.push({ ...shape(old), ...known(old), changeType: 'CHANGED', status: 'RESOLVED' })
  return previewed
}

const known = ({ id, status }: FindingRecord) => ({
  existingFindingId: id,
  existingFindingStatus: status,
})

/** What the resource would open; undefined where a policy is missing or cannot be read. */
async function proposed(
  arn: string,
  { type, policies, shares, mustSpeak }: Proposal,
  ctx: CallContext,
): Promise<Observation[] | undefined> {
  const { account, region } = ctx
  const zone = { accounts: [account] }
  const restriction = restrictionOf(await ctx.guardrails.membership(account))
  const seen: Observation[] = []
  for (const { text, sources, restricted } of policies) {
    const policy = text ?? (await ownPolicy(arn, ctx))
    if (policy === undefined || policy === '') {
      if (mustSpeak) return undefined
      continue
    }
    if (readPolicy(policy) === undefined) return undefined
    const resource: PolicedResource = { arn, type, account, region, policy, tags: {} }
    for (const one of await externalAccess(resource, zone, restriction, sources))
      if (!restricted || !externalOf(one)?.isPublic) seen.push(one)
  }
  const owner = { arn, type, account }
  return [...seen, ...externalShares(shares, owner, zone, restriction)]
}

async function ownPolicy(arn: string, ctx: CallContext): Promise<string | undefined> {
  for await (const resource of ctx.inventory.resources(ctx))
    if (resource.arn === arn) return resource.policy
  return undefined
}

async function previewOf(
  analyzer: AnalyzerRecord,
  id: string,
  ctx: CallContext,
): Promise<AccessPreviewRecord> {
  const record = await ctx.store.of(accessPreviews).get([analyzer.id, id])
  if (record === undefined) throw noSuch('AccessPreview', id)
  return record
}

const summary = ({ id, createdAt, status, reason }: AccessPreviewRecord, analyzerArn: string) => ({
  id,
  analyzerArn,
  createdAt,
  status,
  ...(reason !== undefined && { statusReason: { code: reason } }),
})

export const GetAccessPreview = operation('GetAccessPreview', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const record = await previewOf(found(target), input.accessPreviewId, ctx)
    const configurations = { [record.resource]: record.configuration as Configuration }
    return { accessPreview: { ...summary(record, target.resource), configurations } }
  },
})

export const ListAccessPreviews = operation('ListAccessPreviews', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    const analyzer = found(target)
    const { items, ...more } = await listPage(
      await previewsOf(analyzer, ctx),
      ({ id, createdAt }) => `${descending(createdAt.toISOString())} ${id}`,
      input,
      ctx,
      `previews/${analyzer.id}`,
    )
    return { accessPreviews: items.map((one) => summary(one, target.resource)), ...more }
  },
})

const previewAttributes = (finding: AccessPreviewFinding) => {
  const { resource = '', resourceType, resourceOwnerAccount = '', ...details } = finding
  const seen = observedAttributes({
    identity: '',
    findingType: 'ExternalAccess',
    resource,
    resourceType: resourceType!,
    resourceOwnerAccount,
    error: finding.error,
    details: [{ externalAccessDetails: { ...details, condition: details.condition } }],
  })
  const own: Readonly<Record<string, unknown>> = {
    id: finding.id,
    status: finding.status,
    changeType: finding.changeType,
    existingFindingId: finding.existingFindingId,
    existingFindingStatus: finding.existingFindingStatus,
  }
  return (key: string) => (typeof own[key] === 'string' ? own[key] : seen(key))
}

export const ListAccessPreviewFindings = operation('ListAccessPreviewFindings', {
  access: onAnalyzer(),
  async handle(input, ctx, [target]) {
    checkFilter(input.filter, 'preview')
    const record = await previewOf(found(target), input.accessPreviewId, ctx)
    if (record.status === 'FAILED')
      throw invalid('The access preview has failed and has no findings.', 'accessPreviewId')
    const { items, ...more } = await listPage(
      record.findings.filter((one) => matches(input.filter, previewAttributes(one))),
      ({ id }) => id!,
      input,
      ctx,
      `preview/${record.id}/${JSON.stringify(input.filter)}`,
    )
    return { findings: [...items], ...more }
  },
})
