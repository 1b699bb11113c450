/** Condition keys: where the value of each one comes from. */

import type { AccessRequest, ContextValue, Principal } from '../kernel/authorization.ts'

/** A condition key of a policy, with its source resolved when the policy was compiled. */
export interface ContextKey {
  /** As the policy spells it. */
  readonly name: string
  readonly lower: string
  readonly read: (request: AccessRequest) => ContextValue | undefined
}

/** What an explanation notes while conditions are tried. */
export interface Trace {
  /** Values that were read, by lower-case key. */
  readonly reads: Map<string, ContextValue>
  /** Keys without a value: lower-case name to the policy's spelling. */
  readonly missing: Map<string, string>
}

type Source = (request: AccessRequest) => ContextValue | undefined
type Tags = Readonly<Record<string, string>>

const folded = new WeakMap<object, ReadonlyMap<string, unknown>>()

/** Names of tags and claims are compared without case; the policy's own spelling is tried first. */
function lookUp<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  if (record === undefined) return undefined
  if (Object.hasOwn(record, name)) return record[name]
  let map = folded.get(record)
  if (map === undefined) {
    map = new Map(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]))
    folded.set(record, map)
  }
  return map.size === 0 ? undefined : (map.get(name.toLowerCase()) as T | undefined)
}

function seconds(milliseconds: number): string | undefined {
  return Number.isNaN(milliseconds) ? undefined : String(Math.floor(milliseconds / 1000))
}

const LAST_MOMENT = 8.64e15

function isoTime(milliseconds: number): string | undefined {
  if (!(Math.abs(milliseconds) <= LAST_MOMENT)) return undefined
  return `${new Date(milliseconds).toISOString().slice(0, -5)}Z`
}

const TYPES: Readonly<Partial<Record<Principal['kind'], string>>> = {
  root: 'Account',
  user: 'User',
  role: 'AssumedRole',
  'federated-user': 'FederatedUser',
  anonymous: 'Anonymous',
}

/** Whether the principal belongs to an account, with the policies of that account's owner. */
export function hasAccount(principal: Principal): boolean {
  return (
    principal.kind === 'user' ||
    principal.kind === 'role' ||
    principal.kind === 'root' ||
    principal.kind === 'federated-user'
  )
}

/** A code that comes with the call itself (AssumeRole) is told by the context. */
function mfaPresent({ principal, context }: AccessRequest): ContextValue | undefined {
  const { session } = principal
  if (session?.mfaAt !== undefined && hasAccount(principal)) return 'true'
  const told = context('aws:multifactorauthpresent')
  return told ?? (session !== undefined && hasAccount(principal) ? 'false' : undefined)
}

function mfaAge({ principal, now, context }: AccessRequest): ContextValue | undefined {
  const at = principal.session?.mfaAt
  return at === undefined ? context('aws:multifactorauthage') : seconds(now - at)
}

function principalArn({ principal }: AccessRequest): string | undefined {
  if (!hasAccount(principal)) return undefined
  return principal.kind === 'role' ? principal.roleArn : principal.arn
}

function provider({ principal }: AccessRequest): string | undefined {
  if (principal.kind === 'web-identity' || principal.kind === 'saml') return principal.provider
  return principal.session?.federatedProvider
}

function service({ principal }: AccessRequest): string | undefined {
  return principal.kind === 'service' ? principal.service : undefined
}

function serviceNames({ principal }: AccessRequest): readonly string[] | undefined {
  return principal.kind === 'service' ? [principal.service] : undefined
}

function tokenIssueTime({ principal }: AccessRequest): string | undefined {
  return principal.session === undefined ? undefined : isoTime(principal.session.issuedAt)
}

function userId({ principal }: AccessRequest): string | undefined {
  return principal.kind === 'anonymous' ? 'anonymous' : principal.userId || undefined
}

const SOURCES: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['aws:principalarn', principalArn],
  ['aws:principalaccount', (r) => (hasAccount(r.principal) ? r.principal.account : undefined)],
  ['aws:principaltype', (r) => TYPES[r.principal.kind]],
  ['aws:principalisawsservice', (r) => (r.principal.kind === 'service' ? 'true' : 'false')],
  ['aws:principalservicename', service],
  ['aws:principalservicenameslist', serviceNames],
  ['aws:username', (r) => (r.principal.kind === 'user' ? r.principal.name : undefined)],
  ['aws:userid', userId],
  ['aws:tokenissuetime', tokenIssueTime],
  ['aws:multifactorauthpresent', mfaPresent],
  ['aws:multifactorauthage', mfaAge],
  ['aws:sourceidentity', (r) => r.principal.session?.sourceIdentity],
  ['aws:federatedprovider', provider],
  ['aws:assumedroot', (r) => (r.principal.session?.assumedRoot ? 'true' : undefined)],
  ['aws:currenttime', (r) => isoTime(r.now)],
  ['aws:epochtime', (r) => seconds(r.now)],
  ['aws:resourceaccount', (r) => r.resource.account || undefined],
])

function principalTag(name: string): Source {
  return ({ principal }) => {
    const tags: Tags | undefined = principal.session?.tags
    return lookUp(tags, name) ?? lookUp(principal.tags, name)
  }
}

function sourceOf(name: string, lower: string): Source {
  const known = SOURCES.get(lower)
  if (known !== undefined) return known
  if (lower.startsWith('aws:principaltag/')) return principalTag(name.slice(17))
  const tag = lower.indexOf(':resourcetag/')
  if (tag > 0 && lower.indexOf(':') === tag) {
    const tagKey = name.slice(tag + 13)
    return ({ resource }) => lookUp(resource.tags, tagKey)
  }
  return ({ principal }) => {
    const claims = principal.session?.federatedKeys
    return claims === undefined ? undefined : lookUp(claims, lower)
  }
}

/**
 * The key of a policy, resolved once. What principal and resource tell has precedence; every other
 * key is asked of the request's context by its lower-case name. An empty list counts as absent.
 */
export function contextKey(name: string): ContextKey {
  const lower = name.toLowerCase()
  const source = sourceOf(name, lower)
  return {
    name,
    lower,
    read(request) {
      const known = request.supposed === true ? undefined : source(request)
      const value = known ?? request.context(lower)
      return typeof value === 'object' && value.length === 0 ? undefined : value
    },
  }
}

/** Reads a key and notes the reading. */
export function readKey(
  key: ContextKey,
  request: AccessRequest,
  trace: Trace | undefined,
): ContextValue | undefined {
  const value = key.read(request)
  if (trace !== undefined) {
    if (value === undefined) trace.missing.set(key.lower, trace.missing.get(key.lower) ?? key.name)
    else trace.reads.set(key.lower, value)
  }
  return value
}
