/** What the value of one condition key can be, as far as the tests of some policies tell values apart. */

import type { AccessRequest } from '../../kernel/authorization.ts'
import { ANY, ANY_WITHIN, ONE, ONE_WITHIN } from '../glob.ts'
import { contains, type IpRange, parseRange } from '../ip-ranges.ts'
import { parseBinary, parseBoolean, parseDate, parseNumber } from '../operand-values.ts'
import { comparisons, DIFFERS, MATCHES, OPERATORS } from '../operators.ts'
import { hasSlots, piecesOf, tokensOf } from '../template.ts'
import { type Budget, type Pattern, type Token, textClasses } from './patterns.ts'

/** The comparison of an operator, without its negation: what one value meets, or not. */
export interface ValueTest {
  /** A positive operator: `stringequals`, `arnlike`, `numericlessthan` ... */
  readonly base: string
  readonly values: readonly string[]
  readonly variables: boolean
}

/** For each test: MATCHES, DIFFERS, or -1 when the value is not of the test's type. */
export type Verdicts = readonly number[]

const MISTYPED = -1
const KELVIN = 0x212a
const COLON = 58
const SHAPE_OF_ARN = 'arn:*:*:*:*:*'

type Family = 'text' | 'number' | 'date' | 'address' | 'constant' | 'free'

function isSlotted({ values, variables }: ValueTest): boolean {
  return values.some((value) => hasSlots(piecesOf(value, { variables, wildcards: false })))
}

function familyOf(test: ValueTest): Family {
  if (isSlotted(test)) return 'free'
  if (test.base.startsWith('numeric')) return 'number'
  if (test.base.startsWith('date')) return 'date'
  if (test.base === 'ipaddress') return 'address'
  if (test.base === 'bool' || test.base === 'binaryequals') return 'constant'
  return 'text'
}

function tokens(value: string, variables: boolean, wildcards: boolean): readonly number[] {
  const pieces = piecesOf(value, { variables, wildcards })
  return tokensOf(pieces as readonly (string | number)[])
}

/** The stars of the first five segments stay inside them. */
function arnPattern(value: string, variables: boolean): Pattern | undefined {
  const written = tokens(value, variables, true)
  if (written.length === 1 && written[0]! < 0) return [ANY]
  if (written.filter((token) => token === COLON).length < 5) return undefined
  let colons = 0
  return written.map((token) => {
    if (token === COLON) colons++
    if (colons >= 5) return token
    return token === ANY ? ANY_WITHIN : token === ONE ? ONE_WITHIN : token
  })
}

function eitherCase(unit: number): Token {
  const letter = String.fromCharCode(unit)
  const cases = [letter.toLowerCase(), letter.toUpperCase()].map((one) => one.charCodeAt(0))
  return letter.toLowerCase() === 'k' ? [...cases, KELVIN] : cases
}

function textPatterns({ base, values, variables }: ValueTest): readonly Pattern[] {
  if (base === 'arnlike') {
    return values
      .map((value) => arnPattern(value, variables))
      .filter((pattern) => pattern !== undefined)
  }
  if (base === 'stringlike') return values.map((value) => tokens(value, variables, true))
  const literal = values.map((value) => tokens(value, variables, false))
  return base === 'stringequals' ? literal : literal.map((units) => units.map(eitherCase))
}

/** Verdicts of tests that compare texts. */
function textVerdicts(
  tests: readonly ValueTest[],
  budget: Budget,
): readonly Verdicts[] | undefined {
  const patterns: Pattern[] = [arnPattern(SHAPE_OF_ARN, false)!]
  const owned = tests.map((test) => {
    const own = textPatterns(test)
    patterns.push(...own)
    return own.reduce((mask, _, i) => mask | (1n << BigInt(patterns.length - own.length + i)), 0n)
  })
  const classes = textClasses(patterns, budget)
  if (classes === undefined) return undefined
  return [...classes].map((mask) =>
    tests.map(({ base }, index) => {
      if (base === 'arnlike' && (mask & 1n) === 0n) return MISTYPED
      return (mask & owned[index]!) === 0n ? DIFFERS : MATCHES
    }),
  )
}

/** Verdicts of tests on a line: at each constant, between neighbours, outside. */
function lineVerdicts(
  tests: readonly ValueTest[],
  parse: (text: string) => number | undefined,
): readonly Verdicts[] {
  const constants = tests.map(({ values }) => values.map(parse).filter((one) => one !== undefined))
  const marks = [...new Set(constants.flat())].sort((a, b) => a - b)
  const between = marks.slice(1).map((mark, index) => (mark + marks[index]!) / 2)
  const outside = marks.length === 0 ? [0] : [marks[0]! - 1, marks.at(-1)! + 1]
  const points = [...marks, ...between, ...outside, -Number.MAX_VALUE, Number.MAX_VALUE]
  const compares = tests.map(({ base }) => {
    const name = base.replace(/^(?:numeric|date)/, '') as keyof typeof comparisons
    return comparisons[name]
  })
  const told = points.map((point) =>
    tests.map((_, i) =>
      constants[i]!.some((one) => compares[i]!(point, one)) ? MATCHES : DIFFERS,
    ),
  )
  return [...told, tests.map(() => MISTYPED)]
}

function isInside(inner: IpRange, outer: IpRange): boolean {
  return outer.prefix <= inner.prefix && contains(outer, inner)
}

/** Whether disjoint smaller ranges fill a range. */
function isFilled(range: IpRange, ranges: readonly IpRange[]): boolean {
  const smaller = ranges.filter((one) => one.prefix > range.prefix && isInside(one, range))
  const largest = smaller.filter(
    (one) => !smaller.some((other) => other.prefix < one.prefix && isInside(one, other)),
  )
  const distinct = new Map(
    largest.map((one) => [largest.findIndex((other) => isInside(one, other)), one]),
  )
  let share = 0
  for (const one of distinct.values()) share += 2 ** (range.prefix - one.prefix)
  return share >= 1
}

function addressVerdicts(tests: readonly ValueTest[]): readonly Verdicts[] {
  const ranges = tests.map(({ values }) =>
    values.map(parseRange).filter((range) => range !== undefined),
  )
  const all = ranges.flat()
  const inside = all
    .filter((range) => !isFilled(range, all))
    .map((range) => {
      return ranges.map((own) => (own.some((one) => isInside(range, one)) ? MATCHES : DIFFERS))
    })
  return [...inside, tests.map(() => DIFFERS), tests.map(() => MISTYPED)]
}

function constantVerdicts(tests: readonly ValueTest[]): readonly Verdicts[] {
  const parseOf = (base: string) => (base === 'bool' ? parseBoolean : parseBinary)
  const parsed = tests.map(({ base, values }) => values.map((value) => parseOf(base)(value)))
  const kinds = (base: string): readonly unknown[] => {
    if (base === 'bool') return [true, false]
    return ['*', ...parsed.flat().filter((value) => typeof value === 'string')]
  }
  const bases = [...new Set(tests.map(({ base }) => base))]
  return product(
    bases.map((base) => {
      const own = tests.flatMap((test, index) => (test.base === base ? [index] : []))
      const told = kinds(base).map((value) =>
        own.map((index) => (parsed[index]!.includes(value as string) ? MATCHES : DIFFERS)),
      )
      return { own, verdicts: [...told, own.map(() => MISTYPED)] }
    }),
    tests.length,
  )!
}

interface Part {
  /** Which tests these verdicts are of. */
  readonly own: readonly number[]
  readonly verdicts: readonly Verdicts[]
}

const MOST = 2_048

/** Every combination of the parts, each once; undefined when there are too many. */
function product(parts: readonly Part[], length: number): readonly Verdicts[] | undefined {
  let combined: number[][] = [new Array<number>(length).fill(DIFFERS)]
  for (const { own, verdicts } of parts) {
    const distinct = [...new Map(verdicts.map((one) => [one.join(), one])).values()]
    if (combined.length * distinct.length > MOST) return undefined
    combined = combined.flatMap((before) =>
      distinct.map((some) => {
        const after = [...before]
        for (const [index, test] of own.entries()) after[test] = some[index]!
        return after
      }),
    )
  }
  return combined
}

const FREE: readonly Verdicts[] = [[MATCHES], [DIFFERS], [MISTYPED]]

function verdictsOf(family: Family, tests: readonly ValueTest[], budget: Budget) {
  if (family === 'number') return lineVerdicts(tests, parseNumber)
  if (family === 'date') return lineVerdicts(tests, parseDate)
  if (family === 'address') return addressVerdicts(tests)
  return family === 'constant' ? constantVerdicts(tests) : textVerdicts(tests, budget)
}

/**
 * Every way in which a single value can meet the tests, and perhaps some in which none can: values
 * of different types are taken as independent, as are values of policy variables. Undefined when
 * there are too many to tell.
 */
export function possibleVerdicts(
  tests: readonly ValueTest[],
  budget: Budget,
): readonly Verdicts[] | undefined {
  const families = new Map<Family, number[]>()
  const parts: Part[] = []
  for (const [index, test] of tests.entries()) {
    const family = familyOf(test)
    if (family === 'free') parts.push({ own: [index], verdicts: FREE })
    else families.set(family, [...(families.get(family) ?? []), index])
  }
  for (const [family, own] of families) {
    const verdicts = verdictsOf(
      family,
      own.map((index) => tests[index]!),
      budget,
    )
    if (verdicts === undefined) return undefined
    parts.push({ own, verdicts })
  }
  return product(parts, tests.length)
}

const NOBODY = {} as AccessRequest

/** As `possibleVerdicts`, of a value that is known. */
export function verdictsOn(
  tests: readonly ValueTest[],
  value: string,
): readonly Verdicts[] | undefined {
  const parts = tests.map((test, index): Part => {
    if (familyOf(test) === 'free') return { own: [index], verdicts: FREE }
    const meets = OPERATORS.get(test.base)!.compile(test.values, test.variables)
    return { own: [index], verdicts: [[meets(value, NOBODY, undefined)]] }
  })
  return product(parts, tests.length)
}
