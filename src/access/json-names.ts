/** The names under which the members of a request may be given. */

import { InputError, isRecord, type JsonRecord, record } from './json-input.ts'

const NAMES = {
  principal: ['principal', 'principalArn', 'caller', 'callerArn'],
  action: ['action', 'actionName'],
  resource: ['resource', 'resourceArn'],
  resourcePolicy: ['resourcePolicy', 'resourceBasedPolicy'],
  resourceAccount: ['resourceAccount', 'resourceAccountId', 'resourceOwner'],
  resourceTags: ['resourceTags'],
  grants: ['grants'],
  identity: ['identity', 'identityPolicies', 'identityPolicy', 'identityBasedPolicies'],
  boundary: [
    'boundary',
    'permissionsBoundary',
    'permissionsBoundaries',
    'permissionBoundary',
    'permissionBoundaries',
    'permissionsBoundaryPolicies',
    'permissionBoundaryPolicies',
  ],
  session: ['session', 'sessionPolicy', 'sessionPolicies'],
  serviceControl: ['serviceControl', 'serviceControlPolicies', 'scps', 'scp'],
  resourceControl: ['resourceControl', 'resourceControlPolicies', 'rcps', 'rcp'],
  endpoint: ['endpoint', 'endpointPolicy', 'vpcEndpointPolicies', 'vpcEndpointPolicy'],
  context: ['context', 'contextVariables', 'contextKeys', 'requestContext'],
  now: ['now'],
} as const

type Member = keyof typeof NAMES

const MEMBERS: ReadonlyMap<string, Member> = new Map(
  Object.entries(NAMES).flatMap(([member, names]) =>
    names.map((name) => [name, member as Member] as const),
  ),
)
/** What a scenario says about itself; no part of the decision. */
const NOTES: ReadonlySet<string> = new Set([
  'id',
  'name',
  'title',
  'description',
  'comment',
  'expected',
])

/**
 * The members of a request under their first names. What stands in `request` counts as standing
 * outside; a null is nothing.
 * @throws InputError for an unknown name and for a member that is given twice.
 */
export function membersOf(json: unknown): Readonly<Partial<Record<Member, unknown>>> {
  const { request, ...beside } = record(json, 'request')
  const given: [string, unknown][] = [
    ...Object.entries(request === undefined ? {} : record(request, 'request')),
    ...Object.entries(beside as JsonRecord),
  ]
  const members: Partial<Record<Member, unknown>> = {}
  for (const [name, value] of given) {
    if (NOTES.has(name) || value === null || value === undefined) continue
    const member = MEMBERS.get(name)
    if (member === undefined) {
      throw new InputError(name, `one of ${Object.keys(NAMES).join(', ')}`)
    }
    if (members[member] !== undefined) throw new InputError(name, `${member} only once`)
    members[member] = value
  }
  return members
}

/** The first of several names that a record uses, as its value. */
export function firstOf(value: JsonRecord, ...names: readonly string[]): unknown {
  for (const name of names)
    if (value[name] !== undefined && value[name] !== null) return value[name]
  return undefined
}

/** Whether a value is a level that names its policies. */
export function isNamedLevel(value: unknown): value is JsonRecord & { readonly policies: unknown } {
  return isRecord(value) && value.policies !== undefined
}
