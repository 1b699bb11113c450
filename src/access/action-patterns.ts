/** Entries of Action and NotAction: `vendor:Name` with wildcards, without case. */

import type { AccessRequest } from '../kernel/authorization.ts'
import { interned } from './interned.ts'
import { compilePieces, piecesOf } from './template.ts'

/** Answers whether a lower-case action matches. */
export type ActionMatch = (action: string) => boolean

/** Where an entry can be looked up instead of being tried. */
export interface ActionPattern {
  /** The lower-case action when the entry has no wildcard. */
  readonly exact: string | undefined
  /** The lower-case vendor; undefined when the entry may match any vendor. */
  readonly vendor: string | undefined
  readonly matches: ActionMatch
}

const UNUSED = {} as AccessRequest
const never: ActionMatch = () => false

/**
 * Compiles one entry. The vendor is literal: `*` alone matches everything, while an entry whose
 * vendor holds a wildcard or that has no colon matches nothing.
 */
export const compileAction = interned((entry: string): ActionPattern => {
  const lower = entry.toLowerCase()
  if (lower === '*') return { exact: undefined, vendor: undefined, matches: () => true }
  const colon = lower.indexOf(':')
  const vendor = lower.slice(0, Math.max(colon, 0))
  if (colon <= 0 || vendor.includes('*') || vendor.includes('?')) {
    return { exact: undefined, vendor: '', matches: never }
  }
  const pieces = piecesOf(lower, { variables: false, wildcards: true })
  const exact = pieces.length === 1 ? lower : undefined
  const match = compilePieces(pieces)
  return { exact, vendor, matches: (action) => match(action, UNUSED, undefined) }
})
