import { parseArn } from '../../kernel/arn.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { tagContext } from '../../kernel/tags.ts'
import { fail, invalid, operation } from './contract.ts'
import { pools } from './pool-records.ts'
import { foundPool, livingPool, poolTarget } from './pool-targets.ts'
import { newTags } from './tag-rules.ts'

/** The pool that an ARN names; its own account and Region are those of the caller. */
function poolOf(arn: string, read?: Pick<ReadContext, 'account' | 'region'>) {
  const { service, region, account, resource = '' } = parseArn(arn) ?? {}
  const id = /^userpool\/([\w-]+_[0-9a-zA-Z]+)$/.exec(resource)?.[1]
  if (service !== 'cognito-idp' || id === undefined) throw invalid('Invalid resource ARN.')
  if (read !== undefined && (account !== read.account || region !== read.region))
    throw fail('ResourceNotFoundException', `User pool ${id} does not exist.`)
  return { UserPoolId: id }
}

export const TagResource = operation('TagResource', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await poolTarget(poolOf(input.ResourceArn, read), read, tagContext(input.Tags)),
    ],
  },
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, poolOf(input.ResourceArn))
    await ctx.store.transaction(async (tx) => {
      const pool = await livingPool(tx, id)
      await tx.of(pools).put({ ...pool, tags: newTags(input.Tags, pool.tags) })
    })
    return {}
  },
})

export const UntagResource = operation('UntagResource', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await poolTarget(poolOf(input.ResourceArn, read), read, { 'aws:TagKeys': input.TagKeys }),
    ],
  },
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, poolOf(input.ResourceArn))
    const gone = new Set(input.TagKeys)
    await ctx.store.transaction(async (tx) => {
      const pool = await livingPool(tx, id)
      const kept = Object.entries(pool.tags).filter(([key]) => !gone.has(key))
      await tx.of(pools).put({ ...pool, tags: Object.fromEntries(kept) })
    })
    return {}
  },
})

export const ListTagsForResource = operation('ListTagsForResource', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await poolTarget(poolOf(input.ResourceArn, read), read)],
  },
  handle: (input, _, [target]) => ({
    Tags: { ...foundPool(target, poolOf(input.ResourceArn)).tags },
  }),
})
