import { parseArn } from '../../kernel/arn.ts'
import type { Policy } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import type { Readable } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { entitiesWith } from './attached-entities.ts'
import { fail } from './contract.ts'
import { type GroupRecord, groupKind, groups } from './group-records.ts'
import { holderTarget, type PolicyHolder } from './holders.ts'
import { policyTarget } from './managed-policies.ts'
import { defaultDocument, type ManagedPolicyRecord } from './managed-policy-records.ts'
import { policiesOf } from './principals.ts'
import { type RoleRecord, roleKind } from './role-records.ts'
import { type UserRecord, userKind, users } from './user-records.ts'

/** Whose access a report is about. */
export type Subject =
  | { readonly type: 'user'; readonly holder: UserRecord }
  | { readonly type: 'group'; readonly holder: GroupRecord }
  | { readonly type: 'role'; readonly holder: RoleRecord }
  | { readonly type: 'policy'; readonly policy: ManagedPolicyRecord }

const nameIn = (resource: string): string => resource.slice(resource.lastIndexOf('/') + 1)

/** The user, group, role or policy of an ARN as a target. */
export async function subjectTarget(
  arn: string,
  read: ReadContext,
): Promise<Target<Subject | undefined>> {
  const parts = parseArn(arn)
  const resource = parts?.resource ?? ''
  const missing = { resource: arn, record: undefined }
  if (parts?.service !== 'iam') return missing
  if (resource.startsWith('policy/')) {
    const { record, ...target } = await policyTarget(arn, read)
    return { ...target, record: record && { type: 'policy', policy: record } }
  }
  if (parts.account !== read.account) return missing
  const name = nameIn(resource)
  const named = await holderOf(resource, name, read)
  if (named?.target.record === undefined || named.target.resource !== arn) return missing
  const { record: holder, ...target } = named.target
  return { ...target, record: { type: named.type, holder } as Subject }
}

async function holderOf(resource: string, name: string, read: ReadContext) {
  if (resource.startsWith('user/'))
    return { type: 'user', target: await holderTarget(userKind, name, read) }
  if (resource.startsWith('group/'))
    return { type: 'group', target: await holderTarget(groupKind, name, read) }
  if (resource.startsWith('role/'))
    return { type: 'role', target: await holderTarget(roleKind, name, read) }
  return undefined
}

export function foundSubject(subject: Subject | undefined, arn: string): Subject {
  if (subject === undefined) throw fail('NoSuchEntityException', `ARN ${arn} cannot be found.`)
  return subject
}

/** A policy with the holder that it hangs on. */
export interface HeldPolicy {
  readonly policy: Policy
  readonly type: 'user' | 'group' | 'role'
  readonly holder: PolicyHolder
}

/** The identity-based policies of a user (with those of its groups), group or role. */
export async function heldPolicies(
  subject: Exclude<Subject, { type: 'policy' }>,
  store: Readable,
): Promise<HeldPolicy[]> {
  const holders: Omit<HeldPolicy, 'policy'>[] = [subject]
  if (subject.type === 'user')
    for (const id of subject.holder.groups) {
      const group = await store.of(groups).get([id])
      if (group !== undefined) holders.push({ type: 'group', holder: group })
    }
  const held = await Promise.all(
    holders.map(async ({ type, holder }) =>
      (await policiesOf(store, holder)).map((policy) => ({ policy, type, holder })),
    ),
  )
  return held.flat()
}

/** Documents of the policies by which a subject reaches services. */
export async function documentsOf(subject: Subject, store: Readable): Promise<string[]> {
  if (subject.type === 'policy') return [defaultDocument(subject.policy)]
  return (await heldPolicies(subject, store)).map(({ policy }) => policy.document)
}

type Entity =
  | { readonly type: 'USER'; readonly record: UserRecord }
  | { readonly type: 'ROLE'; readonly record: RoleRecord }

const membersOf = async (store: Readable, group: GroupRecord): Promise<readonly UserRecord[]> =>
  (await store.of(users).find('group', [group.id], { limit: 1_000 })).records

/** The users and roles that act by what the subject allows. */
export async function actingFor(subject: Subject, store: Readable): Promise<Entity[]> {
  if (subject.type === 'user') return [{ type: 'USER', record: subject.holder }]
  if (subject.type === 'role') return [{ type: 'ROLE', record: subject.holder }]
  const found = new Map<string, Entity>()
  const addUsers = (records: readonly UserRecord[]) => {
    for (const record of records) found.set(record.id, { type: 'USER', record })
  }
  if (subject.type === 'group') addUsers(await membersOf(store, subject.holder))
  else {
    const having = await entitiesWith(store, subject.policy.arn)
    addUsers(having.users)
    for (const group of having.groups) addUsers(await membersOf(store, group))
    for (const record of having.roles) found.set(record.id, { type: 'ROLE', record })
  }
  return [...found.values()]
}
