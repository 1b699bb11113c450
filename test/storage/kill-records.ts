import { collection, type Owner } from '../../src/kernel/store.ts'

/** What the killed process writes. */
export interface Account {
  readonly name: string
  /** Grows with every write of one process. */
  readonly edition: number
  readonly tag: string
  readonly padding: string
}

export const accounts = collection<Account>('kill.accounts')({
  scope: 'account',
  version: 1,
  key: ({ name }) => [name],
  indexes: { tag: { kind: 'blind', unique: true, of: (account: Account) => account.tag } },
})

export const owner: Owner = { account: '111111111111', region: 'eu-west-1' }
