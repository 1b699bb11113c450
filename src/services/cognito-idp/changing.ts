import type { CallContext } from '../../kernel/context.ts'
import type { Readable, Transaction } from '../../kernel/store.ts'
import { type CredentialRecord, credentials, noCredentials } from './credential-records.ts'
import type { PoolRecord } from './pool-records.ts'
import { livingPool } from './pool-targets.ts'
import { type UserRecord, users } from './user-records.ts'
import { noUser, putUser } from './usernames.ts'

/** What becomes of a user. */
export interface Changes {
  readonly user?: (old: UserRecord, pool: PoolRecord) => UserRecord
  readonly credential?: (old: CredentialRecord, pool: PoolRecord) => CredentialRecord
  /** Takes aliases away from whoever has them. */
  readonly force?: boolean
}

/** Changes a user as it is by now, and what it signs in with, at once. */
export const changeUser = (
  ctx: Pick<CallContext, 'store' | 'now'>,
  { pool: poolId, sub }: Pick<UserRecord, 'pool' | 'sub'>,
  changes: Changes,
): Promise<UserRecord> =>
  ctx.store.transaction((tx) => changeUserIn(tx, { pool: poolId, sub }, changes, ctx.now()))

/** As `changeUser`, within a transaction. */
export async function changeUserIn(
  tx: Transaction,
  { pool: poolId, sub }: Pick<UserRecord, 'pool' | 'sub'>,
  { user: change, credential, force }: Changes,
  now: Date,
): Promise<UserRecord> {
  const pool = await livingPool(tx, poolId)
  const old = await tx.of(users).get([poolId, sub])
  if (old === undefined) throw noUser()
  if (credential !== undefined) {
    const known = (await tx.of(credentials).get([poolId, sub])) ?? noCredentials(poolId, sub)
    await tx.of(credentials).put(credential(known, pool))
  }
  if (change === undefined) return old
  return putUser(tx, pool, { ...change(old, pool), modifiedAt: now }, force)
}

/** What the user signs in with. */
export const credentialsOf = (
  { store }: Pick<CallContext, 'store'>,
  user: Pick<UserRecord, 'pool' | 'sub'>,
): Promise<CredentialRecord> => credentialsIn(store, user)

/** As `credentialsOf`, also within a transaction. */
export const credentialsIn = async (
  store: Readable,
  { pool, sub }: Pick<UserRecord, 'pool' | 'sub'>,
): Promise<CredentialRecord> =>
  (await store.of(credentials).get([pool, sub])) ?? noCredentials(pool, sub)
