import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { fail, operation } from './contract.ts'
import { loadKey } from './key-names.ts'
import { type AliasRecord, aliasArn, aliases, type KeyRecord } from './key-records.ts'
import { checkCustomerManaged, checkLiving } from './key-states.ts'
import { foundKey, keyTarget, targetOf } from './key-targets.ts'
import { isSecret } from './materials.ts'

const quotaPerKey = 50

function checkName(name: string): void {
  if (!name.startsWith('alias/'))
    throw fail(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    )
  if (name.startsWith('alias/aws/'))
    throw fail(
      'InvalidAliasNameException',
      'The prefix alias/aws/ is reserved for AWS managed keys.',
    )
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name))
    throw fail('InvalidAliasNameException', `${name} contains invalid characters for an alias`)
}

const aliasTarget = (
  name: string,
  record: AliasRecord | undefined,
  read: ReadContext,
): Target<AliasRecord | undefined> => ({
  resource: aliasArn(read.account, read.region, name),
  account: read.account,
  region: read.region,
  record,
})

const find = (name: string, read: Pick<ReadContext, 'store'>) => read.store.of(aliases).get([name])

export const CreateAlias = operation('CreateAlias', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const key = await keyTarget(input.TargetKeyId, read, { forms: 'no-alias' })
      return [key, aliasTarget(input.AliasName, undefined, read)]
    },
  },
  async handle(input, ctx, [target]) {
    checkName(input.AliasName)
    const key = foundKey(target)
    checkCustomerManaged(key)
    checkLiving(key)
    const now = ctx.now()
    const alias = { name: input.AliasName, keyId: key.id, createdAt: now, updatedAt: now }
    try {
      await ctx.store.transaction(async (tx) => {
        const taken = await tx.of(aliases).find('key', [key.id], { limit: quotaPerKey })
        if (taken.records.length >= quotaPerKey)
          throw fail('LimitExceededException', `A key can have at most ${quotaPerKey} aliases.`)
        await tx.of(aliases).create(alias)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      const arn = aliasArn(ctx.account, ctx.region, input.AliasName)
      throw fail('AlreadyExistsException', `An alias with the name ${arn} already exists`)
    }
    return {}
  },
})

const notFound = (name: string, ctx: Pick<CallContext, 'account' | 'region'>) =>
  fail('NotFoundException', `Alias ${aliasArn(ctx.account, ctx.region, name)} is not found.`)

/** The key that an alias names now, as a further decision. */
async function formerKey(alias: AliasRecord | undefined, read: ReadContext) {
  if (alias === undefined) return []
  const { account, region } = read
  const key = await loadKey(account, region, alias.keyId, read)
  if (key === undefined) return []
  const arn = `arn:aws:kms:${region}:${account}:key/${key.id}`
  return [await targetOf({ account, region, arn, key, missing: '' }, read, {})]
}

export const DeleteAlias = operation('DeleteAlias', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const alias = await find(input.AliasName, read)
      return [aliasTarget(input.AliasName, alias, read), ...(await formerKey(alias, read))]
    },
  },
  async handle(input, ctx) {
    checkName(input.AliasName)
    const gone = await ctx.store.transaction((tx) => tx.of(aliases).delete([input.AliasName]))
    if (!gone) throw notFound(input.AliasName, ctx)
    return {}
  },
})

export const UpdateAlias = operation('UpdateAlias', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const key = await keyTarget(input.TargetKeyId, read, { forms: 'no-alias' })
      const alias = await find(input.AliasName, read)
      const former = await formerKey(alias, read)
      return [key, aliasTarget(input.AliasName, alias, read), ...former]
    },
  },
  async handle(input, ctx, [target, , former]) {
    checkName(input.AliasName)
    const key = foundKey(target)
    checkCustomerManaged(key)
    // Where the alias leads from may be leaving; where it leads to may not.
    checkLiving(key)
    const old = former?.record as KeyRecord | undefined
    if (old !== undefined && (old.usage !== key.usage || isSecret(old.spec) !== isSecret(key.spec)))
      throw fail(
        'ValidationException',
        `Alias ${aliasArn(ctx.account, ctx.region, input.AliasName)} cannot be changed to a key of another type or usage.`,
      )
    await ctx.store.transaction(async (tx) => {
      const alias = await tx.of(aliases).get([input.AliasName])
      if (alias === undefined) throw notFound(input.AliasName, ctx)
      await tx.of(aliases).put({ ...alias, keyId: key.id, updatedAt: ctx.now() })
    })
    return {}
  },
})
