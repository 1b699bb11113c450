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
import { readKey, type Trace } from './context-keys.ts'
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

const ORGANIZATIONAL: ReadonlySet<LayerName> = new Set([
  'service control policy',
  'resource control policy',
])

function describe(
  layer: LayerName,
  policy: Policy,
  { source, denies, conditions }: CompiledStatement,
  request: AccessRequest,
  level: number,
): MatchedStatement {
  const { id, kind, hash } = policy
  const asked = conditions.map(({ written: { operator, values }, key }) => {
    const actual = readKey(key, request, undefined)
    return { operator, key: key.name, expected: values, actual }
  })
  return {
    layer,
    policy: { id, kind, hash },
    effect: denies ? 'Deny' : 'Allow',
    sid: source.sid,
    index: source.index,
    start: source.start,
    end: source.end,
    ...(ORGANIZATIONAL.has(layer) && { level }),
    ...(asked.length > 0 && { conditions: asked }),
  }
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
  const silentLevels: number[] = []
  for (const [place, policies] of (levels ?? []).entries()) {
    let allowed = false
    for (const policy of policies) {
      for (const statement of compilePolicy(policy, shape).statements) {
        const described = () => describe(layer, policy, statement, request, place)
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
    if (!allowed) silentLevels.push(place)
  }
  const denies = denier !== undefined
  const allows = levels !== undefined && silentLevels.length === 0
  const spoken = denies ? 'explicitDeny' : allows ? 'allowed' : 'implicitDeny'
  const effect = levels === undefined ? 'notApplicable' : spoken
  const silent = ORGANIZATIONAL.has(layer) && silentLevels.length > 0 && { silentLevels }
  const outcome = { layer, effect, statements, nearMisses, ...silent } as const
  return { outcome, denies, allows, level, denier }
}
