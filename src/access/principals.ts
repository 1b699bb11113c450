/** The Principal element: which callers a statement means, and how directly it names them. */

import type { Principal } from '../kernel/authorization.ts'
import { hasAccount } from './context-keys.ts'
import type { PrincipalElement } from './document.ts'

/**
 * How directly a caller is named; decides which limits of its own account an Allow passes by.
 * ACCOUNT delegates to the account, ROLE stands above identity policies, DIRECT (the session, the
 * user, everyone) also above boundary and session policy.
 */
export const NOBODY = 0
const ACCOUNT = 1
export const ROLE = 2
export const DIRECT = 3

export interface PrincipalSet {
  readonly everyone: boolean
  readonly accounts: ReadonlySet<string>
  /** ARNs and unique ids. */
  readonly names: ReadonlySet<string>
  readonly services: ReadonlySet<string>
  readonly providers: ReadonlySet<string>
}

const ACCOUNT_ID = /^\d{12}$/
const ROOT_ARN = /^arn:[^:]*:iam::(\d{12}):root$/

/** The account of a bare id or a root ARN; undefined for other names. */
export function accountNamed(name: string): string | undefined {
  return ACCOUNT_ID.test(name) ? name : ROOT_ARN.exec(name)?.[1]
}

/** Compiles a Principal or NotPrincipal element; names are compared exactly. */
export function compilePrincipals(element: PrincipalElement): PrincipalSet {
  const names = new Set<string>()
  const accounts = new Set<string>()
  const aws = element === '*' ? ['*'] : (element.get('AWS') ?? [])
  for (const name of aws) {
    const account = accountNamed(name)
    if (account !== undefined) accounts.add(account)
    else if (name !== '*') names.add(name)
  }
  return {
    everyone: aws.includes('*'),
    accounts,
    names,
    services: new Set(element === '*' ? [] : element.get('Service')),
    providers: new Set(element === '*' ? [] : element.get('Federated')),
  }
}

/** The set of one name, as a grant has it: an ARN or a service's principal. */
export function onePrincipal(name: string): PrincipalSet {
  const isService = !name.startsWith('arn:') && name.includes('.')
  return compilePrincipals(new Map([[isService ? 'Service' : 'AWS', [name]]]))
}

function roleLevel(set: PrincipalSet, principal: Principal): number {
  if (principal.kind === 'role') {
    return set.names.has(principal.roleArn) || set.names.has(principal.roleId) ? ROLE : NOBODY
  }
  if (principal.kind !== 'federated-user') return NOBODY
  return set.names.has(principal.issuerArn) || set.names.has(principal.issuerId) ? ROLE : NOBODY
}

function named(set: PrincipalSet, principal: Principal): boolean {
  if (set.names.size === 0) return false
  if (set.names.has(principal.arn)) return true
  return principal.kind === 'user' && set.names.has(principal.userId)
}

/** How directly the set names the caller. */
export function levelOf(set: PrincipalSet, principal: Principal): number {
  if (set.everyone) return DIRECT
  if (principal.kind === 'service') return set.services.has(principal.service) ? DIRECT : NOBODY
  if (principal.kind === 'web-identity' || principal.kind === 'saml') {
    return set.providers.has(principal.provider) ? DIRECT : NOBODY
  }
  if (!hasAccount(principal)) return NOBODY
  if (principal.kind !== 'root' && named(set, principal)) return DIRECT
  const role = set.names.size === 0 ? NOBODY : roleLevel(set, principal)
  if (role !== NOBODY) return role
  return set.accounts.has(principal.account) ? ACCOUNT : NOBODY
}

/**
 * Whether a NotPrincipal set spares the caller from a Deny: every name that the caller goes by
 * (account, role or issuing user, session) must be listed, and it must have no boundary.
 */
export function isSpared(set: PrincipalSet, principal: Principal, bounded: boolean): boolean {
  if (set.everyone) return true
  if (bounded) return false
  if (!hasAccount(principal)) return levelOf(set, principal) !== NOBODY
  if (!set.accounts.has(principal.account)) return false
  if (principal.kind === 'root') return true
  if (!named(set, principal)) return false
  return principal.kind === 'user' || roleLevel(set, principal) !== NOBODY
}
