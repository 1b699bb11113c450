import { parseArn } from '../../kernel/arn.ts'
import type { ContextValue } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { tagContext } from '../../kernel/tags.ts'
import { invalid, operation } from './contract.ts'
import { functions } from './function-records.ts'
import { type FunctionTarget, found, functionTarget, notFound } from './function-targets.ts'
import { mergedTags } from './tag-rules.ts'

/** Tags belong to whole functions. */
async function tagged(
  arn: string,
  read: ReadContext,
  context: Readonly<Record<string, ContextValue>> = {},
): Promise<readonly [FunctionTarget]> {
  if (!/^function:[^:]+$/.test(parseArn(arn)?.resource ?? ''))
    throw invalid(
      `Tags on function aliases and versions are not supported. Please specify either a function ARN or an event source mapping ARN.`,
    )
  return [await functionTarget(arn, read, { context })]
}

export const ListTags = operation('ListTags', {
  access: { kind: 'iam', targets: (input, read) => tagged(input.Resource, read) },
  handle: (_input, _ctx, [target]) => ({ Tags: { ...found(target).record.tags } }),
})

export const TagResource = operation('TagResource', {
  access: {
    kind: 'iam',
    targets: (input, read) => tagged(input.Resource, read, tagContext(input.Tags)),
  },
  async handle(input, ctx, [target]) {
    const { name } = found(target).record
    await ctx.store.transaction(async (tx) => {
      const old = await tx.of(functions).get([name])
      if (old === undefined) throw notFound(target)
      await tx.of(functions).put({ ...old, tags: mergedTags(old.tags, input.Tags) })
    })
    return {}
  },
})

export const UntagResource = operation('UntagResource', {
  access: {
    kind: 'iam',
    targets: (input, read) => tagged(input.Resource, read, { 'aws:TagKeys': input.TagKeys }),
  },
  async handle(input, ctx, [target]) {
    const { name } = found(target).record
    await ctx.store.transaction(async (tx) => {
      const old = await tx.of(functions).get([name])
      if (old === undefined) throw notFound(target)
      const kept = Object.entries(old.tags).filter(([key]) => !input.TagKeys.includes(key))
      await tx.of(functions).put({ ...old, tags: Object.fromEntries(kept) })
    })
    return {}
  },
})
