import type { ContextValue } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import type { Readable } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { fail } from './contract.ts'
import { type PoolRecord, places, pools } from './pool-records.ts'

export const poolArn = (region: string, account: string, id: string): string =>
  `arn:aws:cognito-idp:${region}:${account}:userpool/${id}`

export const noPool = (id: string) =>
  fail('ResourceNotFoundException', `User pool ${id} does not exist.`)

/** The decision about a pool of the caller's account. */
export async function poolTarget(
  { UserPoolId: id }: { readonly UserPoolId: string },
  read: ReadContext,
  context: Readonly<Record<string, ContextValue | undefined>> = {},
): Promise<Target<PoolRecord | undefined>> {
  const record = await read.store.of(pools).get([id])
  const resource = poolArn(read.region, read.account, id)
  if (record === undefined) {
    const replica = await replicaTarget(id, read)
    if (replica !== undefined) return { ...replica, resource, context }
  }
  return { resource, record, tags: record?.tags, context }
}

/** A pool that answers here, while its records are in another Region. */
async function replicaTarget(id: string, read: ReadContext) {
  // The id begins with the Region where the pool was made.
  if (id.startsWith(`${read.region}_`)) return undefined
  const place = await read.store.of(places).get([id])
  const { replica, account, region } = place ?? {}
  if (region === undefined || account !== read.account) return undefined
  if (replica?.region !== read.region) return undefined
  const record = await read.storeOf({ account, region }).of(pools).get([id])
  return { region, record, tags: replica.tags, replica: replica.status }
}

/** Access of operations on one pool. */
export const onPool = {
  kind: 'iam',
  targets: async (input: { readonly UserPoolId: string }, read: ReadContext) =>
    [await poolTarget(input, read)] as const,
} as const

/** The pool that was decided upon. */
export function foundPool(
  { record }: Target<PoolRecord | undefined>,
  { UserPoolId: id }: { readonly UserPoolId: string },
): PoolRecord {
  if (record === undefined) throw noPool(id)
  return record
}

/** The pool as it is now; within a transaction it is certain to stay. */
export async function livingPool(tx: Readable, id: string): Promise<PoolRecord> {
  const pool = await tx.of(pools).get([id])
  if (pool === undefined) throw noPool(id)
  return pool
}
