/** Policies in the form in which they are evaluated. */

import type { AccessRequest, Policy } from '../kernel/authorization.ts'
import { type ActionMatch, type ActionPattern, compileAction } from './action-patterns.ts'
import { type ConditionTest, compileCondition } from './conditions.ts'
import type { Trace } from './context-keys.ts'
import { readPolicy, type Statement } from './document.ts'
import { Interned } from './interned.ts'
import {
  compilePrincipals,
  DIRECT,
  isSpared,
  levelOf,
  NOBODY,
  type PrincipalSet,
} from './principals.ts'
import { compileResource, type Shape } from './resource-patterns.ts'
import type { TextMatch } from './template.ts'

/** What a statement asks of a request besides its action; equal statements share one. */
export interface StatementTest {
  readonly denies: boolean
  readonly matchesResource: TextMatch
  readonly conditions: readonly ConditionTest[]
  /** How directly the statement means the caller; NOBODY when it does not. */
  readonly level: (request: AccessRequest) => number
  /** Applies to everyone, every resource and under any circumstances. */
  readonly always: boolean
}

/** One statement, ready to be tried. */
export interface CompiledStatement extends StatementTest {
  readonly source: Statement
  readonly actions: readonly ActionPattern[]
  readonly matchesAction: ActionMatch
  readonly test: StatementTest
}

/** The statements that one action can reach. */
export interface Candidates {
  readonly deny: readonly StatementTest[]
  readonly allow: readonly StatementTest[]
}

const everybody = () => DIRECT
const nobody = () => NOBODY
const anything: TextMatch = () => true
const nothing: TextMatch = () => false

function compileLevel(source: Statement, shape: Shape): StatementTest['level'] {
  const { principal, notPrincipal } = source
  if (shape === 'identity') {
    const misplaced = principal !== undefined || notPrincipal !== undefined
    return misplaced && source.effect === 'Allow' ? nobody : everybody
  }
  if (principal !== undefined) {
    const set = compilePrincipals(principal)
    return set.everyone ? everybody : (request) => levelOf(set, request.principal)
  }
  return notPrincipal === undefined ? nobody : exceptLevel(source, compilePrincipals(notPrincipal))
}

function exceptLevel(source: Statement, set: PrincipalSet): StatementTest['level'] {
  if (source.effect === 'Deny') {
    return ({ principal, layers }) =>
      isSpared(set, principal, layers.boundary !== undefined) ? NOBODY : DIRECT
  }
  return ({ principal }) => (levelOf(set, principal) === NOBODY ? DIRECT : NOBODY)
}

function matchAny(matches: readonly TextMatch[]): TextMatch {
  if (matches.length === 1) return matches[0]!
  return (text, request, trace) => {
    for (const match of matches) if (match(text, request, trace)) return true
    return false
  }
}

function compileResources(source: Statement, shape: Shape, variables: boolean): TextMatch {
  const listed = source.resources ?? source.notResources
  // Trust policies and other policies of one resource leave the element out.
  if (listed === undefined) return shape === 'resource' ? anything : nothing
  if (source.resources?.includes('*')) return anything
  const match = matchAny(listed.map((entry) => compileResource(entry, shape, variables)))
  if (source.resources !== undefined) return match
  return (text, request, trace) => !match(text, request, trace)
}

function compileActions(source: Statement) {
  const actions = (source.actions ?? source.notActions ?? []).map(compileAction)
  const listed: ActionMatch = (action) => actions.some((pattern) => pattern.matches(action))
  if (source.notActions === undefined) return { actions, matchesAction: listed }
  return { actions: [], matchesAction: (action: string) => !listed(action) }
}

function compileTest(source: Statement, shape: Shape, variables: boolean): StatementTest {
  const matchesResource = compileResources(source, shape, variables)
  const level = compileLevel(source, shape)
  const conditions = source.conditions.map((condition) => compileCondition(condition, variables))
  return {
    denies: source.effect === 'Deny',
    matchesResource,
    conditions,
    level,
    always: matchesResource === anything && level === everybody && conditions.length === 0,
  }
}

const tests: Readonly<Record<Shape, readonly [Interned<StatementTest>, Interned<StatementTest>]>> =
  {
    identity: [new Interned(), new Interned()],
    resource: [new Interned(), new Interned()],
  }

function compileStatement(source: Statement, shape: Shape, variables: boolean): CompiledStatement {
  const known = tests[shape][variables ? 1 : 0]
  const test = known.get(source.text, () => compileTest(source, shape, variables))
  return { ...test, test, source, ...compileActions(source) }
}

/** What stands in for a document that cannot be read: an error during evaluation denies. */
const REFUSE_ALL: Statement = {
  index: 0,
  sid: undefined,
  effect: 'Deny',
  actions: ['*'],
  notActions: undefined,
  resources: ['*'],
  notResources: undefined,
  principal: '*',
  notPrincipal: undefined,
  conditions: [],
  start: { line: 1, column: 1 },
  end: { line: 1, column: 1 },
  text: 'unreadable',
}

const MEMO_LIMIT = 2048

/** A compiled document; remembers which statements an action reaches. */
export class CompiledPolicy {
  readonly statements: readonly CompiledStatement[]
  /** False when the document could not be read and denies everything. */
  readonly readable: boolean
  readonly #exact = new Map<string, number[]>()
  readonly #byVendor = new Map<string, [ActionPattern, number][]>()
  /** Statements that no table answers: `*` and NotAction. */
  readonly #open: number[] = []
  readonly #memo = new Map<string, Candidates>()

  constructor(text: string, shape: Shape) {
    const document = readPolicy(text)
    const sound = document?.statements.every(
      ({ effect }) => effect === 'Allow' || effect === 'Deny',
    )
    this.readable = sound === true
    const sources = sound === true ? document!.statements : [REFUSE_ALL]
    const variables = document?.version === '2012-10-17'
    this.statements = sources.map((source) => compileStatement(source, shape, variables))
    for (const [index, statement] of this.statements.entries()) this.#enter(statement, index)
  }

  #enter({ actions, source }: CompiledStatement, index: number): void {
    if (source.notActions !== undefined || actions.some(({ vendor }) => vendor === undefined)) {
      this.#open.push(index)
      return
    }
    for (const pattern of actions) {
      if (pattern.exact !== undefined) append(this.#exact, pattern.exact, index)
      else append(this.#byVendor, pattern.vendor!, [pattern, index])
    }
  }

  /** The statements that match an action, whatever its case; remembered per spelling. */
  candidates(action: string): Candidates {
    const known = this.#memo.get(action)
    if (known !== undefined) return known
    const lower = action.toLowerCase()
    const found = new Set(this.#exact.get(lower))
    for (const [pattern, index] of this.#byVendor.get(lower.split(':', 1)[0]!) ?? []) {
      if (!found.has(index) && pattern.matches(lower)) found.add(index)
    }
    for (const index of this.#open) {
      if (this.statements[index]!.matchesAction(lower)) found.add(index)
    }
    const matching = [...found].sort((a, b) => a - b).map((index) => this.statements[index]!.test)
    const candidates = {
      deny: decisive(matching.filter(({ denies }) => denies)),
      allow: decisive(matching.filter(({ denies }) => !denies)),
    }
    if (this.#memo.size >= MEMO_LIMIT) this.#memo.clear()
    this.#memo.set(action, candidates)
    return candidates
  }
}

/** A statement that always applies makes its fellows superfluous. */
export function decisive(statements: readonly StatementTest[]): readonly StatementTest[] {
  const always = statements.find((statement) => statement.always)
  return always === undefined ? statements : [always]
}

function append<T>(table: Map<string, T[]>, name: string, value: T): void {
  const list = table.get(name)
  if (list === undefined) table.set(name, [value])
  else list.push(value)
}

/** Whether a candidate applies to the resource under its conditions (its principal aside). */
export function applies(
  statement: StatementTest,
  request: AccessRequest,
  trace: Trace | undefined,
): boolean {
  if (!statement.matchesResource(request.resource.arn, request, trace)) return false
  let holds = true
  for (const condition of statement.conditions) {
    if (condition.holds(request, trace)) continue
    // A trace wants every key that the statement asks for.
    if (trace === undefined) return false
    holds = false
  }
  return holds
}

const GENERATION = 8192
const GENERATION_CHARACTERS = 8_000_000

/** Compiled documents of one shape by hash; the older half is forgotten when it grows too large. */
class Cache {
  #young = new Map<string, CompiledPolicy>()
  #old = new Map<string, CompiledPolicy>()
  #characters = 0
  readonly #shape: Shape

  constructor(shape: Shape) {
    this.#shape = shape
  }

  get(policy: Policy): CompiledPolicy {
    const young = this.#young.get(policy.hash)
    if (young !== undefined) return young
    const compiled = this.#old.get(policy.hash) ?? new CompiledPolicy(policy.document, this.#shape)
    this.#characters += policy.document.length
    if (this.#young.size >= GENERATION || this.#characters > GENERATION_CHARACTERS) {
      this.#old = this.#young
      this.#young = new Map()
      this.#characters = policy.document.length
    }
    this.#young.set(policy.hash, compiled)
    return compiled
  }
}

const caches: Readonly<Record<Shape, Cache>> = {
  identity: new Cache('identity'),
  resource: new Cache('resource'),
}

/**
 * The compiled form of a policy, one per document hash and shape. Never throws: a document that
 * cannot be read compiles to one that denies everything.
 */
export function compilePolicy(policy: Policy, shape: Shape): CompiledPolicy {
  return caches[shape].get(policy)
}
