import { createHash } from 'node:crypto'
import type { ContextValue } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import type { Readable } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { type AccountRecord, accounts, type Member } from './account-records.ts'
import { resourcePolicyArn } from './arns.ts'
import { fail } from './contract.ts'
import { type OrganizationRecord, organizations } from './organization-records.ts'
import { tagContext } from './tag-rules.ts'

/**
 * Who may call an operation, besides what policies say:
 * - `management`: the management account;
 * - `delegable`: also whom the organization's resource policy allows;
 * - `readable`: also every delegated administrator of a service;
 * - `member`: every account of the organization.
 */
export type Rule = 'management' | 'delegable' | 'readable' | 'member'

/** Where the caller stands. */
export interface Place {
  readonly account: string
  readonly org: OrganizationRecord | undefined
  readonly member: Member | undefined
}

/** What a target's record holds: the place, and what the call is about. */
export interface Seen<T> {
  readonly place: Place
  /** Whether the rule lets this account in; the gateway has decided about the principal. */
  readonly entitled: boolean
  readonly it: T
}

/** One decision that a call needs within its organization. */
export interface About<T> {
  readonly resource: string
  readonly it: T
  readonly action?: string
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly context?: Readonly<Record<string, ContextValue | undefined>>
}

type Targets<T extends readonly About<unknown>[]> = {
  readonly [K in keyof T]: Target<Seen<T[K] extends About<infer R> ? R : never>>
}

/** The organization of an account, and its record there. */
export async function placeOf(store: Readable, account: string): Promise<Place> {
  const record: AccountRecord | undefined = await store.of(accounts).get([account])
  const id = record?.organizationId
  const org = id === undefined ? undefined : await store.of(organizations).get([id])
  return { account, org, member: org && (record as Member) }
}

/**
 * Loads what a call is about within the caller's organization. Whoever the resource policy lets in
 * is decided as somebody from another account: both sides must allow.
 */
export async function within<const T extends readonly About<unknown>[]>(
  rule: Rule,
  read: ReadContext,
  about: (org: OrganizationRecord, place: Place) => T | Promise<T>,
): Promise<Targets<T>> {
  const place = await placeOf(read.store, read.account)
  const { org, member } = place
  // The handler refuses before it looks at anything but the place.
  if (org === undefined || member === undefined)
    return [{ resource: '*', record: { place, entitled: false, it: undefined } }] as never
  const facts = await about(org, place)
  const own =
    org.managementAccount === place.account ||
    rule === 'member' ||
    (rule === 'readable' && Object.keys(member.delegated).length > 0)
  const { resourcePolicy } = org
  const delegated = !own && rule !== 'management' && resourcePolicy !== undefined
  const owner = delegated
    ? {
        account: org.managementAccount,
        policy: {
          id: resourcePolicyArn(org, resourcePolicy.id),
          kind: 'resource' as const,
          document: resourcePolicy.content,
          hash: createHash('sha256').update(resourcePolicy.content).digest('hex'),
        },
      }
    : {}
  return facts.map(({ resource, it, action, tags, context }) => ({
    resource,
    action,
    tags,
    context,
    ...owner,
    record: { place, entitled: own || delegated, it },
  })) as unknown as Targets<T>
}

/** A call about nothing in particular. */
export const anywhere = (context: About<undefined>['context'] = {}): [About<undefined>] => [
  { resource: '*', it: undefined, context },
]

type RequestTags = Parameters<typeof tagContext>[0]

/** What is made with tags needs the right to tag, too. */
export const tagged = <T>(
  about: About<T>,
  tags: RequestTags,
): [About<T>, ...About<undefined>[]] => {
  const context = { ...about.context, ...tagContext(tags) }
  const making = { ...about, context }
  if (tags === undefined || tags.length === 0) return [making]
  return [making, { ...making, action: 'organizations:TagResource', it: undefined }]
}

/** What the handler works with once the caller is let in. */
export interface Admitted<T> {
  readonly org: OrganizationRecord
  readonly member: Member
  readonly it: T
}

/** @throws AWSOrganizationsNotInUseException, or AccessDeniedException where the rule keeps out */
export function admitted<T>({ record }: Target<Seen<T>>): Admitted<T> {
  const { place, entitled, it } = record
  if (place.org === undefined || place.member === undefined) throw notInUse()
  if (!entitled)
    throw fail('AccessDeniedException', "You don't have permissions to access this resource.")
  return { org: place.org, member: place.member, it }
}

export const notInUse = (): Error =>
  fail('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.')

/** The organization as it is within the transaction. */
export async function current(
  tx: Readable,
  org: Pick<OrganizationRecord, 'id'>,
): Promise<OrganizationRecord> {
  const now = await tx.of(organizations).get([org.id])
  if (now === undefined) throw notInUse()
  return now
}

/** @throws AccountNotFoundException unless the account belongs to the organization */
export async function memberOf(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<Member> {
  const account = await store.of(accounts).get([id])
  if (account?.organizationId !== org.id) throw noAccount()
  return account as Member
}

export const noAccount = (): Error =>
  fail('AccountNotFoundException', "You specified an account that doesn't exist.")
