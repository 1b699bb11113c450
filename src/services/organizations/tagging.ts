import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Readable, Transaction } from '../../kernel/store.ts'
import { type Tag, tagsToList } from '../../kernel/tags.ts'
import { resourcePolicyArn } from './arns.ts'
import { aboutNode, noTarget } from './attachments.ts'
import { invalid, operation } from './contract.ts'
import { listPage } from './listing.ts'
import { changeNode, nodeOf } from './nodes.ts'
import { type OrganizationRecord, organizations } from './organization-records.ts'
import { type About, admitted, current, within } from './places.ts'
import { aboutPolicy } from './policies.ts'
import { awsPolicies, policies } from './policy-records.ts'
import { aboutTransfer } from './responsibility-transfers.ts'
import { mergeTags, tagContext, withoutTags } from './tag-rules.ts'
import { transfers } from './transfer-records.ts'

type Tags = Readonly<Record<string, string>>

/** Whatever can have tags, by its id. */
async function aboutTaggable(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<About<unknown>> {
  if (id.startsWith('rp-')) {
    const policy = org.resourcePolicy?.id === id ? org.resourcePolicy : undefined
    return { resource: resourcePolicyArn(org, id), it: policy, tags: policy?.tags }
  }
  if (id.startsWith('rt-')) return aboutTransfer(store, org, id)
  return id.startsWith('p-') ? aboutPolicy(store, org, id) : aboutNode(store, org, id)
}

const on = (context: (input: { readonly ResourceId: string }) => About<unknown>['context']) => ({
  kind: 'iam' as const,
  targets: (input: { readonly ResourceId: string }, read: ReadContext) =>
    within('delegable', read, async (org) => {
      const about = await aboutTaggable(read.store, org, input.ResourceId)
      return [{ ...about, context: { ...about.context, ...context(input) } }]
    }),
})

type OnTaggable = Awaited<ReturnType<ReturnType<typeof on>['targets']>>

/** Changes the tags of what is there within the transaction. */
async function retag(
  tx: Transaction,
  org: OrganizationRecord,
  id: string,
  change: (old: Tags) => Tags,
): Promise<void> {
  if (id.startsWith('rp-')) {
    const { resourcePolicy } = org
    if (resourcePolicy?.id !== id) throw noTarget()
    const next = { ...resourcePolicy, tags: change(resourcePolicy.tags) }
    await tx.of(organizations).update([org.id], (old) => ({ ...old, resourcePolicy: next }))
  } else if (id.startsWith('rt-')) {
    const transfer = await tx.of(transfers).get([id])
    if (transfer?.target.organizationId !== org.id) throw noTarget()
    await tx.of(transfers).update([id], (old) => ({ ...old, tags: change(old.tags) }))
  } else if (id.startsWith('p-')) {
    if (awsPolicies.has(id))
      throw invalid(
        'IMMUTABLE_POLICY',
        "You specified a policy that is managed by AWS and can't be modified.",
      )
    if ((await tx.of(policies).get([org.id, id])) === undefined) throw noTarget()
    await tx.of(policies).update([org.id, id], (old) => ({ ...old, tags: change(old.tags) }))
  } else {
    const node = await nodeOf(tx, org, id)
    if (node === undefined) throw noTarget()
    await changeNode(tx, node, (old) => ({ tags: change(old.tags) }))
  }
}

const retagging = async (
  id: string,
  ctx: CallContext,
  [target]: OnTaggable,
  change: (old: Tags) => Tags,
) => {
  const { org } = admitted(target)
  await ctx.store.transaction(async (tx) => retag(tx, await current(tx, org), id, change))
  return {}
}

export const TagResource = operation('TagResource', {
  access: on((input) => tagContext((input as { readonly Tags?: readonly Tag[] }).Tags)),
  handle: (input, ctx, targets) =>
    retagging(input.ResourceId, ctx, targets, (old) => mergeTags(old, input.Tags)),
})

export const UntagResource = operation('UntagResource', {
  access: on((input) => ({
    'aws:TagKeys': (input as { readonly TagKeys?: readonly string[] }).TagKeys,
  })),
  handle: (input, ctx, targets) =>
    retagging(input.ResourceId, ctx, targets, (old) => withoutTags(old, input.TagKeys)),
})

export const ListTagsForResource = operation('ListTagsForResource', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [
        await aboutTaggable(read.store, org, input.ResourceId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noTarget()
    const { items, ...more } = await listPage(
      tagsToList(target.tags),
      ({ Key }) => Key,
      input,
      ctx,
      `${org.id}/tags/${input.ResourceId}`,
    )
    return { Tags: [...items], ...more }
  },
})
