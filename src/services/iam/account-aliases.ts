import { AlreadyExists, collection, type Readable } from '../../kernel/store.ts'
import { fail, operation } from './contract.ts'
import { paged } from './listing.ts'

interface AccountAliasRecord {
  readonly account: string
  readonly alias: string
}

/** The one alias of an account; nobody else in the installation has it. */
const accountAliases = collection<AccountAliasRecord>('iam.account-aliases')({
  scope: 'installation',
  version: 1,
  key: (record) => [record.account],
  indexes: {
    alias: { kind: 'blind', unique: true, of: (record: AccountAliasRecord) => record.alias },
  },
})

/** The account that an id or alias names; ids name themselves. */
export async function accountNamed(
  store: Readable,
  idOrAlias: string,
): Promise<string | undefined> {
  if (/^\d{12}$/.test(idOrAlias)) return idOrAlias
  return (await store.of(accountAliases).findOne('alias', idOrAlias))?.account
}

/** The account's alias: what its users call it when they sign in. */
export const aliasOf = async (store: Readable, account: string): Promise<string | undefined> =>
  (await store.of(accountAliases).get([account]))?.alias

const account = { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] } as const

export const CreateAccountAlias = operation('CreateAccountAlias', {
  access: account,
  async handle({ AccountAlias: alias }, ctx) {
    await ctx.store
      .transaction((tx) => tx.of(accountAliases).put({ account: ctx.account, alias }))
      .catch((error: unknown) => {
        if (!(error instanceof AlreadyExists)) throw error
        throw fail('EntityAlreadyExistsException', `The account alias ${alias} already exists.`)
      })
    return {}
  },
})

export const DeleteAccountAlias = operation('DeleteAccountAlias', {
  access: account,
  async handle({ AccountAlias: alias }, ctx) {
    await ctx.store.transaction(async (tx) => {
      const there = await tx.of(accountAliases).get([ctx.account])
      if (there?.alias !== alias)
        throw fail('NoSuchEntityException', `The account alias ${alias} cannot be found.`)
      await tx.of(accountAliases).delete([ctx.account])
    })
    return {}
  },
})

export const ListAccountAliases = operation('ListAccountAliases', {
  access: account,
  async handle(input, ctx) {
    const there = await ctx.store.of(accountAliases).get([ctx.account])
    const aliases = there === undefined ? [] : [there.alias]
    const { items, ...more } = await paged(aliases, (alias) => alias, input, ctx, 'aliases')
    return { AccountAliases: [...items], ...more }
  },
})
