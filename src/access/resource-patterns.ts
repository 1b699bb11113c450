/** Entries of Resource and NotResource. */

import { ANY, ANY_WITHIN, matchesMixedGlob, ONE, ONE_WITHIN } from './glob.ts'
import {
  compilePieces,
  fillSlots,
  type Piece,
  piecesOf,
  type TextMatch,
  tokensOf,
} from './template.ts'

/** Where a policy hangs: beside a principal, or on a resource, an endpoint or an organization. */
export type Shape = 'identity' | 'resource'

const FULL_COLONS = 5

/** Offset behind the fifth colon, and how many colons there are before it. */
function headOf(text: string): { readonly end: number; readonly colons: number } {
  let end = 0
  for (let colons = 0; colons < FULL_COLONS; colons++) {
    const colon = text.indexOf(':', end)
    if (colon < 0) return { end: text.length, colons }
    end = colon + 1
  }
  return { end, colons: FULL_COLONS }
}

/** Before the fifth colon a star that does not close its segment, and any `?`, stays inside it. */
function headPieces(head: string): readonly Piece[] {
  const pieces = piecesOf(head, { variables: false, wildcards: true })
  return pieces.map((piece, index) => {
    if (piece === ONE) return ONE_WITHIN
    if (piece !== ANY) return piece
    const next = pieces[index + 1]
    const closes = next === undefined || (typeof next === 'string' && next.startsWith(':'))
    return closes ? ANY : ANY_WITHIN
  })
}

/** The pieces of an entry: wildcards with their reach, and slots where variables count. */
export function resourcePieces(entry: string, shape: Shape, variables: boolean): readonly Piece[] {
  if (entry === '*') return [ANY]
  const { end, colons } = headOf(entry)
  const short = colons < FULL_COLONS && shape === 'identity' && entry.startsWith('arn:')
  const head = headPieces(short ? `${entry}:*` : entry.slice(0, end))
  const tail = piecesOf(entry.slice(end), { variables, wildcards: true })
  return merge([...head, ...tail])
}

/**
 * Compiles one entry. ARNs are compared case-sensitively; a star that closes a segment may run on
 * beyond its colon; variables count after the fifth colon only. Identity policies may leave out
 * trailing segments, which then match anything.
 */
export function compileResource(entry: string, shape: Shape, variables: boolean): TextMatch {
  if (entry === '*') return () => true
  const pieces = resourcePieces(entry, shape, variables)
  if (!pieces.includes(ANY_WITHIN) && !pieces.includes(ONE_WITHIN)) return compilePieces(pieces)
  return (text, request, trace) => {
    const filled = fillSlots(pieces, request, trace)
    return filled !== undefined && matchesMixedGlob(tokensOf(filled), text)
  }
}

/** Joins the literals that meet where head and tail were cut. */
function merge(pieces: readonly Piece[]): readonly Piece[] {
  const merged: Piece[] = []
  for (const piece of pieces) {
    const last = merged.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') merged.splice(-1, 1, last + piece)
    else merged.push(piece)
  }
  return merged
}
