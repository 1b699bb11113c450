/** What would have had to be otherwise for a refused request to be allowed. */

import { createHash } from 'node:crypto'
import type {
  AccessRequest,
  Explanation,
  LayerName,
  LayerOutcome,
  Layers,
  MatchedStatement,
  NearMiss,
  Policy,
  Principal,
} from '../kernel/authorization.ts'
import { explain } from './explain.ts'

type Statement = Readonly<Record<string, unknown>>

/** One thing to change. Done one after another, all of them let the request pass. */
export interface Remedy {
  readonly layer: LayerName
  /** Zero-based level of the organization from the root down; only of its policies. */
  readonly level?: number | undefined
  /** Statements that deny and would have to go. */
  readonly remove: readonly MatchedStatement[]
  /** The smallest statement that would have to be there. */
  readonly add?: Statement | undefined
  /** Statements that would do instead, if the request met their condition. */
  readonly meet: readonly NearMiss[]
}

/** Layers are seven, and each can deny and be silent. */
const MOST_STEPS = 14

function principalElement(principal: Principal): unknown {
  if (principal.kind === 'anonymous') return '*'
  if (principal.kind === 'service') return { Service: principal.service }
  if (principal.kind === 'web-identity' || principal.kind === 'saml') {
    return { Federated: principal.provider }
  }
  return { AWS: principal.kind === 'role' ? principal.roleArn : principal.arn }
}

function missingStatement({ principal, action, resource }: AccessRequest, layer: LayerName) {
  const named = { Effect: 'Allow', Principal: principalElement(principal), Action: action }
  if (layer === 'role trust policy') return named
  const Resource = resource.arn
  if (layer === 'resource-based policy') return { ...named, Resource }
  const everyone = layer === 'VPC endpoint policy' || layer === 'resource control policy'
  return { Effect: 'Allow', ...(everyone && { Principal: '*' }), Action: action, Resource }
}

function rewritten(policy: Policy, statements: readonly unknown[], version: unknown): Policy {
  const document = JSON.stringify({ Version: version, Statement: statements })
  const hash = createHash('sha256').update(document).digest('hex')
  return { ...policy, document, hash }
}

function statementsOf({ document }: Policy): { version: unknown; statements: unknown[] } {
  try {
    const { Version, Statement } = JSON.parse(document)
    return { version: Version, statements: [Statement].flat() }
  } catch {
    // Unreadable documents deny everything; nothing of them remains.
    return { version: '2012-10-17', statements: [] }
  }
}

type Change = (policies: readonly Policy[]) => readonly Policy[]

const removing =
  (gone: readonly MatchedStatement[]): Change =>
  (policies) =>
    policies.map((policy) => {
      const indexes = gone.filter(({ policy: p }) => p.id === policy.id && p.hash === policy.hash)
      if (indexes.length === 0) return policy
      const { version, statements } = statementsOf(policy)
      const kept = statements.filter((_, at) => !indexes.some(({ index }) => index === at))
      return rewritten(policy, kept, version)
    })

const NEW: Policy = { id: 'new', kind: 'inline', document: '{}', hash: '' }

const adding =
  (statement: Statement): Change =>
  (policies) => {
    const [first = NEW, ...rest] = policies
    const { version, statements } = first === NEW ? statementsOf(NEW) : statementsOf(first)
    const present = statements.filter((one) => one !== undefined)
    return [rewritten(first, [...present, statement], version ?? '2012-10-17'), ...rest]
  }

const one = (policy: Policy | undefined, change: Change): Policy | undefined =>
  change(policy === undefined ? [] : [policy])[0]

function leveled(
  levels: readonly (readonly Policy[])[] | undefined,
  level: number | undefined,
  change: Change,
) {
  return levels?.map((policies, at) =>
    level === undefined || level === at ? change(policies) : policies,
  )
}

function withLayers(request: AccessRequest, layers: Partial<Layers>): AccessRequest {
  return { ...request, layers: { ...request.layers, ...layers } }
}

/** The request as it would be with one layer changed. */
function changed(
  request: AccessRequest,
  layer: LayerName,
  level: number | undefined,
  change: Change,
): AccessRequest {
  const { layers, resource } = request
  switch (layer) {
    case 'identity-based policy':
      return withLayers(request, { identity: change(layers.identity) })
    case 'permissions boundary':
      return withLayers(request, { boundary: one(layers.boundary, change) })
    case 'session policy':
      return withLayers(request, { session: change(layers.session ?? []) })
    case 'service control policy':
      return withLayers(request, { serviceControl: leveled(layers.serviceControl, level, change) })
    case 'VPC endpoint policy':
      return withLayers(request, { endpoint: one(layers.endpoint, change) })
    case 'resource control policy': {
      const resourceControl = leveled(resource.resourceControl, level, change)
      return { ...request, resource: { ...resource, resourceControl } }
    }
    default:
      return { ...request, resource: { ...resource, policy: one(resource.policy, change) } }
  }
}

function remedyOf(request: AccessRequest, { effect }: Explanation, outcome: LayerOutcome): Remedy {
  const { layer, statements, silentLevels, nearMisses } = outcome
  if (effect === 'explicitDeny') {
    return { layer, remove: statements.filter((s) => s.effect === 'Deny'), meet: [] }
  }
  const level = silentLevels?.[0]
  const meet = nearMisses.filter(
    ({ failed, statement }) =>
      failed === 'condition' && statement.effect === 'Allow' && statement.level === level,
  )
  return { layer, level, remove: [], add: missingStatement(request, layer), meet }
}

/**
 * The changes that would let a refused request pass, in the order in which they are found to be
 * needed; none when it is allowed. Each is tried on the engine before the next one is looked for.
 */
export function remedies(request: AccessRequest): readonly Remedy[] {
  const found: Remedy[] = []
  let current = request
  for (let step = 0; step < MOST_STEPS; step++) {
    const explanation = explain(current)
    const outcome = explanation.layers.find(({ layer }) => layer === explanation.decidedBy)
    if (explanation.effect === 'allowed' || outcome === undefined) break
    const remedy = remedyOf(current, explanation, outcome)
    found.push(remedy)
    const change = remedy.add === undefined ? removing(remedy.remove) : adding(remedy.add)
    current = changed(current, remedy.layer, remedy.level, change)
  }
  return found
}
