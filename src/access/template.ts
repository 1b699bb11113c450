/** Policy texts in pieces: literals, wildcards, and the slots of policy variables. */

import type { AccessRequest, ContextValue } from '../kernel/authorization.ts'
import { type ContextKey, contextKey, readKey, type Trace } from './context-keys.ts'
import { ANY, matchesChunks, matchesGlob, ONE } from './glob.ts'

/** `${key}` or `${key, 'fallback'}`. */
interface Slot {
  readonly key: ContextKey
  readonly fallback: string | undefined
}

/** A literal, a wildcard token, or a slot. */
export type Piece = string | number | Slot

/** Answers whether a text matches, with the request's values in the slots. */
export type TextMatch = (text: string, request: AccessRequest, trace: Trace | undefined) => boolean

const KEY = /^[^\s'{},$*?]+$/

/** The inside of `${...}`: an escaped character, a slot, or undefined when it is neither. */
function variable(inside: string): string | Slot | undefined {
  if (inside === '*' || inside === '?' || inside === '$') return inside
  const comma = inside.indexOf(',')
  const name = (comma < 0 ? inside : inside.slice(0, comma)).trim()
  if (!KEY.test(name)) return undefined
  if (comma < 0) return { key: contextKey(name), fallback: undefined }
  const quoted = inside.slice(comma + 1).trim()
  if (quoted.length < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) return undefined
  return { key: contextKey(name), fallback: quoted.slice(1, -1) }
}

/**
 * Cuts a policy text into pieces. Wildcards and variables count only where the caller says so;
 * a `${` that opens no well-formed variable is literal text.
 */
export function piecesOf(
  text: string,
  reading: { readonly variables: boolean; readonly wildcards: boolean },
): readonly Piece[] {
  const pieces: Piece[] = []
  let literal = ''
  const flush = () => {
    if (literal !== '') pieces.push(literal)
    literal = ''
  }
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!
    if (reading.variables && unit === '$' && text[at + 1] === '{') {
      const close = text.indexOf('}', at + 2)
      const found = close < 0 ? undefined : variable(text.slice(at + 2, close))
      if (found !== undefined) {
        if (typeof found === 'string') literal += found
        else {
          flush()
          pieces.push(found)
        }
        at = close
        continue
      }
    }
    if (reading.wildcards && (unit === '*' || unit === '?')) {
      flush()
      pieces.push(unit === '*' ? ANY : ONE)
    } else {
      literal += unit
    }
  }
  flush()
  return pieces
}

/** Whether any piece waits for a value of the request. */
export function hasSlots(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => typeof piece === 'object')
}

/** Fills the slots; undefined when a variable has no single value and no fallback. */
export function fillSlots(
  pieces: readonly Piece[],
  request: AccessRequest,
  trace: Trace | undefined,
): readonly (string | number)[] | undefined {
  const filled: (string | number)[] = []
  for (const piece of pieces) {
    if (typeof piece !== 'object') {
      filled.push(piece)
      continue
    }
    const value = readKey(piece.key, request, trace) ?? piece.fallback
    if (typeof value !== 'string') return undefined
    filled.push(value)
  }
  return filled
}

/** Literals become UTF-16 units, wildcards stay. */
export function tokensOf(pieces: readonly (string | number)[]): readonly number[] {
  const tokens: number[] = []
  for (const piece of pieces) {
    if (typeof piece === 'number') tokens.push(piece)
    else for (let at = 0; at < piece.length; at++) tokens.push(piece.charCodeAt(at))
  }
  return tokens
}

/** The literals between stars, or undefined when another wildcard stands among them. */
function chunksOf(pieces: readonly (string | number)[]): readonly string[] | undefined {
  const chunks = ['']
  for (const piece of pieces) {
    if (piece === ANY) chunks.push('')
    else if (typeof piece === 'number') return undefined
    else chunks[chunks.length - 1] += piece
  }
  return chunks
}

/** The cheapest matcher of a pattern without slots. */
function fixedMatch(pieces: readonly (string | number)[]): TextMatch {
  const chunks = chunksOf(pieces)
  if (chunks === undefined) {
    const tokens = Int32Array.from(tokensOf(pieces))
    return (text) => matchesGlob(tokens, text)
  }
  const [first, second] = chunks as [string, string | undefined]
  if (second === undefined) return (text) => text === first
  if (chunks.every((chunk) => chunk === '')) return () => true
  if (chunks.length === 2 && second === '') return (text) => text.startsWith(first)
  return (text) => matchesChunks(chunks, text)
}

/**
 * Matches the pieces before the first star one after another. Answers where the text goes on, or a
 * negative number: FAILED, or UNSURE when a wildcard other than a closing star follows.
 */
function followed(
  pieces: readonly Piece[],
  text: string,
  request: AccessRequest,
  trace: Trace | undefined,
): number {
  let at = 0
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index]!
    if (typeof piece === 'number') {
      return piece === ANY && index === pieces.length - 1 ? text.length : UNSURE
    }
    let literal: ContextValue | undefined = piece as string
    if (typeof piece === 'object') literal = readKey(piece.key, request, trace) ?? piece.fallback
    if (typeof literal !== 'string' || !text.startsWith(literal, at)) return FAILED
    at += literal.length
  }
  return at
}

const FAILED = -1
const UNSURE = -2

/** Compiles a pattern whose stars reach everything. Substituted values are literal text. */
export function compilePieces(pieces: readonly Piece[]): TextMatch {
  if (!hasSlots(pieces)) return fixedMatch(pieces as readonly (string | number)[])
  return (text, request, trace) => {
    const end = followed(pieces, text, request, trace)
    if (end !== UNSURE) return end === text.length
    const filled = fillSlots(pieces, request, trace)
    if (filled === undefined) return false
    const chunks = chunksOf(filled)
    return chunks === undefined ? matchesGlob(tokensOf(filled), text) : matchesChunks(chunks, text)
  }
}
