import type { GrantOperation } from '@aws-sdk/client-kms'
import { collection, type Transaction } from '../../kernel/store.ts'

/** A permission on one key, given to one principal. */
export interface GrantRecord {
  /** 64 hex digits. */
  readonly id: string
  readonly keyId: string
  readonly name?: string | undefined
  readonly createdAt: Date
  /** ARN of the principal, or a service principal. */
  readonly grantee: string
  readonly retiring?: string | undefined
  readonly granteeIsService?: boolean | undefined
  readonly retiringIsService?: boolean | undefined
  /** ARN of the account's root that gave it. */
  readonly issuer: string
  readonly operations: readonly GrantOperation[]
  readonly constraints?: GrantLimits | undefined
}

export interface GrantLimits {
  readonly encryptionContextEquals?: Readonly<Record<string, string>>
  readonly encryptionContextSubset?: Readonly<Record<string, string>>
  readonly sourceArn?: string
}

/** Grants of a key for one grantee are found together: a key may have fifty thousand. */
export const granteeKey = (keyId: string, grantee: string): string => `${keyId} ${grantee}`

export const grants = collection<GrantRecord>('kms.grants')({
  scope: 'region',
  version: 1,
  key: ({ keyId, id }) => [keyId, id],
  indexes: {
    grantee: { kind: 'blind', of: (grant: GrantRecord) => granteeKey(grant.keyId, grant.grantee) },
    retiring: { kind: 'blind', of: (grant: GrantRecord) => grant.retiring },
    name: {
      kind: 'blind',
      of: (grant: GrantRecord) =>
        grant.name === undefined ? undefined : `${grant.keyId} ${grant.name}`,
    },
  },
  cached: 'kms',
})

/** How many grants a key has, so that its quota costs no counting. */
const grantCounts = collection<{ readonly keyId: string; readonly count: number }>(
  'kms.grant-counts',
)({ scope: 'region', version: 1, key: ({ keyId }) => [keyId] })

/** Counts a grant in, or out; answers how many there are now. */
export async function countGrant(tx: Transaction, keyId: string, by: 1 | -1): Promise<number> {
  const count = ((await tx.of(grantCounts).get([keyId]))?.count ?? 0) + by
  await tx.of(grantCounts).put({ keyId, count })
  return count
}

/** Takes a grant away; false when it is gone already. */
export async function removeGrant(tx: Transaction, keyId: string, id: string): Promise<boolean> {
  const gone = await tx.of(grants).delete([keyId, id])
  if (gone) await countGrant(tx, keyId, -1)
  return gone
}

/** Takes all grants of a key away that is deleted. */
export async function removeGrants(tx: Transaction, keyId: string): Promise<void> {
  for (;;) {
    const { records } = await tx.of(grants).list({ prefix: [keyId], limit: 1_000 })
    if (records.length === 0) break
    for (const { id } of records) await tx.of(grants).delete([keyId, id])
  }
  await tx.of(grantCounts).delete([keyId])
}
