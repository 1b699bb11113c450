/** What texts a handful of wildcard patterns can tell apart. */

import { ANY, ANY_WITHIN, ONE, ONE_WITHIN } from '../glob.ts'

/** A UTF-16 unit, a wildcard of `glob.ts`, or one of several units. */
export type Token = number | readonly number[]
export type Pattern = readonly Token[]

const COLON = 58
/** A unit that no pattern asks for. */
const OTHER = -10
/** Units from here on stand for whole texts that are not known: only a star that reaches everything takes them. */
export const MARKS = 0x10000

function isStar(token: Token | undefined): boolean {
  return token === ANY || token === ANY_WITHIN
}

function accepts(token: Token, unit: number): boolean {
  if (typeof token === 'object') return token.includes(unit)
  if (token === unit || token === ANY) return true
  if (unit >= MARKS) return false
  if (token === ONE) return true
  if (token === ANY_WITHIN || token === ONE_WITHIN) return unit !== COLON
  return false
}

/** Positions of all patterns at once: pattern by pattern, each with one place behind its end. */
class Positions {
  readonly tokens: (Token | undefined)[] = []
  readonly owners: number[] = []
  readonly starts: number[] = []

  constructor(patterns: readonly Pattern[]) {
    for (const [owner, pattern] of patterns.entries()) {
      this.starts.push(this.tokens.length)
      for (const token of [...pattern, undefined]) {
        this.tokens.push(token)
        this.owners.push(owner)
      }
    }
  }

  /** A star may stand for nothing. */
  closed(positions: Iterable<number>): readonly number[] {
    const all = new Set(positions)
    for (const position of all) if (isStar(this.tokens[position])) all.add(position + 1)
    return [...all].sort((a, b) => a - b)
  }

  after(positions: readonly number[], unit: number): readonly number[] {
    const next: number[] = []
    for (const position of positions) {
      const token = this.tokens[position]
      if (token === undefined || !accepts(token, unit)) continue
      next.push(isStar(token) ? position : position + 1)
    }
    return this.closed(next)
  }

  /** The units that lead from here to different places, one of each kind. */
  units(positions: readonly number[]): ReadonlySet<number> {
    const units = new Set([OTHER])
    for (const position of positions) {
      const token = this.tokens[position]
      if (token === ANY_WITHIN || token === ONE_WITHIN) units.add(COLON)
      else if (typeof token === 'object') for (const unit of token) units.add(unit)
      else if (token !== undefined && token >= 0) units.add(token)
    }
    return units
  }

  matched(positions: readonly number[]): bigint {
    let mask = 0n
    for (const position of positions) {
      if (this.tokens[position] === undefined) mask |= 1n << BigInt(this.owners[position]!)
    }
    return mask
  }
}

/** Work that is left before an answer is given up; one unit is a position looked at. */
export interface Budget {
  left: number
}

const MOST_STATES = 20_000
const MOST_STEPS = 3_000_000

/**
 * Every set of patterns (bit n: the nth) such that some text matches exactly these. Undefined when
 * that takes more than 20,000 states of their common automaton to tell, or more than the budget.
 */
export function textClasses(
  patterns: readonly Pattern[],
  budget: Budget = { left: MOST_STEPS },
): ReadonlySet<bigint> | undefined {
  const positions = new Positions(patterns)
  const start = positions.closed(positions.starts)
  const seen = new Set([start.join()])
  const open = [start]
  const classes = new Set<bigint>()
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    classes.add(positions.matched(state))
    for (const unit of positions.units(state)) {
      budget.left -= state.length + 1
      const next = positions.after(state, unit)
      const name = next.join()
      if (seen.has(name)) continue
      if (seen.size >= MOST_STATES || budget.left < 0) return undefined
      seen.add(name)
      open.push(next)
    }
  }
  return classes
}

/** Whether every text of one pattern is one of the other; false also when it cannot be told. */
export function isWithin(inner: Pattern, outer: Pattern): boolean {
  const classes = textClasses([inner, outer])
  return classes !== undefined && !classes.has(1n)
}
