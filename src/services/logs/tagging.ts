import { parseArn } from '../../kernel/arn.ts'
import type { ContextValue } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { tagContext } from '../../kernel/tags.ts'
import { fail, invalid, operation } from './contract.ts'
import { changeGroup } from './groups.ts'
import type { GroupRecord } from './log-records.ts'
import { foundGroup, type GroupTarget, groupTarget } from './log-targets.ts'
import { mergedTags } from './tag-rules.ts'

type Context = Readonly<Record<string, ContextValue>>

/** The group of an ARN; of all that has tags on AWS, groups are here. */
async function byArn(
  resourceArn: string,
  read: ReadContext,
  context: Context = {},
): Promise<readonly [GroupTarget]> {
  const resource = parseArn(resourceArn)?.resource ?? ''
  if (!/^log-group:[^:*]+$/.test(resource)) throw invalid('The ARN is not that of a log group.')
  return [await groupTarget({ logGroupIdentifier: resourceArn }, read, { plain: true, context })]
}

const byName = async (
  logGroupName: string,
  read: ReadContext,
  context: Context = {},
): Promise<readonly [GroupTarget]> => [
  await groupTarget({ logGroupName }, read, { plain: true, context }),
]

const without = (old: GroupRecord, gone: readonly string[]): GroupRecord => ({
  ...old,
  tags: Object.fromEntries(Object.entries(old.tags).filter(([name]) => !gone.includes(name))),
})

function tagsOf(target: GroupTarget): Record<string, string> {
  if (target.record === undefined)
    throw fail('ResourceNotFoundException', 'The specified resource does not exist.')
  return { ...foundGroup(target).tags }
}

export const TagResource = operation('TagResource', {
  access: {
    kind: 'iam',
    targets: (input, read) => byArn(input.resourceArn, read, tagContext(input.tags)),
  },
  async handle(input, ctx, [target]) {
    await changeGroup(target, ctx, (old) => ({ ...old, tags: mergedTags(old.tags, input.tags) }))
    return {}
  },
})

export const UntagResource = operation('UntagResource', {
  access: {
    kind: 'iam',
    targets: (input, read) => byArn(input.resourceArn, read, { 'aws:TagKeys': input.tagKeys }),
  },
  async handle(input, ctx, [target]) {
    await changeGroup(target, ctx, (old) => without(old, input.tagKeys))
    return {}
  },
})

export const ListTagsForResource = operation('ListTagsForResource', {
  access: { kind: 'iam', targets: (input, read) => byArn(input.resourceArn, read) },
  handle: (_input, _ctx, [target]) => ({ tags: tagsOf(target) }),
})

export const TagLogGroup = operation('TagLogGroup', {
  access: {
    kind: 'iam',
    targets: (input, read) => byName(input.logGroupName, read, tagContext(input.tags)),
  },
  async handle(input, ctx, [target]) {
    await changeGroup(target, ctx, (old) => ({ ...old, tags: mergedTags(old.tags, input.tags) }))
    return {}
  },
})

export const UntagLogGroup = operation('UntagLogGroup', {
  access: {
    kind: 'iam',
    targets: (input, read) => byName(input.logGroupName, read, { 'aws:TagKeys': input.tags }),
  },
  async handle(input, ctx, [target]) {
    await changeGroup(target, ctx, (old) => without(old, input.tags))
    return {}
  },
})

export const ListTagsLogGroup = operation('ListTagsLogGroup', {
  access: { kind: 'iam', targets: (input, read) => byName(input.logGroupName, read) },
  handle: (_input, _ctx, [target]) => ({ tags: tagsOf(target) }),
})
