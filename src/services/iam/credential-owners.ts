import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Readable } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { iamArn } from './arns.ts'
import { found, holderTarget } from './holders.ts'
import { type UserRecord, userKind, users } from './user-records.ts'
import { ownName } from './users.ts'

/** Whose credentials are meant: a user's, or the root's when root calls and names nobody. */
export interface CredentialOwner {
  /** Unique id of the user; the account number for the root user. */
  readonly id: string
  readonly name: string | undefined
}

/** The one target of operations on a user's own credentials. */
export async function ownerTarget(
  name: string | undefined,
  read: ReadContext,
  more: Pick<Target, 'context'> = {},
): Promise<[Target<UserRecord | undefined>]> {
  if (name === undefined && read.caller.principal.kind === 'root')
    return [{ resource: iamArn(read.account, 'user', '*'), record: undefined, ...more }]
  return [await holderTarget(userKind, ownName(name, read), read, more)]
}

export function ownerOf(
  name: string | undefined,
  target: Target<UserRecord | undefined>,
  ctx: CallContext,
): CredentialOwner {
  if (name === undefined && ctx.caller.principal.kind === 'root')
    return { id: ctx.account, name: undefined }
  const user = found(target.record, 'user', name ?? '')
  return { id: user.id, name: user.name }
}

/** Whose credential is written must still be there. */
export async function stillThere(tx: Readable, owner: CredentialOwner): Promise<void> {
  if (owner.name !== undefined) found(await tx.of(users).get([owner.id]), 'user', owner.name)
}
