import type { CallContext } from '../../kernel/context.ts'
import type { Collection, Readable } from '../../kernel/store.ts'
import { fail } from './contract.ts'
import { type CredentialOwner, stillThere } from './credential-owners.ts'
import type { UserCredential } from './user-credential-records.ts'

/** One kind of them. */
export interface CredentialKind<R extends UserCredential> {
  // biome-ignore lint/suspicious/noExplicitAny: some kinds have indexes of their own besides the common one
  readonly collection: Collection<R, any>
  /** AWS's sentence for an id that the user does not have. */
  readonly missing: (id: string) => string
}

/** All that a user has of this kind; quotas bound them. */
export const credentialsOf = async <R extends UserCredential>(
  store: Readable,
  { collection }: Pick<CredentialKind<R>, 'collection'>,
  userId: string,
): Promise<readonly R[]> =>
  (await store.of(collection).find('owner', [userId], { limit: 1_000 })).records

/** The user's own credential of this id, or AWS's NoSuchEntity. */
export async function ownCredential<R extends UserCredential>(
  store: Readable,
  { collection, missing }: CredentialKind<R>,
  id: string,
  userId: string,
): Promise<R> {
  const record = await store.of(collection).get([id])
  if (record?.userId !== userId) throw fail('NoSuchEntityException', missing(id))
  return record
}

export const statusOf = ({ active }: UserCredential) =>
  active ? ('Active' as const) : ('Inactive' as const)

/** Makes the user's credential active or inactive; `Expired` is nothing that can be set. */
export async function setStatus<R extends UserCredential>(
  ctx: CallContext,
  kind: CredentialKind<R>,
  owner: CredentialOwner,
  id: string,
  status: string,
): Promise<Record<never, never>> {
  if (status === 'Expired') throw fail('InvalidInputException', 'Status Expired cannot be set.')
  const active = status === 'Active'
  await ctx.store.transaction(async (tx) => {
    await stillThere(tx, owner)
    await ownCredential(tx, kind, id, owner.id)
    await tx.of(kind.collection).update([id], (old) => ({ ...old, active }))
  })
  return {}
}

export async function remove<R extends UserCredential>(
  ctx: CallContext,
  kind: CredentialKind<R>,
  owner: CredentialOwner,
  id: string,
): Promise<Record<never, never>> {
  await ctx.store.transaction(async (tx) => {
    await stillThere(tx, owner)
    await ownCredential(tx, kind, id, owner.id)
    await tx.of(kind.collection).delete([id])
  })
  return {}
}
