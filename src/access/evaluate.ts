/** The fast path of a decision. */

import type { AccessRequest, Policy } from '../kernel/authorization.ts'
import { applies, type CompiledStatement, compilePolicy } from './compile.ts'
import { grantLevel } from './grants.ts'
import {
  boundaryOf,
  identityOf,
  isUncontrolled,
  type OwnLayer,
  refusingLayer,
  resourceControlOf,
  serviceControlOf,
  sessionOf,
} from './layers.ts'
import {
  type LevelCandidates,
  listCandidates,
  resourceControlCandidates,
  serviceControlCandidates,
} from './policy-sets.ts'
import { DIRECT, NOBODY } from './principals.ts'
import type { Shape } from './resource-patterns.ts'

type Statements = readonly CompiledStatement[]

const NONE: Statements = []

function anyApplies(statements: Statements, request: AccessRequest): boolean {
  for (const statement of statements) {
    if (statement.always) return true
    if (statement.level(request) !== NOBODY && applies(statement, request, undefined)) return true
  }
  return false
}

/** Whether the levels of an organization let the request pass. */
function levelsPass(candidates: LevelCandidates, request: AccessRequest): boolean {
  if (anyApplies(candidates.deny, request)) return false
  for (const level of candidates.levels) if (!anyApplies(level, request)) return false
  return true
}

/** Whether one policy that must allow, when it is present, does so without denying. */
function singlePasses(policy: Policy, request: AccessRequest): boolean {
  const { deny, allow } = compilePolicy(policy, 'resource').candidates(request.action)
  return !anyApplies(deny, request) && anyApplies(allow, request)
}

function singleDenies(policy: Policy | undefined, shape: Shape, request: AccessRequest): boolean {
  if (policy === undefined) return false
  return anyApplies(compilePolicy(policy, shape).candidates(request.action).deny, request)
}

/** How directly the resource's policy and grants name the caller. */
function namedLevel(request: AccessRequest): number {
  const { action, resource } = request
  let best = NOBODY
  const allow =
    resource.policy === undefined
      ? NONE
      : compilePolicy(resource.policy, 'resource').candidates(action).allow
  for (const statement of allow) {
    const level = statement.level(request)
    if (level > best && applies(statement, request, undefined)) best = level
    if (best === DIRECT) return best
  }
  return Math.max(best, grantLevel(request, undefined))
}

/**
 * Whether the request is allowed by every layer that takes part in it. Never throws: policies that
 * cannot be read deny. Always agrees with `explain`, which also tells why.
 */
export function decide(request: AccessRequest): boolean {
  if (isUncontrolled(request)) return true
  const { action, layers, resource } = request
  const resourceControl = resourceControlOf(request)
  if (resourceControl !== undefined) {
    if (!levelsPass(resourceControlCandidates(resourceControl, action), request)) return false
  }
  const serviceControl = serviceControlOf(request)
  if (serviceControl !== undefined) {
    if (!levelsPass(serviceControlCandidates(serviceControl, action), request)) return false
  }
  if (layers.endpoint !== undefined && !singlePasses(layers.endpoint, request)) return false
  const identity = listCandidates(identityOf(request), action)
  if (anyApplies(identity.deny, request)) return false
  const boundary = boundaryOf(request)
  if (singleDenies(resource.policy, 'resource', request)) return false
  if (singleDenies(boundary, 'identity', request)) return false
  const sessions = sessionOf(request)
  const session = sessions === undefined ? undefined : listCandidates(sessions, action)
  if (session !== undefined && anyApplies(session.deny, request)) return false
  const allowing = (layer: OwnLayer): Statements => {
    if (layer === 'identity-based policy') return identity.allow
    if (layer === 'session policy') return session?.allow ?? NONE
    return compilePolicy(boundary!, 'identity').candidates(action).allow
  }
  const allows = (layer: OwnLayer) => anyApplies(allowing(layer), request)
  return refusingLayer(request, namedLevel(request), allows) === undefined
}
