/** Several policies that speak as one layer, and the levels of an organization. */

import type { Layers, Policy } from '../kernel/authorization.ts'
import { type Candidates, compilePolicy, decisive, type StatementTest } from './compile.ts'
import type { Shape } from './resource-patterns.ts'

/** Candidates of an organization's levels: every level must allow, any may deny. */
export interface LevelCandidates {
  readonly deny: readonly StatementTest[]
  readonly levels: readonly (readonly StatementTest[])[]
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
    deny: decisive(each(all.flatMap(({ deny }) => deny))),
    allow: decisive(each(all.flatMap(({ allow }) => allow))),
  }
}

/** Policies of one principal often repeat one another; what they repeat is tried once. */
function each(tests: readonly StatementTest[]): readonly StatementTest[] {
  return tests.length < 2 ? tests : [...new Set(tests)]
}

function stacked(
  levels: readonly (readonly Policy[])[],
  shape: Shape,
  action: string,
): LevelCandidates {
  const all = levels.map((level) => union(level, shape, action))
  return { deny: decisive(all.flatMap(({ deny }) => deny)), levels: all.map(({ allow }) => allow) }
}

/** What the policies of a principal have to say about one action. */
export interface LayerCandidates {
  readonly identity: Candidates
  readonly boundary: Candidates | undefined
  readonly session: Candidates | undefined
  readonly serviceControl: LevelCandidates | undefined
  readonly endpoint: Candidates | undefined
}

function single(policy: Policy | undefined, shape: Shape, action: string): Candidates | undefined {
  return policy && compilePolicy(policy, shape).candidates(action)
}

const serviceLevels = new Memo<readonly (readonly Policy[])[], LevelCandidates>((levels, action) =>
  stacked(levels, 'identity', action),
)
const resourceLevels = new Memo<readonly (readonly Policy[])[], LevelCandidates>((levels, action) =>
  stacked(levels, 'resource', action),
)
const layerSets = new Memo<Layers, LayerCandidates>((layers, action) => ({
  identity: union(layers.identity, 'identity', action),
  boundary: single(layers.boundary, 'identity', action),
  session: layers.session && union(layers.session, 'identity', action),
  serviceControl: layers.serviceControl && serviceLevels.get(layers.serviceControl, action),
  endpoint: single(layers.endpoint, 'resource', action),
}))

/** Candidates of a principal's layers, remembered for as long as the layers object lives. */
export function layerCandidates(layers: Layers, action: string): LayerCandidates {
  return layerSets.get(layers, action)
}

/** Candidates of resource control policies, level by level. */
export function resourceControlCandidates(
  levels: readonly (readonly Policy[])[],
  action: string,
): LevelCandidates {
  return resourceLevels.get(levels, action)
}
