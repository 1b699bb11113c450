import { type Collection, collection, type Index, type Transaction } from '../../kernel/store.ts'
import { fail } from './contract.ts'
import { groups } from './group-records.ts'
import { instanceProfiles } from './instance-profile-records.ts'
import { all } from './listing.ts'
import { managedPolicies } from './managed-policy-records.ts'
import { mfaDevices } from './mfa-device-records.ts'
import { roles } from './role-records.ts'
import { users } from './user-records.ts'

/** How many of each an account may have, as AWS gives it to a new account. */
export const accountQuotas = {
  Users: 5_000,
  Groups: 300,
  Roles: 1_000,
  Policies: 1_500,
  InstanceProfiles: 1_000,
  VirtualMFADevices: 5_000,
} as const

export type Counted = keyof typeof accountQuotas

// biome-ignore lint/suspicious/noExplicitAny: what is counted is not looked at
type Anything = Collection<any, Record<string, Index<any>>>

const collections: Readonly<Record<Counted, Anything>> = {
  Users: users,
  Groups: groups,
  Roles: roles,
  Policies: managedPolicies,
  InstanceProfiles: instanceProfiles,
  VirtualMFADevices: mfaDevices,
}

/** Numbers of records, so that nobody has to list thousands to create one more. */
const counts = collection<{ readonly what: string; readonly count: number }>('iam.counts')({
  scope: 'account',
  version: 1,
  key: ({ what }) => [what],
})

async function countOf(tx: Transaction, what: Counted): Promise<number> {
  const known = await tx.of(counts).get([what])
  return known?.count ?? (await all(tx, collections[what])).length
}

/** Takes a place for one more, in the transaction that creates it; refuses beyond the quota. */
export async function takePlace(tx: Transaction, what: Counted): Promise<void> {
  const count = await countOf(tx, what)
  if (count >= accountQuotas[what])
    throw fail(
      'LimitExceededException',
      `Cannot exceed quota for ${what}PerAccount: ${accountQuotas[what]}`,
    )
  await tx.of(counts).put({ what, count: count + 1 })
}

/** Gives the place back, in the transaction that deletes; asked before the record is gone. */
export async function givePlaceBack(tx: Transaction, what: Counted): Promise<void> {
  await tx.of(counts).put({ what, count: Math.max(0, (await countOf(tx, what)) - 1) })
}
