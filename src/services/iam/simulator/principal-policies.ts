import { parseArn } from '../../../kernel/arn.ts'
import type { Policy } from '../../../kernel/authorization.ts'
import type { ReadContext } from '../../../kernel/context.ts'
import type { Readable } from '../../../kernel/store.ts'
import type { Target } from '../../../kernel/target.ts'
import { awsManagedPolicy } from '../aws-managed/policies.ts'
import { fail } from '../contract.ts'
import { groupKind, groups } from '../group-records.ts'
import { found, holderTarget, type PolicyHolder } from '../holders.ts'
import { defaultDocument, managedPolicies } from '../managed-policy-records.ts'
import { asPolicy } from '../policy-documents.ts'
import { roleKind } from '../role-records.ts'
import { type UserRecord, userKind } from '../user-records.ts'
import { type Exclusion, isExcluded } from './policy-exclusions.ts'

type HolderType = 'user' | 'group' | 'role'

/** A policy where it hangs, under the name by which an answer calls it. */
export interface AttachedPolicy {
  readonly policy: Policy
  readonly arn?: string | undefined
  readonly inline?: { readonly name: string; readonly type: HolderType; readonly holder: string }
}

/** The user, group or role of `PolicySourceArn` as a target. */
export async function sourceTarget(
  arn: string,
  read: ReadContext,
): Promise<Target<PolicyHolder | undefined>> {
  const { type, name } = sourceOf(arn)
  const kind = { user: userKind, group: groupKind, role: roleKind }[type]
  const target = await holderTarget<PolicyHolder>(kind as typeof groupKind, name, read)
  // A name under another path, or in another account, is another principal.
  return target.resource === arn
    ? target
    : { resource: arn, record: undefined, account: accountOf(arn) }
}

const accountOf = (arn: string) => parseArn(arn)!.account

/** @throws InvalidInput unless the ARN is a user's, a group's or a role's. */
export function sourceOf(arn: string): { type: HolderType; name: string } {
  const parts = parseArn(arn)
  const [, type, name] = /^(user|group|role)\/(?:.*\/)?([^/]+)$/.exec(parts?.resource ?? '') ?? []
  if (parts?.service !== 'iam' || type === undefined || name === undefined)
    throw fail('InvalidInputException', `Invalid Entity Arn: ${arn}`)
  return { type: type as HolderType, name }
}

/** The loaded principal, or AWS's NoSuchEntity. */
export function foundSource(record: PolicyHolder | undefined, arn: string): PolicyHolder {
  const { type, name } = sourceOf(arn)
  return found(record, type, name)
}

async function managed(store: Readable, arn: string): Promise<AttachedPolicy | undefined> {
  const record = awsManagedPolicy(arn) ?? (await store.of(managedPolicies).findOne('arn', arn))
  if (record === undefined) return undefined
  return { policy: asPolicy(record.name, 'managed', defaultDocument(record)), arn }
}

async function heldBy(
  store: Readable,
  holder: PolicyHolder,
  type: HolderType,
): Promise<readonly AttachedPolicy[]> {
  const attached = await Promise.all(holder.attached.map((arn) => managed(store, arn)))
  const inline = Object.entries(holder.inline).map(([name, document]) => ({
    policy: asPolicy(`${type}_${holder.name}_${name}`, 'inline', document),
    inline: { name, type, holder: holder.name },
  }))
  return [...attached.filter((policy) => policy !== undefined), ...inline]
}

/** Every policy that speaks for a principal: its own, and those of a user's groups. */
export async function policiesOf(
  store: Readable,
  holder: PolicyHolder,
  arn: string,
): Promise<readonly AttachedPolicy[]> {
  const { type } = sourceOf(arn)
  const own = await heldBy(store, holder, type)
  const ids = type === 'user' ? (holder as UserRecord).groups : []
  const memberOf = await Promise.all(ids.map((id) => store.of(groups).get([id])))
  const shared = await Promise.all(
    memberOf.flatMap((group) => (group === undefined ? [] : [heldBy(store, group, 'group')])),
  )
  return [...own, ...shared.flat()]
}

/** The permissions boundary of a principal, unless it is left out of the simulation. */
export async function boundaryOf(
  store: Readable,
  holder: PolicyHolder,
  exclusions: readonly Exclusion[],
): Promise<Policy | undefined> {
  if (holder.boundary === undefined) return undefined
  const boundary = await managed(store, holder.boundary)
  if (boundary !== undefined && isExcluded({ ...boundary, boundary: true }, exclusions)) {
    return undefined
  }
  const empty = '{"Version":"2012-10-17","Statement":[]}'
  return boundary?.policy ?? asPolicy(holder.boundary, 'managed', empty)
}
