import { compileMachine } from './pattern-machine.ts'
import { type PatternNode, parsePattern } from './pattern-syntax.ts'

export type Matcher = (text: string) => boolean

/** A repetition wider than this counts as unbounded. */
const WIDE = 16
/** Longest text that a pattern of unknown cost is tried on. */
const MAX_UNKNOWN = 2_048

/**
 * Compiles a pattern of the model into a matcher of the whole text. The pattern can be trusted, the
 * text cannot: where two wide repetitions could fight over the same characters, backtracking would
 * take quadratic time or worse, and a machine that follows all ways at once takes over.
 */
export function compilePattern(pattern: string): Matcher {
  const dotAll = pattern.startsWith('(?s)')
  const source = dotAll ? pattern.slice(4) : pattern
  const { flags, whole } = compileRegExp(source, dotAll ? 's' : '')
  const backtracking: Matcher = (text) => whole.test(text)
  const node = parsePattern(source)
  if (node && wideRepeats(node) <= 1) return backtracking
  if (!node && (source.match(/[*+]|\{\d+,\d*\}/g) ?? []).length <= 1) return backtracking
  const machine = node && compileMachine(node, flags)
  return machine ?? ((text) => text.length <= MAX_UNKNOWN && whole.test(text))
}

/** Java takes escapes that JavaScript's strict syntax refuses; then the lax one must do. */
function compileRegExp(source: string, dotAll: string): { flags: string; whole: RegExp } {
  for (const flags of [`u${dotAll}`, dotAll]) {
    try {
      return { flags, whole: new RegExp(`^(?:${source})$`, flags) }
    } catch {
      // The next syntax may read it.
    }
  }
  throw new TypeError(`the model has a pattern that cannot be read: ${source}`)
}

/** How many wide repetitions a text can be divided among. Nested ones count as many. */
function wideRepeats(node: PatternNode): number {
  switch (node.kind) {
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + wideRepeats(part), 0)
    case 'choice':
      return Math.max(...node.parts.map(wideRepeats))
    case 'repeat': {
      const inside = wideRepeats(node.part)
      if (node.max <= 1) return inside
      if (inside > 0) return inside + 1
      return node.max - node.min > WIDE ? 1 : 0
    }
    default:
      return 0
  }
}
