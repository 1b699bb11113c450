/** The Condition element: operators, set quantifiers, absent keys. */

import type { AccessRequest, ContextValue } from '../kernel/authorization.ts'
import { type ContextKey, contextKey, readKey, type Trace } from './context-keys.ts'
import type { Condition } from './document.ts'
import { interned } from './interned.ts'
import { parseBoolean } from './operand-values.ts'
import { DIFFERS, MATCHES, OPERATORS } from './operators.ts'

/** One compiled operator on one key. */
export interface ConditionTest {
  readonly written: Condition
  readonly holds: (request: AccessRequest, trace: Trace | undefined) => boolean
  readonly key: ContextKey
}

/** An operator's name taken apart. */
export interface OperatorName {
  /** Lower-case name without quantifier and suffix. */
  readonly base: string
  readonly set: 'all' | 'any' | undefined
  readonly ifExists: boolean
}

const ALL = 'forallvalues:'
const SOME = 'foranyvalue:'
const IF_EXISTS = 'ifexists'

/** Takes an operator's name apart; undefined when there is no such operator. */
export function operatorName(written: string): OperatorName | undefined {
  let base = written.toLowerCase()
  const set = base.startsWith(ALL) ? 'all' : base.startsWith(SOME) ? 'any' : undefined
  if (set !== undefined) base = base.slice(set === 'all' ? ALL.length : SOME.length)
  const ifExists = base.endsWith(IF_EXISTS)
  if (ifExists) base = base.slice(0, -IF_EXISTS.length)
  if (base === 'null') return ifExists || set !== undefined ? undefined : { base, set, ifExists }
  return OPERATORS.has(base) ? { base, set, ifExists } : undefined
}

function nullTest(key: ContextKey, values: readonly string[]): ConditionTest['holds'] {
  const wanted = new Set(values.map(parseBoolean))
  return (request, trace) => wanted.has(readKey(key, request, trace) === undefined)
}

/** A "null data set, such as an empty string", which ForAllValues lets pass. */
function isEmpty(value: ContextValue): boolean {
  return typeof value === 'string' ? value === '' : value.every((one) => one === '')
}

function quantified(
  value: ContextValue,
  set: OperatorName['set'],
  meets: (value: string) => boolean,
): boolean {
  if (set === 'all' && isEmpty(value)) return true
  if (typeof value === 'string') return meets(value)
  if (set === 'all') return value.every(meets)
  return set === 'any' && value.some(meets)
}

/**
 * An unknown operator never holds; a key with several values meets only the set operators; an absent key holds for negated operators, `...IfExists` and ForAllValues.
 */
function compileFresh(written: Condition, variables: boolean): ConditionTest {
  const key = contextKey(written.key)
  const name = operatorName(written.operator)
  if (name === undefined) return { written, key, holds: () => false }
  if (name.base === 'null') return { written, key, holds: nullTest(key, written.values) }
  const { negated, compile } = OPERATORS.get(name.base)!
  const { set, ifExists } = name
  const test = compile(written.values, variables)
  const wanted = negated ? DIFFERS : MATCHES
  const whenAbsent = ifExists || set === 'all' || (negated && set === undefined)
  return {
    written,
    key,
    holds(request, trace) {
      const value = readKey(key, request, trace)
      if (value === undefined) return whenAbsent
      if (set === undefined && typeof value === 'string') {
        return test(value, request, trace) === wanted
      }
      return quantified(value, set, (one) => test(one, request, trace) === wanted)
    },
  }
}

const DIALECTS = [false, true].map((variables) =>
  interned((text) => compileFresh(JSON.parse(text) as Condition, variables)),
)

/**
 * Compiles one condition; equal conditions of different documents are one object. `variables` tells
 * whether the document's version knows policy variables.
 */
export function compileCondition(written: Condition, variables: boolean): ConditionTest {
  return DIALECTS[Number(variables)]!(JSON.stringify(written))
}
