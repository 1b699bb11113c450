/** The slow path of a decision: the same answer as `decide`, with its whole story. */

import type {
  AccessRequest,
  ContextValue,
  Effect,
  Explanation,
  LayerName,
  LayerOutcome,
} from '../kernel/authorization.ts'
import { hasAccount, type Trace } from './context-keys.ts'
import { explicitReason, implicitReason } from './denial.ts'
import { grantLevel } from './grants.ts'
import { type Heard, hear } from './layer-outcomes.ts'
import {
  boundaryOf,
  identityOf,
  isSameAccount,
  isUncontrolled,
  refusingLayer,
  resourceControlOf,
  resourceLayer,
  serviceControlOf,
  sessionOf,
} from './layers.ts'
import { NOBODY } from './principals.ts'

type Verdict = Pick<Explanation, 'effect' | 'decidedBy' | 'reason'>

const ALLOWED: Verdict = { effect: 'allowed', decidedBy: undefined, reason: '' }

function one<T>(value: T | undefined): readonly (readonly T[])[] | undefined {
  return value === undefined ? undefined : [[value]]
}

/** Hears all layers, in the order in which a refusal is attributed. */
function hearAll(request: AccessRequest, trace: Trace) {
  const { layers, resource, principal } = request
  const identity = identityOf(request)
  const session = sessionOf(request)
  const silent = principal.kind === 'federated-user' && session === undefined ? [[]] : undefined
  const identityLevels = identity.length > 0 || principal.kind !== 'root' ? [identity] : undefined
  const stranger = !hasAccount(principal)
  const rcp = resourceControlOf(request)
  const scp = serviceControlOf(request)
  const policy = one(resource.policy) ?? (resource.policyMode === 'required' ? [[]] : undefined)
  return {
    resourceControl: hear('resource control policy', rcp, 'resource', request, trace),
    serviceControl: hear('service control policy', scp, 'identity', request, trace),
    endpoint: hear('VPC endpoint policy', one(layers.endpoint), 'resource', request, trace),
    identity: hear(
      'identity-based policy',
      stranger ? undefined : identityLevels,
      'identity',
      request,
      trace,
    ),
    resource: hear(resourceLayer(request), policy, 'resource', request, trace),
    boundary: hear('permissions boundary', one(boundaryOf(request)), 'identity', request, trace),
    session: hear('session policy', session ? [session] : silent, 'identity', request, trace),
  }
}

type Hearing = ReturnType<typeof hearAll>

function grantOutcome(request: AccessRequest, level: number): LayerOutcome {
  const present = (request.resource.grants?.length ?? 0) > 0
  const effect = level === NOBODY ? (present ? 'implicitDeny' : 'notApplicable') : 'allowed'
  return { layer: 'grant', effect, statements: [], nearMisses: [] }
}

function refuse(effect: Effect, layer: LayerName, reason: string): Verdict {
  return { effect, decidedBy: layer, reason }
}

/** An organization's or endpoint's layer that takes part and does not allow. */
function isSilent({ outcome }: Heard): boolean {
  return outcome.effect === 'implicitDeny'
}

function verdict(request: AccessRequest, heard: Hearing, granted: number): Verdict {
  for (const { denies, denier, outcome } of Object.values(heard)) {
    if (denies) return refuse('explicitDeny', outcome.layer, explicitReason(outcome.layer, denier))
  }
  const refused = (layer: LayerName) =>
    refuse('implicitDeny', layer, implicitReason(layer, request.action))
  for (const layer of [heard.resourceControl, heard.serviceControl, heard.endpoint]) {
    if (isSilent(layer)) return refused(layer.outcome.layer)
  }
  const level = Math.max(heard.resource.level, granted)
  const refusing = refusingLayer(request, level, (layer) => {
    if (layer === 'identity-based policy') return heard.identity.allows
    return layer === 'session policy' ? heard.session.allows : heard.boundary.allows
  })
  if (refusing !== undefined) return refused(refusing)
  if (level === NOBODY || heard.identity.allows || !isSameAccount(request)) return ALLOWED
  const grants = heard.resource.level === NOBODY
  return { ...ALLOWED, decidedBy: grants ? 'grant' : heard.resource.outcome.layer }
}

function record<T>(entries: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  const plain: Record<string, T> = Object.create(null)
  for (const [key, value] of entries) plain[key] = value
  return plain
}

/**
 * Decides a request and tells why: every layer with its matched statements and near misses, the keys
 * that were read (lower case) and missed, and the tail of AWS's sentence. Never throws.
 */
export function explain(request: AccessRequest): Explanation {
  if (isUncontrolled(request)) {
    return { ...ALLOWED, layers: [], missingKeys: [], contextRead: record(new Map()) }
  }
  const trace: Trace = { reads: new Map<string, ContextValue>(), missing: new Map() }
  const heard = hearAll(request, trace)
  const granted = grantLevel(request, trace)
  return {
    ...verdict(request, heard, granted),
    layers: [...Object.values(heard).map(({ outcome }) => outcome), grantOutcome(request, granted)],
    missingKeys: [...trace.missing.values()],
    contextRead: record(trace.reads),
  }
}
