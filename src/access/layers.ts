/** Which layers take part in a decision, and how their answers combine. */

import type { AccessRequest, LayerName, Policy } from '../kernel/authorization.ts'
import { hasAccount } from './context-keys.ts'
import rcpServices from './generated/rcp-services.json' with { type: 'json' }
import { DIRECT, NOBODY, ROLE } from './principals.ts'

const RCP_SERVICES: ReadonlySet<string> = new Set(rcpServices)
const NO_POLICIES: readonly Policy[] = []

/** Authentication operations, which no policy controls. */
const UNCONTROLLED: ReadonlySet<string> = new Set(['sts:GetCallerIdentity', 'sts:GetSessionToken'])

/** Whether the call needs no permission at all: whoever is authenticated may make it. */
export function isUncontrolled({ action, principal }: AccessRequest): boolean {
  return principal.kind !== 'anonymous' && UNCONTROLLED.has(action)
}

function isServiceLinked({ principal }: AccessRequest): boolean {
  return principal.kind === 'role' && principal.serviceLinked === true
}

/** SCPs bind the principals of accounts, root included, and no service-linked role. */
export function isUnderServiceControl(request: AccessRequest): boolean {
  return hasAccount(request.principal) && !isServiceLinked(request)
}

/** The SCP levels that take part. */
export function serviceControlOf(request: AccessRequest) {
  return isUnderServiceControl(request) ? request.layers.serviceControl : undefined
}

/** RCPs bind everyone but service-linked roles, for the services that support them. */
export function resourceControlOf(request: AccessRequest) {
  const { action, resource } = request
  if (resource.resourceControl === undefined || isServiceLinked(request)) return undefined
  if (action === 'kms:RetireGrant') return undefined
  const vendor = action.slice(0, action.indexOf(':')).toLowerCase()
  return RCP_SERVICES.has(vendor) ? resource.resourceControl : undefined
}

/** The root user has neither identity policies nor a boundary; services and strangers have none. */
export function identityOf({ principal, layers }: AccessRequest): readonly Policy[] {
  return principal.kind === 'root' || !hasAccount(principal) ? NO_POLICIES : layers.identity
}

export function boundaryOf({ principal, layers }: AccessRequest): Policy | undefined {
  return principal.kind === 'root' || !hasAccount(principal) ? undefined : layers.boundary
}

export function sessionOf({ principal, layers }: AccessRequest): readonly Policy[] | undefined {
  return hasAccount(principal) ? layers.session : undefined
}

/** The name of the resource's own policy: roles call theirs a trust policy. */
export function resourceLayer({ action, resource }: AccessRequest): LayerName {
  const trusts = action.toLowerCase().startsWith('sts:') && resource.arn.includes(':role/')
  return trusts ? 'role trust policy' : 'resource-based policy'
}

/** Resources without an owner (`*`, AWS's own) are nobody else's. */
export function isSameAccount({ principal, resource }: AccessRequest): boolean {
  const { account } = resource
  return account === principal.account || account === '' || account === 'aws'
}

/** Whether the caller stands where a root user stands: nothing to allow, only limits. */
function needsNoIdentityPolicy({ principal }: AccessRequest): boolean {
  if (principal.kind === 'root') return true
  return principal.kind === 'federated-user' && principal.issuerArn.endsWith(':root')
}

export type OwnLayer = 'identity-based policy' | 'permissions boundary' | 'session policy'

/**
 * Combines what the layers allow, when nothing denied explicitly and the organizations and the
 * endpoint agree. `level` is how directly resource policy or grants name the caller. Answers the
 * layer whose silence refuses the call, or undefined when the call is allowed.
 */
export function refusingLayer(
  request: AccessRequest,
  level: number,
  allows: (layer: OwnLayer) => boolean,
): LayerName | undefined {
  const { principal, resource } = request
  const unnamed = level === NOBODY ? resourceLayer(request) : undefined
  if (!hasAccount(principal)) return unnamed
  const same = isSameAccount(request)
  if (same) {
    if (level === DIRECT) return undefined
    if (unnamed !== undefined && resource.policyMode === 'required') return unnamed
  }
  const identityIsMoot = needsNoIdentityPolicy(request) || (same && level === ROLE)
  if (!identityIsMoot && !allows('identity-based policy')) return 'identity-based policy'
  if (boundaryOf(request) !== undefined && !allows('permissions boundary')) {
    return 'permissions boundary'
  }
  const limited = principal.kind === 'federated-user' || sessionOf(request) !== undefined
  if (limited && !allows('session policy')) return 'session policy'
  return same ? undefined : unnamed
}
