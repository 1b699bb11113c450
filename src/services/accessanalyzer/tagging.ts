import type { CallContext } from '../../kernel/context.ts'
import { tagContext } from '../../kernel/tags.ts'
import { type AnalyzerRecord, analyzers, byArn, current, found } from './analyzer-records.ts'
import { operation } from './contract.ts'
import { mergeTags } from './tag-rules.ts'

type Tags = AnalyzerRecord['tags']

const retag = async (record: AnalyzerRecord, ctx: CallContext, change: (old: Tags) => Tags) => {
  await ctx.store.transaction(async (tx) => {
    await current(tx, record, ctx)
    await tx.of(analyzers).update([record.id], (old) => ({ ...old, tags: change(old.tags) }))
  })
  return {}
}

export const TagResource = operation('TagResource', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await byArn(input.resourceArn, read, { context: tagContext(input.tags) }),
    ],
  },
  handle: (input, ctx, [target]) => retag(found(target), ctx, (old) => mergeTags(old, input.tags)),
})

export const UntagResource = operation('UntagResource', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await byArn(input.resourceArn, read, { context: { 'aws:TagKeys': input.tagKeys } }),
    ],
  },
  handle: (input, ctx, [target]) =>
    retag(found(target), ctx, (old) => {
      const gone = new Set(input.tagKeys)
      return Object.fromEntries(Object.entries(old).filter(([key]) => !gone.has(key)))
    }),
})

export const ListTagsForResource = operation('ListTagsForResource', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await byArn(input.resourceArn, read)],
  },
  handle: (_, __, [target]) => ({ tags: { ...found(target).tags } }),
})
