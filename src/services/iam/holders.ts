import type { ReadContext } from '../../kernel/context.ts'
import { type Collection, NotFound, type Transaction } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { type ArnType, iamArn } from './arns.ts'
import { fail } from './contract.ts'

/** What users, groups and roles have in common: a name, and policies that hang on it. */
export interface PolicyHolder {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly createdAt: Date
  /** ARNs of attached managed policies, in the order of attachment. */
  readonly attached: readonly string[]
  /** Inline policy documents by name. */
  readonly inline: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
  /** ARN of the managed policy that is the permissions boundary. */
  readonly boundary?: string | undefined
}

/** Names are unique without regard to case. */
export const holderIndexes = {
  name: { kind: 'blind', unique: true, of: (r: PolicyHolder) => r.name.toLowerCase() },
  attached: { kind: 'blind', of: (r: PolicyHolder) => r.attached },
  boundary: { kind: 'blind', of: (r: PolicyHolder) => r.boundary },
} as const

/** One of the three kinds, with what differs between them. */
export interface HolderKind<R extends PolicyHolder> {
  readonly type: 'user' | 'group' | 'role'
  // biome-ignore lint/suspicious/noExplicitAny: each kind has indexes of its own besides the common ones
  readonly collection: Collection<R, any>
  /** Characters of all inline policies together. */
  readonly inlineQuota: number
  readonly attachedQuota: number
  /** Whether AWS alone may change it: a service-linked role. */
  readonly isProtected?: (record: R) => boolean
}

/** Refuses to change what AWS alone may change. */
export function modifiable<R extends PolicyHolder>(kind: HolderKind<R>, record: R): R {
  if (kind.isProtected?.(record) === true)
    throw fail(
      'UnmodifiableEntityException',
      `Cannot perform the operation on the protected ${kind.type} '${record.name}' - this ${kind.type} is only modifiable by AWS`,
    )
  return record
}

/** The holder of a name as a target: loaded once, decided upon, and handed to the handler. */
export async function holderTarget<R extends PolicyHolder>(
  kind: HolderKind<R>,
  name: string,
  read: ReadContext,
  more: Pick<Target, 'action' | 'context'> = {},
): Promise<Target<R | undefined>> {
  const record = await read.store.of(kind.collection).findOne('name', name.toLowerCase())
  return { ...existing(kind.type, record, name, read.account), ...more, record }
}

/** What a list is about: no resource, but the path under which it looks (`user/`). */
export const pathTarget = (
  type: ArnType,
  prefix: string | undefined,
  read: Pick<ReadContext, 'account'>,
): Target<undefined> => ({
  resource: iamArn(read.account, type, '', prefix),
  record: undefined,
})

/** Resource facts of something that may be missing; a missing one has its would-be ARN. */
export function existing(
  type: ArnType,
  record: Pick<PolicyHolder, 'name' | 'path' | 'tags' | 'boundary'> | undefined,
  name: string,
  account: string,
) {
  if (record === undefined) return { resource: iamArn(account, type, name) }
  return {
    resource: iamArn(account, type, record.name, record.path),
    tags: record.tags,
    spokenAs: `${type} ${record.name}`,
  }
}

/** The loaded record, or AWS's NoSuchEntity. */
export function found<R>(record: R | undefined, type: string, name: string): R {
  if (record === undefined)
    throw fail('NoSuchEntityException', `The ${type} with name ${name} cannot be found.`)
  return record
}

/** Changes the record that was decided upon; when it is gone by now, it was not found. */
export async function change<R extends PolicyHolder>(
  tx: Transaction,
  kind: HolderKind<R>,
  record: R,
  next: (old: R) => R,
): Promise<R> {
  try {
    return await tx.of(kind.collection).update([record.id], next)
  } catch (error) {
    if (error instanceof NotFound) found(undefined, kind.type, record.name)
    throw error
  }
}
