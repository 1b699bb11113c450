/** Several policies that speak as one layer, and the levels of an organization. */

import type { Policy } from '../kernel/authorization.ts'
import { type Candidates, type CompiledStatement, compilePolicy, decisive } from './compile.ts'
import type { Shape } from './resource-patterns.ts'

/** Candidates of an organization's levels: every level must allow, any may deny. */
export interface LevelCandidates {
  readonly deny: readonly CompiledStatement[]
  readonly levels: readonly (readonly CompiledStatement[])[]
}

const MEMO_LIMIT = 512

/** Remembers one answer per action for as long as its key (a policy list) lives. */
class Memo<K extends object, V> {
  readonly #lists = new WeakMap<K, Map<string, V>>()
  readonly #compute: (list: K, action: string) => V

  constructor(compute: (list: K, action: string) => V) {
    this.#compute = compute
  }

  get(list: K, action: string): V {
    let answers = this.#lists.get(list)
    if (answers === undefined) {
      answers = new Map()
      this.#lists.set(list, answers)
    }
    let answer = answers.get(action)
    if (answer === undefined) {
      answer = this.#compute(list, action)
      if (answers.size >= MEMO_LIMIT) answers.clear()
      answers.set(action, answer)
    }
    return answer
  }
}

function union(policies: readonly Policy[], shape: Shape, action: string): Candidates {
  const [only] = policies
  if (policies.length === 1) return compilePolicy(only!, shape).candidates(action)
  const all = policies.map((policy) => compilePolicy(policy, shape).candidates(action))
  return {
    deny: decisive(all.flatMap(({ deny }) => deny)),
    allow: decisive(all.flatMap(({ allow }) => allow)),
  }
}

function stacked(
  levels: readonly (readonly Policy[])[],
  shape: Shape,
  action: string,
): LevelCandidates {
  const all = levels.map((level) => union(level, shape, action))
  return { deny: decisive(all.flatMap(({ deny }) => deny)), levels: all.map(({ allow }) => allow) }
}

const lists = new Memo<readonly Policy[], Candidates>((policies, action) =>
  union(policies, 'identity', action),
)
const serviceLevels = new Memo<readonly (readonly Policy[])[], LevelCandidates>((levels, action) =>
  stacked(levels, 'identity', action),
)
const resourceLevels = new Memo<readonly (readonly Policy[])[], LevelCandidates>((levels, action) =>
  stacked(levels, 'resource', action),
)

/** Candidates of identity or session policies. Lists are taken as immutable. */
export function listCandidates(policies: readonly Policy[], action: string): Candidates {
  return lists.get(policies, action)
}

/** Candidates of service control policies, level by level. */
export function serviceControlCandidates(
  levels: readonly (readonly Policy[])[],
  action: string,
): LevelCandidates {
  return serviceLevels.get(levels, action)
}

/** Candidates of resource control policies, level by level. */
export function resourceControlCandidates(
  levels: readonly (readonly Policy[])[],
  action: string,
): LevelCandidates {
  return resourceLevels.get(levels, action)
}
