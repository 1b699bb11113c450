/** Principals given as plain JSON: a whole record, or an ARN that says enough. */

import { parseArn } from '../kernel/arn.ts'
import type { Principal, Session } from '../kernel/authorization.ts'
import { InputError, isRecord, type JsonRecord, text } from './json-input.ts'

const KINDS: ReadonlySet<unknown> = new Set([
  'root',
  'user',
  'role',
  'federated-user',
  'web-identity',
  'saml',
  'service',
  'anonymous',
])

/** Members without which a kind of principal cannot be decided. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'web-identity': ['provider'],
  saml: ['provider'],
  service: ['service'],
}

const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** What the ARN of a principal says about it. */
function fromArn(arn: string): JsonRecord {
  const parts = parseArn(arn)
  if (parts === undefined) throw new InputError('principal', 'an ARN, a service or "anonymous"')
  const { account, resource, partition } = parts
  const name = lastOf(resource)
  if (resource === 'root') return { kind: 'root', account, arn, userId: account }
  if (resource.startsWith('user/')) return { kind: 'user', account, arn, name, userId: '' }
  if (resource.startsWith('federated-user/')) {
    // Some user's session: whose, the ARN does not say.
    const issuer = { issuerArn: '', issuerId: '' }
    return { kind: 'federated-user', account, arn, name, userId: `${account}:${name}`, ...issuer }
  }
  const provider = PROVIDERS.find(([prefix]) => resource.startsWith(prefix))
  if (provider !== undefined) return { kind: provider[1], account, arn, userId: '', provider: arn }
  if (resource.startsWith('role/')) return role(partition, account, name, UNNAMED, arn)
  const [type, roleName, sessionName] = resource.split('/')
  if (type !== 'assumed-role' || roleName === undefined || sessionName === undefined) {
    throw new InputError('principal', 'the ARN of a user, a role, a session or an account root')
  }
  const roleArn = `arn:${partition}:iam::${account}:role/${roleName}`
  return role(partition, account, roleName, sessionName, roleArn)
}

const PROVIDERS = [
  ['oidc-provider/', 'web-identity'],
  ['saml-provider/', 'saml'],
] as const

/** No session can have this name: it is too short. Stands for any session of a role. */
const UNNAMED = '-'

function role(
  partition: string,
  account: string,
  roleName: string,
  sessionName: string,
  roleArn: string,
): JsonRecord {
  const roleId = `AROA${roleName.toUpperCase()}`
  return {
    kind: 'role',
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${roleName}/${sessionName}`,
    roleArn,
    roleId,
    roleName,
    sessionName,
    userId: `${roleId}:${sessionName}`,
    // A session's ARN has no path, but IAM keeps this prefix for the roles of services.
    serviceLinked: roleName.startsWith('AWSServiceRoleFor'),
  }
}

/** Providers that policies name without an ARN. */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  'cognito-identity.amazonaws.com',
  'accounts.google.com',
  'graph.facebook.com',
  'www.amazon.com',
])

function fromText(value: string, action: string): JsonRecord {
  const nobody = { account: '', arn: '', userId: '' }
  if (value === 'anonymous' || value === '*') return { ...nobody, kind: 'anonymous' }
  if (/^\d{12}$/.test(value)) return fromArn(`arn:aws:iam::${value}:root`)
  if (WELL_KNOWN.has(value) && action.endsWith('WithWebIdentity')) {
    return { ...nobody, kind: 'web-identity', provider: value }
  }
  if (SERVICE.test(value)) return { ...nobody, kind: 'service', service: value, arn: value }
  return fromArn(value)
}

function sessionOf(value: unknown): Session {
  if (!isRecord(value)) throw new InputError('principal.session', 'an object')
  for (const name of ['issuedAt', 'expiresAt', 'mfaAt']) {
    const moment = value[name]
    if (moment !== undefined && typeof moment !== 'number') {
      throw new InputError(`principal.session.${name}`, 'milliseconds since 1970')
    }
  }
  return { issuedAt: 0, expiresAt: Number.MAX_SAFE_INTEGER, ...(value as Partial<Session>) }
}

/** What a policy would write: `{ "AWS": ... }`, `{ "Service": ... }`, `{ "Federated": ... }`. */
function elementOf(value: JsonRecord): unknown {
  const { AWS, Service, Federated } = value
  if (typeof Federated === 'string' && parseArn(Federated) === undefined) {
    return { kind: 'web-identity', provider: Federated }
  }
  return AWS ?? Service ?? Federated
}

/**
 * The principal that a JSON value names: an ARN, a service's name, `anonymous`, or a record whose
 * `arn` fills in what the record leaves out.
 * @throws InputError when it names none.
 */
export function principalOf(value: unknown, action = ''): Principal {
  if (typeof value === 'string') return fromText(value, action) as unknown as Principal
  if (!isRecord(value)) throw new InputError('principal', 'a text or an object')
  const element = elementOf(value)
  if (element !== undefined) return principalOf(element, action)
  const known = typeof value.arn === 'string' && parseArn(value.arn) !== undefined
  const said: JsonRecord = { account: '', arn: '', userId: '', ...value }
  const needsNoArn = value.kind === 'anonymous' || NEEDED[String(value.kind)] !== undefined
  const told = known && !needsNoArn ? fromArn(text(value.arn, 'arn')) : undefined
  // A role may be given by its own ARN; what calls is a session of it.
  const principal = told === undefined ? said : { ...told, ...value, arn: told.arn }
  if (!KINDS.has(principal.kind)) throw new InputError('principal.kind', [...KINDS].join(', '))
  if (!known && !needsNoArn) throw new InputError('principal.arn', 'the ARN of the principal')
  for (const name of NEEDED[String(principal.kind)] ?? [])
    text(principal[name], `principal.${name}`)
  for (const name of ['account', 'arn', 'userId']) text(principal[name], `principal.${name}`)
  if (principal.session === undefined) return principal as unknown as Principal
  return { ...principal, session: sessionOf(principal.session) } as unknown as Principal
}
