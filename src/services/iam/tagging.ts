import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { type Tag, tagsToList } from '../../kernel/tags.ts'
import { operation } from './contract.ts'
import { change, found, type HolderKind, holderTarget, type PolicyHolder } from './holders.ts'
import { paged } from './listing.ts'
import { foundPolicy, ownPolicy, policyTarget } from './managed-policies.ts'
import { managedPolicies } from './managed-policy-records.ts'
import { roleKind } from './role-records.ts'
import { mergeTags, tagContext, withoutTags } from './tag-rules.ts'
import { userKind } from './user-records.ts'

type Named<N extends string> = { readonly [K in N]: string }
type Loaded<R> = readonly [{ readonly record: R | undefined }]
type Tagged = PolicyHolder & { readonly tags: Readonly<Record<string, string>> }

const tagging = <R extends Tagged, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: {
    kind: 'iam' as const,
    targets: async (input: Named<N> & { readonly Tags: readonly Tag[] }, read: ReadContext) => {
      const context = tagContext(input.Tags)
      return [await holderTarget(kind, input[key], read, { context })] as const
    },
  },
  async handle(
    input: Named<N> & { readonly Tags: readonly Tag[] },
    ctx: CallContext,
    [target]: Loaded<R>,
  ) {
    const record = found(target.record, kind.type, input[key])
    await ctx.store.transaction((tx) =>
      change(tx, kind, record, (old) => ({ ...old, tags: mergeTags(old.tags, input.Tags) })),
    )
    return {}
  },
})

const untagging = <R extends Tagged, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: {
    kind: 'iam' as const,
    targets: async (
      input: Named<N> & { readonly TagKeys: readonly string[] },
      read: ReadContext,
    ) => {
      const context = { 'aws:TagKeys': input.TagKeys }
      return [await holderTarget(kind, input[key], read, { context })] as const
    },
  },
  async handle(
    input: Named<N> & { readonly TagKeys: readonly string[] },
    ctx: CallContext,
    [target]: Loaded<R>,
  ) {
    const record = found(target.record, kind.type, input[key])
    await ctx.store.transaction((tx) =>
      change(tx, kind, record, (old) => ({ ...old, tags: withoutTags(old.tags, input.TagKeys) })),
    )
    return {}
  },
})

interface Marked {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

async function tagPage(
  tags: Readonly<Record<string, string>>,
  input: Marked,
  ctx: CallContext,
  id: string,
) {
  const list = tagsToList(tags)
  const { items, ...more } = await paged(list, (tag) => tag.Key, input, ctx, `tags/${id}`)
  return { Tags: [...items], ...more }
}

const listing = <R extends Tagged, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: {
    kind: 'iam' as const,
    targets: async (input: Named<N> & Marked, read: ReadContext) =>
      [await holderTarget(kind, input[key], read)] as const,
  },
  handle(input: Named<N> & Marked, ctx: CallContext, [target]: Loaded<R>) {
    const record = found(target.record, kind.type, input[key])
    return tagPage(record.tags, input, ctx, record.id)
  },
})

export const TagUser = operation('TagUser', tagging(userKind, 'UserName'))
export const TagRole = operation('TagRole', tagging(roleKind, 'RoleName'))
export const UntagUser = operation('UntagUser', untagging(userKind, 'UserName'))
export const UntagRole = operation('UntagRole', untagging(roleKind, 'RoleName'))
export const ListUserTags = operation('ListUserTags', listing(userKind, 'UserName'))
export const ListRoleTags = operation('ListRoleTags', listing(roleKind, 'RoleName'))

export const TagPolicy = operation('TagPolicy', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const target = await policyTarget(input.PolicyArn, read)
      return [{ ...target, context: tagContext(input.Tags) }] as const
    },
  },
  async handle(input, ctx, [target]) {
    const { id } = ownPolicy(target.record, input.PolicyArn)
    await ctx.store.transaction(async (tx) => {
      foundPolicy(await tx.of(managedPolicies).get([id]), input.PolicyArn)
      await tx
        .of(managedPolicies)
        .update([id], (old) => ({ ...old, tags: mergeTags(old.tags, input.Tags) }))
    })
    return {}
  },
})

export const UntagPolicy = operation('UntagPolicy', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const target = await policyTarget(input.PolicyArn, read)
      return [{ ...target, context: { 'aws:TagKeys': input.TagKeys } }] as const
    },
  },
  async handle(input, ctx, [target]) {
    const { id } = ownPolicy(target.record, input.PolicyArn)
    await ctx.store.transaction(async (tx) => {
      foundPolicy(await tx.of(managedPolicies).get([id]), input.PolicyArn)
      await tx
        .of(managedPolicies)
        .update([id], (old) => ({ ...old, tags: withoutTags(old.tags, input.TagKeys) }))
    })
    return {}
  },
})

export const ListPolicyTags = operation('ListPolicyTags', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  handle(input, ctx, [target]) {
    const policy = foundPolicy(target.record, input.PolicyArn)
    return tagPage(policy.tags, input, ctx, policy.id)
  },
})
