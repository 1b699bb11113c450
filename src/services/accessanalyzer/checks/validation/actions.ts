import { isWithin } from '../../../../access/analysis/patterns.ts'
import { ANY, ONE } from '../../../../access/glob.ts'
import {
  type Check,
  eachStatement,
  isVariable,
  isWild,
  type Validation,
} from './validated-kinds.ts'
import { type TextPart, within } from './written-policy.ts'

/** Entries of Action and NotAction. */

const meant = (name: string | undefined) => (name === undefined ? '' : ` Did you mean ${name}?`)

function checkService(
  entry: TextPart,
  vendor: string,
  { catalogue, report, similar }: Validation,
): boolean {
  if (catalogue.isKnownVendor(vendor)) return true
  const place = [within(entry, 0, vendor.length)]
  const meantBy = similar(vendor, catalogue.vendors())
  if (meantBy === undefined) report('INVALID_SERVICE', place, { service: vendor })
  else report('INVALID_SERVICE_IN_ACTION', place, { service: vendor, suggestion: meant(meantBy) })
  return false
}

function checkEntry(entry: TextPart, validation: Validation): void {
  const { catalogue, report } = validation
  const { text } = entry
  if (text === '*' || isVariable(text)) return
  const colon = text.indexOf(':')
  if (colon < 0) {
    report('INVALID_ACTION', [entry], { action: text })
    return
  }
  const vendor = text.slice(0, colon)
  if (isWild(vendor)) {
    report('WILDCARD_IN_SERVICE_NAME', [within(entry, 0, colon)])
    return
  }
  if (!checkService(entry, vendor, validation)) return
  if (catalogue.expandWildcard(text).length > 0) return
  const suggestion = isWild(text)
    ? ''
    : meant(validation.similar(text, catalogue.actionsOf(vendor)))
  report('INVALID_ACTION', [entry], { action: text, suggestion })
}

const patternOf = (entry: string) =>
  [...entry.toLowerCase()].map((letter) =>
    letter === '*' ? ANY : letter === '?' ? ONE : letter.charCodeAt(0),
  )

/** The entries that others of the list contain; of equal ones the first stays. */
export function covered<T>(
  entries: readonly T[],
  contains: (outer: T, inner: T) => boolean,
): readonly T[] {
  return entries.filter((inner, at) =>
    entries.some((outer, other) => {
      if (other === at || !contains(outer, inner)) return false
      return other < at || !contains(inner, outer)
    }),
  )
}

/** Comparing every pair of a longer list takes too long. */
const MOST_COMPARED = 200

const redundant = eachStatement(({ actions }, { report }) => {
  if (actions.length > MOST_COMPARED) return
  const patterns = new Map(actions.map((entry) => [entry, patternOf(entry.text)]))
  const wild = (entry: TextPart) => isWild(entry.text)
  const superfluous = covered(actions, (outer, inner) => {
    if (!wild(outer)) return outer.text.toLowerCase() === inner.text.toLowerCase()
    return isWithin(patterns.get(inner)!, patterns.get(outer)!)
  })
  if (superfluous.length === 0) return
  report('REDUNDANT_ACTION', superfluous, {
    redundantActionCount: superfluous.length,
    redundantAction: superfluous[0]!.text,
  })
})

const entries = eachStatement(({ actions }, validation) => {
  for (const entry of actions) checkEntry(entry, validation)
})

export const actions: readonly Check[] = [entries, redundant]
