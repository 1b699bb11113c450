import type { Tag } from '@aws-sdk/client-kms'
import type { ContextValue } from '../../kernel/authorization.ts'
import { fail, operation } from './contract.ts'
import { keys } from './key-records.ts'
import { checkCustomerManaged, checkLiving } from './key-states.ts'
import { foundKey, managed, managing } from './key-targets.ts'
import { keyPage } from './listing.ts'

const quota = 50

/** Condition keys of tags in a request. */
export function tagContext(tags: readonly Tag[] | undefined): Record<string, ContextValue> {
  if (tags === undefined || tags.length === 0) return {}
  const context: Record<string, ContextValue> = { 'aws:TagKeys': tags.map((tag) => tag.TagKey!) }
  for (const { TagKey, TagValue } of tags) context[`aws:RequestTag/${TagKey}`] = TagValue!
  return context
}

/** Adds tags to those that are there; keys differ by case. */
export function mergedTags(
  old: Readonly<Record<string, string>>,
  tags: readonly Tag[] | undefined,
): Record<string, string> {
  const names = (tags ?? []).map(({ TagKey }) => TagKey!)
  if (names.some((name) => name.startsWith('aws:')))
    throw fail('TagException', 'Tags beginning with aws: are reserved')
  if (new Set(names).size < names.length) throw fail('TagException', 'Duplicate tag keys')
  const added = (tags ?? []).map(({ TagKey, TagValue }) => [TagKey!, TagValue!] as const)
  const merged = { ...old, ...Object.fromEntries(added) }
  if (Object.keys(merged).length > quota) throw fail('TagException', 'Too many tags')
  return merged
}

export const TagResource = operation('TagResource', {
  access: managing((input) => tagContext(input.Tags)),
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkCustomerManaged(key)
    checkLiving(key)
    await ctx.store.transaction((tx) =>
      tx.of(keys).update([key.id], (old) => ({ ...old, tags: mergedTags(old.tags, input.Tags) })),
    )
    return {}
  },
})

export const UntagResource = operation('UntagResource', {
  access: managing((input) => ({ 'aws:TagKeys': input.TagKeys })),
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkCustomerManaged(key)
    checkLiving(key)
    const gone = new Set(input.TagKeys)
    await ctx.store.transaction((tx) =>
      tx.of(keys).update([key.id], (old) => {
        const kept = Object.entries(old.tags).filter(([name]) => !gone.has(name))
        return { ...old, tags: Object.fromEntries(kept) }
      }),
    )
    return {}
  },
})

export const ListResourceTags = operation('ListResourceTags', {
  access: managed,
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    const tags = Object.entries(key.tags)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
    const { items, ...more } = await keyPage(
      tags,
      (tag) => tag.TagKey,
      input,
      ctx,
      `tags/${key.id}`,
    )
    return { Tags: [...items], ...more }
  },
})
