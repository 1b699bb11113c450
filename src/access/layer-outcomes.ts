/** What a layer of policies says about a request, statement by statement. */

import type {
  AccessRequest,
  LayerName,
  LayerOutcome,
  MatchedStatement,
  NearMiss,
  Policy,
} from '../kernel/authorization.ts'
import { applies, type CompiledStatement, compilePolicy } from './compile.ts'
import type { Trace } from './context-keys.ts'
import { NEAR_MISS_LIMIT, nearMiss } from './near-misses.ts'
import { NOBODY } from './principals.ts'
import type { Shape } from './resource-patterns.ts'

/** A layer's answer with what the explanation needs beyond the public outcome. */
export interface Heard {
  readonly outcome: LayerOutcome
  readonly denies: boolean
  readonly allows: boolean
  /** The highest level of an applying Allow. */
  readonly level: number
  /** The first policy that denied. */
  readonly denier: Policy | undefined
}

function describe(layer: LayerName, policy: Policy, { source, denies }: CompiledStatement) {
  const { id, kind, hash } = policy
  const described: MatchedStatement = {
    layer,
    policy: { id, kind, hash },
    effect: denies ? 'Deny' : 'Allow',
    sid: source.sid,
    index: source.index,
    start: source.start,
    end: source.end,
  }
  return described
}

/**
 * Hears every policy of a layer. `levels` are the levels of an organization, each of which must
 * allow; other layers have one. Undefined levels mean that the layer takes no part.
 */
export function hear(
  layer: LayerName,
  levels: readonly (readonly Policy[])[] | undefined,
  shape: Shape,
  request: AccessRequest,
  trace: Trace,
): Heard {
  const statements: MatchedStatement[] = []
  const nearMisses: NearMiss[] = []
  const action = request.action.toLowerCase()
  let denier: Policy | undefined
  let level = NOBODY
  let silentLevels = 0
  for (const policies of levels ?? []) {
    let allowed = false
    for (const policy of policies) {
      for (const statement of compilePolicy(policy, shape).statements) {
        const described = () => describe(layer, policy, statement)
        const named = statement.matchesAction(action) ? statement.level(request) : NOBODY
        if (named !== NOBODY && applies(statement, request, trace)) {
          statements.push(described())
          if (statement.denies) denier ??= policy
          else allowed = true
          if (!statement.denies) level = Math.max(level, named)
        } else if (nearMisses.length < NEAR_MISS_LIMIT) {
          const miss = nearMiss(statement, described, request)
          if (miss !== undefined) nearMisses.push(miss)
        }
      }
    }
    if (!allowed) silentLevels++
  }
  const denies = denier !== undefined
  const allows = levels !== undefined && silentLevels === 0
  const spoken = denies ? 'explicitDeny' : allows ? 'allowed' : 'implicitDeny'
  const effect = levels === undefined ? 'notApplicable' : spoken
  return { outcome: { layer, effect, statements, nearMisses }, denies, allows, level, denier }
}
