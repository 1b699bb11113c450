/** Conditions of several policies as facts that hold or not, and which of them hold together. */

import { operatorName } from '../conditions.ts'
import type { Condition } from '../document.ts'
import { parseBoolean } from '../operand-values.ts'
import { DIFFERS, MATCHES, OPERATORS } from '../operators.ts'
import { hasSlots, piecesOf } from '../template.ts'
import { possibleVerdicts, type ValueTest, type Verdicts, verdictsOn } from './condition-values.ts'
import type { Budget } from './patterns.ts'

/** One condition, the same object wherever it is written. */
export interface Atom {
  /** Lower-case. */
  readonly key: string
  readonly condition: Condition
  readonly set: 'all' | 'any' | undefined
  /** Index of the test among those of its key; undefined for Null and for unknown operators. */
  readonly test: number | undefined
  readonly negated: boolean
  readonly whenAbsent: boolean
  /** What Null says of a key that is present; undefined for other operators. */
  readonly whenPresent: boolean | undefined
}

/** Whether each of some atoms holds. */
export type Outcome = readonly boolean[]

const POSITIVE: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  numericnotequals: 'numericequals',
  datenotequals: 'dateequals',
  notipaddress: 'ipaddress',
  arnequals: 'arnlike',
  arnnotequals: 'arnlike',
  arnnotlike: 'arnlike',
}

const MOST_LISTS = 512
/** Positions that the patterns of all keys may be looked at. */
const BUDGET = 600_000
const MISTYPED = -1

/** What is known of a request's values, by lower-case key; undefined: the key is absent. */
export type KnownValues = ReadonlyMap<string, string | undefined>

/** Narrows what a value may be: answers whether somebody can have it. */
export type Admits = (atomTests: readonly ValueTest[], verdicts: Verdicts) => boolean

interface KeyTests {
  readonly tests: ValueTest[]
  readonly byText: Map<string, number>
  verdicts: readonly Verdicts[] | undefined | 'unasked'
}

/** Types of condition keys as the catalogue has them. */
export interface KeyTypes {
  conditionKeyType(key: string): string | undefined
}

/** Families of tests that values of a type always fit. */
const FITTING: ReadonlyMap<string, RegExp> = new Map([
  ['IPAddress', /^ipaddress$/],
  ['Bool', /^bool$/],
  ['Numeric', /^numeric/],
  ['Date', /^date/],
])

/** All atoms of the policies that are compared. */
export class ConditionAtoms {
  readonly #types: KeyTypes
  readonly #budget: Budget = { left: BUDGET }
  readonly #atoms = new Map<string, Atom>()
  readonly #ids = new Map<Atom, number>()
  readonly #outcomes = new Map<string, readonly Outcome[] | undefined>()
  readonly #keys = new Map<string, KeyTests>()

  constructor(types: KeyTypes) {
    this.#types = types
  }

  /** The atom of a condition; equal conditions have the same one, whatever order values are in. */
  of(condition: Condition, variables: boolean): Atom {
    const key = condition.key.toLowerCase()
    const name = operatorName(condition.operator)
    const values = [...new Set(condition.values)].sort()
    const slots = values.some((one) => hasSlots(piecesOf(one, { variables, wildcards: false })))
    const escapes = variables && values.some((one) => one.includes('${'))
    const text = JSON.stringify([condition.operator.toLowerCase(), key, values, slots || escapes])
    const known = this.#atoms.get(text)
    if (known !== undefined) return known
    const shared = { key, condition, set: name?.set, test: undefined, whenPresent: undefined }
    let atom: Atom = { ...shared, negated: false, whenAbsent: false }
    if (name?.base === 'null') {
      const wanted = new Set(values.map(parseBoolean))
      atom = { ...atom, whenAbsent: wanted.has(true), whenPresent: wanted.has(false) }
    } else if (name !== undefined) {
      const { negated } = OPERATORS.get(name.base)!
      const base = POSITIVE[name.base] ?? name.base
      const test = this.#test(key, { base, values, variables: slots || escapes })
      const whenAbsent = name.ifExists || name.set === 'all' || (negated && name.set === undefined)
      atom = { ...atom, test, negated, whenAbsent }
    } else {
      atom = { ...atom, whenPresent: false }
    }
    this.#atoms.set(text, atom)
    this.#ids.set(atom, this.#ids.size)
    return atom
  }

  #test(key: string, test: ValueTest): number {
    let known = this.#keys.get(key)
    if (known === undefined) {
      known = { tests: [], byText: new Map(), verdicts: 'unasked' }
      this.#keys.set(key, known)
    }
    const text = JSON.stringify(test)
    const index = known.byText.get(text) ?? known.tests.length
    if (index === known.tests.length) known.tests.push(test)
    known.byText.set(text, index)
    known.verdicts = 'unasked'
    return index
  }

  /** Every lower-case key with a test or a Null. */
  keys(): readonly string[] {
    return [...new Set([...this.#atoms.values()].map(({ key }) => key))]
  }

  #verdicts(key: string, value: string | undefined): readonly Verdicts[] | undefined {
    const known = this.#keys.get(key)
    if (known === undefined) return [[]]
    if (value !== undefined) return verdictsOn(known.tests, value)
    if (known.verdicts === 'unasked') known.verdicts = possibleVerdicts(known.tests, this.#budget)
    return known.verdicts
  }

  /**
   * How atoms of one key can hold together; undefined when that cannot be told. A known value (or
   * absence) is the only one; `admits` leaves out values.
   */
  outcomes(
    key: string,
    atoms: readonly Atom[],
    told: { known?: KnownValues | undefined; admits?: Admits | undefined } = {},
  ): readonly Outcome[] | undefined {
    if (told.known?.has(key) || told.admits !== undefined) return this.#tell(key, atoms, told)
    const name = atoms.map((atom) => this.#ids.get(atom)).join()
    if (!this.#outcomes.has(name)) this.#outcomes.set(name, this.#tell(key, atoms, told))
    return this.#outcomes.get(name)
  }

  #tell(
    key: string,
    atoms: readonly Atom[],
    { known, admits }: { known?: KnownValues | undefined; admits?: Admits | undefined },
  ): readonly Outcome[] | undefined {
    const value = known?.get(key)
    const absent = atoms.map(({ whenAbsent }) => whenAbsent)
    if (known?.has(key) && value === undefined) return [absent]
    const all = this.#verdicts(key, value)
    if (all === undefined) return undefined
    const tests = this.#keys.get(key)?.tests ?? []
    const type = this.#types.conditionKeyType(key)
    const fits = FITTING.get(type ?? '')
    const verdicts = all.filter((one) => {
      if (!(admits?.(tests, one) ?? true)) return false
      return !(fits && tests.some(({ base }, i) => one[i] === MISTYPED && fits.test(base)))
    })
    const found = new Map<string, Outcome>()
    const add = (outcome: Outcome) => found.set(outcome.join(), outcome)
    for (const one of verdicts) add(atoms.map((atom) => ofSingle(atom, one, value === '')))
    if (value !== undefined) return [...found.values()]
    add(absent)
    const empty = (this.#verdicts(key, '') ?? []).filter((one) => admits?.(tests, one) ?? true)
    for (const one of fits ? [] : empty) {
      add(atoms.map((atom) => ofSingle(atom, one, true)))
    }
    // A key whose type is known, and is no array, has one value.
    if (type !== undefined && !type.startsWith('ArrayOf')) return [...found.values()]
    for (const one of empty) {
      add(atoms.map((atom) => ofList(atom, one, true)))
    }
    const lists = closure(
      verdicts.map((one) => atoms.map((atom) => ofList(atom, one, false))),
      atoms,
    )
    if (lists === undefined) return undefined
    for (const list of lists) add(list)
    return [...found.values()]
  }
}

function meets({ test, negated }: Atom, verdicts: Verdicts): boolean {
  return test !== undefined && verdicts[test] === (negated ? DIFFERS : MATCHES)
}

function ofSingle(atom: Atom, verdicts: Verdicts, empty: boolean): boolean {
  if (atom.whenPresent !== undefined) return atom.whenPresent
  return (empty && atom.set === 'all') || meets(atom, verdicts)
}

function ofList(atom: Atom, verdicts: Verdicts, empty: boolean): boolean {
  if (atom.whenPresent !== undefined) return atom.whenPresent
  if (atom.set === undefined) return false
  return (empty && atom.set === 'all') || meets(atom, verdicts)
}

/** What lists of several values can do, when this is what lists of one value do. */
function closure(
  single: readonly Outcome[],
  atoms: readonly Atom[],
): readonly Outcome[] | undefined {
  const found = new Map(single.map((one) => [one.join(), one]))
  const first = [...found.values()]
  const open = [...first]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const other of first) {
      const both = atoms.map(({ set }, index) =>
        set === 'any' ? one![index]! || other[index]! : one![index]! && other[index]!,
      )
      if (found.has(both.join())) continue
      if (found.size >= MOST_LISTS) return undefined
      found.set(both.join(), both)
      open.push(both)
    }
  }
  return [...found.values()]
}
