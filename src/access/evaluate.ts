/** The fast path of a decision. */

import type { AccessRequest } from '../kernel/authorization.ts'
import { applies, type Candidates, compilePolicy, type StatementTest } from './compile.ts'
import { hasAccount } from './context-keys.ts'
import { grantLevel } from './grants.ts'
import {
  isUncontrolled,
  isUnderServiceControl,
  refusingLayer,
  resourceControlOf,
} from './layers.ts'
import { type LevelCandidates, layerCandidates, resourceControlCandidates } from './policy-sets.ts'
import { DIRECT, NOBODY } from './principals.ts'

type Statements = readonly StatementTest[]

const NONE: Statements = []
const SILENT: Candidates = { deny: NONE, allow: NONE }

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
function passes({ deny, allow }: Candidates, request: AccessRequest): boolean {
  return !anyApplies(deny, request) && anyApplies(allow, request)
}

/** How directly the resource's policy and grants name the caller. */
function namedLevel(allow: Statements, request: AccessRequest): number {
  let best = NOBODY
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
  const { action, resource } = request
  const own = layerCandidates(request.layers, action)
  const resourceControl = resourceControlOf(request)
  if (resourceControl !== undefined) {
    if (!levelsPass(resourceControlCandidates(resourceControl, action), request)) return false
  }
  if (own.serviceControl !== undefined && isUnderServiceControl(request)) {
    if (!levelsPass(own.serviceControl, request)) return false
  }
  if (own.endpoint !== undefined && !passes(own.endpoint, request)) return false
  const { principal } = request
  const local = hasAccount(principal)
  const identity = local && principal.kind !== 'root' ? own.identity : SILENT
  const boundary = (local && principal.kind !== 'root' && own.boundary) || SILENT
  const session = (local && own.session) || SILENT
  const spoken = resource.policy && compilePolicy(resource.policy, 'resource').candidates(action)
  if (anyApplies(identity.deny, request) || anyApplies(boundary.deny, request)) return false
  if (anyApplies(session.deny, request)) return false
  if (spoken !== undefined && anyApplies(spoken.deny, request)) return false
  const level = namedLevel(spoken?.allow ?? NONE, request)
  const refusing = refusingLayer(request, level, (layer) => {
    if (layer === 'identity-based policy') return anyApplies(identity.allow, request)
    return anyApplies((layer === 'session policy' ? session : boundary).allow, request)
  })
  return refusing === undefined
}
