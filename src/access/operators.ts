/** The condition operators: names, kinds, and the compiled test of one operator's values. */

import type { AccessRequest } from '../kernel/authorization.ts'
import type { Trace } from './context-keys.ts'
import { matchesGlob } from './glob.ts'
import { contains, parseAddress, parseRange } from './ip-ranges.ts'
import { parseBinary, parseBoolean, parseDate, parseNumber } from './operand-values.ts'
import {
  compilePieces,
  fillSlots,
  hasSlots,
  type Piece,
  piecesOf,
  type TextMatch,
  tokensOf,
} from './template.ts'

/** The value has not the type that the operator compares. */
const MISTYPED = -1
export const DIFFERS = 0
export const MATCHES = 1

/** How one request value relates to the policy's values (MATCHES when it meets any of them). */
type ValueTest = (value: string, request: AccessRequest, trace: Trace | undefined) => number

export interface Operator {
  readonly negated: boolean
  readonly compile: (values: readonly string[], variables: boolean) => ValueTest
}

function anyOf(matches: readonly TextMatch[]): ValueTest {
  const [only] = matches
  if (matches.length === 1) return (value, request, trace) => +only!(value, request, trace)
  return (value, request, trace) => {
    for (const match of matches) if (match(value, request, trace)) return MATCHES
    return DIFFERS
  }
}

function strings(values: readonly string[], variables: boolean): ValueTest {
  const cut = values.map((value) => piecesOf(value, { variables, wildcards: false }))
  const slotted = cut.filter(hasSlots).map(compilePieces)
  const fixed = new Set(cut.filter((pieces) => !hasSlots(pieces)).map((pieces) => pieces[0] ?? ''))
  if (slotted.length === 0) return (value) => (fixed.has(value) ? MATCHES : DIFFERS)
  const rest = anyOf(slotted)
  return (value, request, trace) => (fixed.has(value) ? MATCHES : rest(value, request, trace))
}

function stringsWithoutCase(values: readonly string[], variables: boolean): ValueTest {
  const cut = values.map((value) => piecesOf(value, { variables, wildcards: false }))
  return (value, request, trace) => {
    const lower = value.toLowerCase()
    for (const pieces of cut) {
      const filled = fillSlots(pieces, request, trace)
      if (filled?.join('').toLowerCase() === lower) return MATCHES
    }
    return DIFFERS
  }
}

function globs(values: readonly string[], variables: boolean): ValueTest {
  const cut = values.map((value) => piecesOf(value, { variables, wildcards: true }))
  return anyOf(cut.map(compilePieces))
}

const COLON = 58
const ARN_COLONS = 5

/** Cuts tokens at the first five colons; undefined when there are fewer. */
function arnParts(tokens: readonly number[]): readonly (readonly number[])[] | undefined {
  const parts: number[][] = []
  let from = 0
  for (let colons = 0; colons < ARN_COLONS; colons++) {
    const colon = tokens.indexOf(COLON, from)
    if (colon < 0) return undefined
    parts.push(tokens.slice(from, colon))
    from = colon + 1
  }
  return [...parts, tokens.slice(from)]
}

function matchesArn(parts: readonly (readonly number[])[] | undefined, arn: string): boolean {
  if (parts === undefined) return false
  let from = 0
  for (let index = 0; index < ARN_COLONS; index++) {
    const colon = arn.indexOf(':', from)
    if (!matchesGlob(parts[index]!, arn, from, colon)) return false
    from = colon + 1
  }
  return matchesGlob(parts[ARN_COLONS]!, arn, from)
}

function arnMatch(pieces: readonly Piece[]): TextMatch {
  if (pieces.length === 1 && typeof pieces[0] === 'number') return () => true
  if (!hasSlots(pieces)) {
    const parts = arnParts(tokensOf(pieces as readonly (string | number)[]))
    return (arn) => matchesArn(parts, arn)
  }
  return (arn, request, trace) => {
    const filled = fillSlots(pieces, request, trace)
    return filled !== undefined && matchesArn(arnParts(tokensOf(filled)), arn)
  }
}

/** Six parts, as far as an ARN condition looks. */
function isArn(text: string): boolean {
  if (!text.startsWith('arn:')) return false
  let at = 3
  for (let colons = 1; colons < ARN_COLONS; colons++) {
    at = text.indexOf(':', at + 1)
    if (at < 0) return false
  }
  return true
}

function arns(values: readonly string[], variables: boolean): ValueTest {
  const cut = values.map((value) => piecesOf(value, { variables, wildcards: true }))
  const test = anyOf(cut.filter((pieces) => pieces.length > 0).map(arnMatch))
  return (value, request, trace) => (isArn(value) ? test(value, request, trace) : MISTYPED)
}

/** Operators whose values are folded into constants; what does not parse meets nothing. */
function constants<T>(
  parsePolicy: (text: string) => T | undefined,
  parseValue: (text: string) => T | undefined,
  compare: (value: T, constant: T) => boolean,
): Operator['compile'] {
  return (values) => {
    const folded = values.map(parsePolicy).filter((value) => value !== undefined)
    return (text) => {
      const value = parseValue(text)
      if (value === undefined) return MISTYPED
      for (const constant of folded) if (compare(value, constant)) return MATCHES
      return DIFFERS
    }
  }
}

/** How numbers and dates compare, by the end of the operator's name. */
export const comparisons = {
  equals: (a: number, b: number) => a === b,
  lessthan: (a: number, b: number) => a < b,
  lessthanequals: (a: number, b: number) => a <= b,
  greaterthan: (a: number, b: number) => a > b,
  greaterthanequals: (a: number, b: number) => a >= b,
}

function comparing(prefix: string, parse: (text: string) => number | undefined) {
  const entries: [string, Operator][] = Object.entries(comparisons).map(([name, compare]) => [
    prefix + name,
    { negated: false, compile: constants(parse, parse, compare) },
  ])
  const equals = constants(parse, parse, comparisons.equals)
  return [...entries, [`${prefix}notequals`, { negated: true, compile: equals }]] as const
}

function pair(positive: string, negative: string, compile: Operator['compile']) {
  return [
    [positive, { negated: false, compile }],
    [negative, { negated: true, compile }],
  ] as const
}

const same = (a: unknown, b: unknown) => a === b

/** All operators but Null, by lower-case name. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...pair('stringequals', 'stringnotequals', strings),
  ...pair('stringequalsignorecase', 'stringnotequalsignorecase', stringsWithoutCase),
  ...pair('stringlike', 'stringnotlike', globs),
  ...comparing('numeric', parseNumber),
  ...comparing('date', parseDate),
  ['bool', { negated: false, compile: constants(parseBoolean, parseBoolean, same) }],
  ['binaryequals', { negated: false, compile: constants(parseBinary, parseBinary, same) }],
  ...pair(
    'ipaddress',
    'notipaddress',
    constants(parseRange, parseAddress, (a, b) => contains(b, a)),
  ),
  ...pair('arnequals', 'arnnotequals', arns),
  ...pair('arnlike', 'arnnotlike', arns),
])
