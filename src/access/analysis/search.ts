/** Looks for a request that some statements allow and nothing stands against. */

import type { ComparedStatement, ResourceEntry, Vocabulary } from './compared-policies.ts'
import type { Admits, Atom, KnownValues, Outcome } from './condition-atoms.ts'
import { type Budget, isWithin, type Pattern, textClasses } from './patterns.ts'

/** Answers of a search: `unknown` when it would take too long to tell. */
export type Found = 'yes' | 'no' | 'unknown'

/** What is asked: does a request exist with which `allows` applies and the rest is so? */
export interface Question {
  readonly allows: ComparedStatement
  readonly denies: readonly ComparedStatement[]
  /** What allows the request already, if anything; and what takes that away. */
  readonly before?: {
    readonly allows: readonly ComparedStatement[]
    readonly denies: readonly ComparedStatement[]
  }
  /** Resources that matter: texts of any of these; undefined: all. */
  readonly within?: readonly Pattern[] | undefined
  /** Values of keys that are known, and values that cannot be. */
  readonly known?: KnownValues | undefined
  readonly admits?: ((key: string) => Admits | undefined) | undefined
}

const MOST_WORLDS = 60_000
/** Positions and facts that all questions of one search may look at. */
const BUDGET = 1_500_000
const MOST_VARIABLES = 8

/** A condition, or the guess whether a resource entry with variables matches. */
type Fact = Atom | number

interface Axis {
  readonly facts: readonly Fact[]
  readonly outcomes: readonly Outcome[]
}

/** A statement at one class of resources: facts of which all must hold, and of which one. */
interface Applicable {
  readonly atoms: readonly Atom[]
  /** Undefined: the resource matches. Otherwise it does when a guess holds (or none, negated). */
  readonly guesses: readonly number[] | undefined
  readonly except: boolean
}

type Truth = ReadonlyMap<Fact, boolean>

function holds({ atoms, guesses, except }: Applicable, truth: Truth): boolean {
  if (guesses !== undefined && guesses.some((guess) => truth.get(guess)) === except) return false
  return atoms.every((atom) => truth.get(atom))
}

/** The worlds in which facts about variables agree: what matches a narrower entry matches a wider. */
function guessAxis(guesses: readonly number[], entries: readonly ResourceEntry[]) {
  if (guesses.length > MOST_VARIABLES) return undefined
  const implied = guesses.flatMap((a, i) =>
    guesses.flatMap((b, j) => {
      return i !== j && isWithin(entries[a]!.marked!, entries[b]!.marked!) ? [[i, j] as const] : []
    }),
  )
  const outcomes: Outcome[] = []
  for (let mask = 0; mask < 1 << guesses.length; mask++) {
    const outcome = guesses.map((_, index) => ((mask >> index) & 1) === 1)
    if (implied.every(([i, j]) => !outcome[i]! || outcome[j]!)) outcomes.push(outcome)
  }
  return { facts: guesses, outcomes }
}

/** The bits of a statement's own entries; undefined without such an element. */
function maskOf(own: readonly number[] | undefined, entries: readonly number[]) {
  return own?.reduce((mask, entry) => mask | (1n << BigInt(entries.indexOf(entry))), 0n)
}

/** The entries whose bits are set. */
function membersOf(mask: bigint, entries: readonly number[]): ReadonlySet<number> {
  const bits = mask.toString(2)
  const members = new Set<number>()
  for (let at = bits.indexOf('1'); at >= 0; at = bits.indexOf('1', at + 1)) {
    const entry = entries[bits.length - 1 - at]
    if (entry !== undefined) members.add(entry)
  }
  return members
}

/** One question after another over the same policies. */
export class Search {
  readonly #vocabulary: Vocabulary
  readonly #classes = new Map<string, ReadonlySet<bigint> | undefined>()
  readonly #answers = new Map<string, Found>()
  readonly #names = new Map<object, number>()
  readonly #budget: Budget = { left: BUDGET }

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
  }

  ask(question: Question): Found {
    const name = this.#nameOf(question)
    const known = this.#answers.get(name)
    if (known !== undefined) return known
    const found = this.#ask(question)
    this.#answers.set(name, found)
    return found
  }

  #nameOf({ allows, denies, before, within, known, admits }: Question): string {
    const id = (thing: object | undefined) => {
      if (thing === undefined) return -1
      if (!this.#names.has(thing)) this.#names.set(thing, this.#names.size)
      return this.#names.get(thing)
    }
    const keys = new Set(this.#vocabulary.conditions.keys())
    const facts = [...(known ?? [])].filter(([key]) => keys.has(key))
    const limits = [...keys].map((key) => id(admits?.(key)))
    const lists = [[allows], denies, before?.allows ?? [], before?.denies ?? []]
    return JSON.stringify([lists.map((list) => list.map(id)), id(within), facts, limits])
  }

  #ask(question: Question): Found {
    const { allows, denies, before, within } = question
    const statements = [allows, ...denies, ...(before?.allows ?? []), ...(before?.denies ?? [])]
    const used = new Set(statements.flatMap(({ resources }) => resources ?? []))
    const entries = [...used].sort((a, b) => a - b)
    const classes = this.#resourceClasses(entries, within)
    if (classes === undefined) return 'unknown'
    const own = allows.except ? undefined : maskOf(allows.resources, entries)
    const asked = within === undefined ? undefined : ~0n << BigInt(entries.length)
    let found: Found = 'no'
    for (const mask of classes) {
      // Most classes are of other statements' resources.
      if (own !== undefined && (mask & own) === 0n) continue
      if (asked !== undefined && (mask & asked) === 0n) continue
      this.#budget.left -= statements.length
      if (this.#budget.left < 0) return 'unknown'
      const answer = this.#inClass(question, membersOf(mask, entries))
      if (answer === 'yes') return 'yes'
      if (answer === 'unknown') found = 'unknown'
    }
    return found
  }

  #resourceClasses(entries: readonly number[], within: readonly Pattern[] | undefined) {
    const patterns = entries.map((entry) => this.#vocabulary.entries[entry]!.pattern)
    const all = [...patterns, ...(within ?? [])]
    const name = JSON.stringify(all)
    if (!this.#classes.has(name)) this.#classes.set(name, textClasses(all, this.#budget))
    return this.#classes.get(name)
  }

  /** The statement where it can match a resource of the class; undefined where it cannot. */
  #applicable(statement: ComparedStatement, matched: ReadonlySet<number>): Applicable | undefined {
    const { resources, except, atoms } = statement
    if (resources === undefined) return { atoms, guesses: undefined, except }
    const here = resources.filter((entry) => matched.has(entry))
    const guessed = here.filter((entry) => this.#vocabulary.entries[entry]!.marked !== undefined)
    const sure = guessed.length < here.length
    if (sure) return except ? undefined : { atoms, guesses: undefined, except }
    if (guessed.length === 0) return except ? { atoms, guesses: undefined, except } : undefined
    return { atoms, guesses: guessed, except }
  }

  #inClass(question: Question, matched: ReadonlySet<number>): Found {
    const at = (statements: readonly ComparedStatement[] = []) =>
      statements
        .map((statement) => this.#applicable(statement, matched))
        .filter((one) => one !== undefined)
    const [allows] = at([question.allows])
    if (allows === undefined) return 'no'
    const denies = at(question.denies)
    const allowed = at(question.before?.allows)
    const denied = at(question.before?.denies)
    const told = [allows, ...denies, ...allowed, ...denied]
    const axes = this.#axes(told, question)
    if (axes === undefined) return 'unknown'
    return someWorld(axes, (truth) => {
      this.#budget.left -= told.length
      if (this.#budget.left < 0) return undefined
      if (!holds(allows, truth) || denies.some((one) => holds(one, truth))) return false
      return !allowed.some((one) => holds(one, truth)) || denied.some((one) => holds(one, truth))
    })
  }

  #axes(statements: readonly Applicable[], { known, admits }: Question) {
    const axes: Axis[] = []
    const guesses = [...new Set(statements.flatMap((one) => one.guesses ?? []))]
    if (guesses.length > 0) {
      const axis = guessAxis(guesses, this.#vocabulary.entries)
      if (axis === undefined) return undefined
      axes.push(axis)
    }
    const byKey = new Map<string, Set<Atom>>()
    for (const { atoms } of statements) {
      for (const atom of atoms) {
        const own = byKey.get(atom.key) ?? new Set()
        byKey.set(atom.key, own.add(atom))
      }
    }
    let worlds = 1
    for (const [key, set] of byKey) {
      const facts = [...set]
      const told = { known, admits: admits?.(key) }
      const outcomes = this.#vocabulary.conditions.outcomes(key, facts, told)
      if (outcomes === undefined) return undefined
      worlds *= outcomes.length
      axes.push({ facts, outcomes })
    }
    return worlds > MOST_WORLDS ? undefined : axes
  }
}

/** Tries every world; `wanted` answers undefined when it gives up. */
function someWorld(axes: readonly Axis[], wanted: (truth: Truth) => boolean | undefined): Found {
  const truth = new Map<Fact, boolean>()
  let found: Found = 'no'
  const visit = (index: number): boolean => {
    const axis = axes[index]
    if (axis === undefined) {
      const answer = wanted(truth)
      if (answer !== false) found = answer ? 'yes' : 'unknown'
      return answer !== false
    }
    return axis.outcomes.some((outcome) => {
      for (const [at, fact] of axis.facts.entries()) truth.set(fact, outcome[at]!)
      return visit(index + 1)
    })
  }
  visit(0)
  return found
}
