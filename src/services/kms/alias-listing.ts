import type { CallContext } from '../../kernel/context.ts'
import { operation } from './contract.ts'
import { type AliasRecord, aliasArn, aliases } from './key-records.ts'
import { foundKey, keyTarget } from './key-targets.ts'
import { keyPage, type Marked, openMark } from './listing.ts'
import { managedAliases } from './managed-key-names.ts'

const list = 'aliases'

type Named = Pick<AliasRecord, 'name'> & Partial<AliasRecord>

const entry = (alias: Named, { account, region }: CallContext) => ({
  AliasName: alias.name,
  AliasArn: aliasArn(account, region, alias.name),
  ...(alias.keyId !== undefined && {
    TargetKeyId: alias.keyId,
    CreationDate: alias.createdAt,
    LastUpdatedDate: alias.updatedAt,
  }),
})

export const ListAliases = operation('ListAliases', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const key = input.KeyId === undefined ? undefined : await keyTarget(input.KeyId, read)
      return [{ resource: '*', record: key }]
    },
  },
  async handle(input, ctx, [{ record: target }]) {
    if (target === undefined) {
      const { items, ...more } = await everyAlias(input, ctx)
      return { Aliases: items.map((alias) => entry(alias, ctx)), ...more }
    }
    const key = foundKey(target)
    const { records } = await ctx.store.of(aliases).find('key', [key.id], { limit: 1_000 })
    const { items, ...more } = await keyPage(records, (a) => a.name, input, ctx, `of/${key.id}`)
    return { Aliases: items.map((alias) => entry(alias, ctx)), ...more }
  },
})

/**
 * A page of the account's aliases, AWS's own among them, also those behind which there is no key yet.
 * One more than a page is read from the store, so that nothing is told before its turn.
 */
async function everyAlias(input: Marked, ctx: CallContext) {
  const limit = Math.min(input.Limit ?? 100, 999)
  const mark = await openMark(input, ctx, list)
  const after = mark === undefined ? undefined : [mark]
  const { records } = await ctx.store.of(aliases).list({ limit: limit + 1, after })
  const there = new Set(records.map(({ name }) => name))
  const unmade = managedAliases.filter((name) => !there.has(name)).map((name) => ({ name }))
  const all: Named[] = [...records, ...unmade].sort((a, b) => (a.name < b.name ? -1 : 1))
  return keyPage(all, ({ name }) => name, { ...input, Limit: limit }, ctx, list)
}
