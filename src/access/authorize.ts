/** The whole decision from plain JSON: for tests, and for comparing implementations. */

import type { AccessRequest, ContextValue, Explanation, Grant } from '../kernel/authorization.ts'
import { explain } from './explain.ts'
import { InputError, isRecord, list, record, text } from './json-input.ts'
import { firstOf, membersOf } from './json-names.ts'
import { levelsOf, onlyPolicy, policiesOf, withFullAccess } from './json-policies.ts'
import { principalOf } from './json-principals.ts'
import { suppose } from './suppositions.ts'

type Context = AccessRequest['context']
type Members = ReturnType<typeof membersOf>

function scalarOf(value: unknown, where: string): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return text(value, where)
}

/** The entries of a context: members of an object, or the `ContextEntries` of the simulator. */
function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (!Array.isArray(value)) return Object.entries(record(value ?? {}, 'context'))
  return value.map((one, index) => {
    const where = `context[${index}]`
    const { ContextKeyName, ContextKeyValues, ContextKeyType = '' } = record(one, where)
    const values = list(ContextKeyValues, `${where}.ContextKeyValues`)
    const single = values.length === 1 && !text(ContextKeyType, where).endsWith('List')
    return [text(ContextKeyName, `${where}.ContextKeyName`), single ? values[0] : values]
  })
}

function contextOf(value: unknown): Context {
  const values = new Map<string, ContextValue>()
  for (const [key, entry] of entriesOf(value)) {
    if (entry === null || entry === undefined) continue
    const where = `context.${key}`
    const lower = key.toLowerCase()
    if (Array.isArray(entry)) {
      values.set(
        lower,
        entry.map((one) => scalarOf(one, where)),
      )
    } else values.set(lower, scalarOf(entry, where))
  }
  return (key) => values.get(key)
}

function nowOf(value: unknown): number {
  if (value === undefined) return Number.NaN
  const now = typeof value === 'string' ? Date.parse(value) : value
  if (typeof now !== 'number' || !Number.isFinite(now)) {
    throw new InputError('now', 'milliseconds since 1970 or an ISO 8601 time')
  }
  return now
}

function grantOf(value: unknown, where: string): Grant {
  const grant = record(value, where)
  const operations = list(grant.operations, `${where}.operations`)
  return {
    id: grant.id === undefined ? where : text(grant.id, `${where}.id`),
    grantee: text(grant.grantee, `${where}.grantee`),
    operations: operations.map((one, index) => text(one, `${where}.operations[${index}]`)),
    constraints:
      grant.constraints === undefined
        ? undefined
        : (record(grant.constraints, `${where}.constraints`) as Grant['constraints']),
  }
}

function tagsOf(value: unknown, where: string): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined
  const tags = record(value, where)
  for (const [key, tag] of Object.entries(tags)) text(tag, `${where}.${key}`)
  return tags as Readonly<Record<string, string>>
}

const KEY = /^arn:[^:]*:kms:[^:]*:[^:]*:key\//
const ROLE = /^arn:[^:]*:iam::[^:]*:role\//

/** Key policies and role trust policies must allow, whatever the identity's policies say. */
function modeOf(given: unknown, action: string, arn: string) {
  if (given === 'standard' || given === 'required') return given
  if (given !== undefined) throw new InputError('resource.policyMode', '"standard" or "required"')
  const vendor = action.slice(0, action.indexOf(':')).toLowerCase()
  const exceptional = vendor === 'kms' ? KEY.test(arn) : vendor === 'sts' && ROLE.test(arn)
  return exceptional ? 'required' : undefined
}

function resourceOf(members: Members, action: string, own: string): AccessRequest['resource'] {
  const { resource = '*', resourcePolicy, resourceAccount, resourceTags } = members
  const given = isRecord(resource) ? resource : { arn: resource }
  const arn = text(firstOf(given, 'arn', 'resource', 'resourceArn') ?? '*', 'resource')
  const owner = firstOf(given, 'account', 'accountId', 'owner') ?? resourceAccount
  const grants = given.grants ?? members.grants
  return {
    arn,
    account: owner === undefined ? arn.split(':', 5)[4] || own : accountOf(owner),
    tags: tagsOf(given.tags ?? resourceTags, 'resource.tags'),
    policy: onlyPolicy(given.policy ?? resourcePolicy, 'resource.policy', 'resource'),
    policyMode: modeOf(given.policyMode, action, arn),
    grants:
      grants === undefined
        ? undefined
        : list(grants, 'resource.grants').map((grant, index) =>
            grantOf(grant, `resource.grants[${index}]`),
          ),
    resourceControl: withFullAccess(levelsOf(members.resourceControl, 'resourceControl')),
  }
}

/** An account's id, or the ARN of its root. */
function accountOf(value: unknown): string {
  const owner = text(value, 'resource.account')
  return owner.startsWith('arn:') ? owner.split(':', 5)[4]! : owner
}

/** No session is limited by an empty list: without a session policy there is no such layer. */
function sessionOf(value: unknown) {
  const policies = policiesOf(value, 'session', 'inline')
  return policies?.length === 0 ? undefined : policies
}

/**
 * The decision that a plain JSON value describes (shape: README.md of this folder).
 * @throws InputError naming the member that is wrong and what was expected there.
 */
export function accessRequest(json: unknown): AccessRequest {
  const members = membersOf(json)
  const action = text(members.action, 'action')
  if (!/^[^:*?\s]+:[^:*?\s]+$/.test(action)) {
    throw new InputError('action', '"vendor:Name" without wildcards')
  }
  const principal = principalOf(members.principal, action)
  return suppose({
    principal,
    layers: {
      identity: policiesOf(members.identity, 'identity', 'inline') ?? [],
      boundary: onlyPolicy(members.boundary, 'boundary', 'managed'),
      session: sessionOf(members.session),
      serviceControl: levelsOf(members.serviceControl, 'serviceControl'),
      endpoint: onlyPolicy(members.endpoint, 'endpoint', 'managed'),
    },
    action,
    resource: resourceOf(members, action, principal.account),
    context: contextOf(members.context),
    now: nowOf(members.now),
  })
}

/** An explanation with its effect in the words of AWS's evaluation logic. */
export interface Decision extends Explanation {
  readonly decision: 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied'
}

const DECISIONS = {
  allowed: 'Allowed',
  explicitDeny: 'ExplicitlyDenied',
  implicitDeny: 'ImplicitlyDenied',
} as const

/**
 * Decides a request given as plain JSON and returns the whole explanation.
 * @throws InputError as `accessRequest` does.
 */
export function authorize(json: unknown): Decision {
  const explanation = explain(accessRequest(json))
  return { decision: DECISIONS[explanation.effect], ...explanation }
}
