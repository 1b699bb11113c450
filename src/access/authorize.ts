/** The whole decision from plain JSON: for tests, and for comparing implementations. */

import type { AccessRequest, ContextValue, Explanation, Grant } from '../kernel/authorization.ts'
import { explain } from './explain.ts'
import { InputError, isRecord, list, record, text } from './json-input.ts'
import { policyOf } from './json-policies.ts'
import { principalOf } from './json-principals.ts'

function contextOf(value: unknown): AccessRequest['context'] {
  const values = new Map<string, ContextValue>()
  for (const [key, entry] of Object.entries(record(value ?? {}, 'context'))) {
    const many = Array.isArray(entry)
    const scalars = list(many ? entry : [entry], `context.${key}`).map((one) => {
      if (typeof one === 'number' || typeof one === 'boolean') return String(one)
      return text(one, `context.${key}`)
    })
    values.set(key.toLowerCase(), many ? scalars : scalars[0]!)
  }
  return (key) => values.get(key)
}

function nowOf(value: unknown): number {
  const now = typeof value === 'string' ? Date.parse(value) : (value ?? 0)
  if (typeof now !== 'number' || !Number.isFinite(now)) {
    throw new InputError('now', 'milliseconds since 1970 or an ISO 8601 time')
  }
  return now
}

function levelsOf(value: unknown, where: string) {
  if (value === undefined) return undefined
  return list(value, where).map((level, index) => {
    const at = `${where}[${index}]`
    return list(level, at).map((policy, place) => policyOf(policy, `${at}[${place}]`, 'managed'))
  })
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

function resourceOf(value: unknown, ownAccount: string, rcp: unknown): AccessRequest['resource'] {
  const given = isRecord(value) ? value : { arn: value }
  const arn = text(given.arn, 'resource')
  const ofArn = arn.split(':', 5)[4] ?? ''
  const mode = given.policyMode
  if (mode !== undefined && mode !== 'standard' && mode !== 'required') {
    throw new InputError('resource.policyMode', '"standard" or "required"')
  }
  return {
    arn,
    account:
      given.account === undefined ? ofArn || ownAccount : text(given.account, 'resource.account'),
    tags: tagsOf(given.tags, 'resource.tags'),
    policy:
      given.policy === undefined
        ? undefined
        : policyOf(given.policy, 'resource.policy', 'resource'),
    policyMode: mode,
    grants:
      given.grants === undefined
        ? undefined
        : list(given.grants, 'resource.grants').map((grant, index) =>
            grantOf(grant, `resource.grants[${index}]`),
          ),
    resourceControl: levelsOf(rcp, 'resourceControl'),
  }
}

const MEMBERS: ReadonlySet<string> = new Set([
  'principal',
  'action',
  'resource',
  'identity',
  'boundary',
  'session',
  'serviceControl',
  'resourceControl',
  'endpoint',
  'context',
  'now',
])

/**
 * The decision that a plain JSON value describes (shape: README.md of this folder).
 * @throws InputError naming the member that is wrong and what was expected there.
 */
export function accessRequest(json: unknown): AccessRequest {
  const input = record(json, 'request')
  for (const name of Object.keys(input)) {
    if (!MEMBERS.has(name)) throw new InputError(name, `one of ${[...MEMBERS].join(', ')}`)
  }
  const action = text(input.action, 'action')
  if (!/^[^:*?\s]+:[^:*?\s]+$/.test(action)) {
    throw new InputError('action', '"vendor:Name" without wildcards')
  }
  const principal = principalOf(input.principal)
  const many = (value: unknown, where: 'identity' | 'session') =>
    list(value, where).map((policy, index) => policyOf(policy, `${where}[${index}]`, 'inline'))
  const single = (where: 'boundary' | 'endpoint') =>
    input[where] === undefined ? undefined : policyOf(input[where], where, 'managed')
  return {
    principal,
    layers: {
      identity: many(input.identity ?? [], 'identity'),
      boundary: single('boundary'),
      session: input.session === undefined ? undefined : many(input.session, 'session'),
      serviceControl: levelsOf(input.serviceControl, 'serviceControl'),
      endpoint: single('endpoint'),
    },
    action,
    resource: resourceOf(input.resource ?? '*', principal.account, input.resourceControl),
    context: contextOf(input.context),
    now: nowOf(input.now),
  }
}

/**
 * Decides a request given as plain JSON and returns the whole explanation.
 * @throws InputError as `accessRequest` does.
 */
export function authorize(json: unknown): Explanation {
  return explain(accessRequest(json))
}
