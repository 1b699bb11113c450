import type { PatternNode } from './pattern-syntax.ts'

type Instruction =
  | { readonly kind: 'char'; readonly accepts: (codePoint: number) => boolean }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'split'; to: number; or: number }
  | { readonly kind: 'match' }

const MAX_INSTRUCTIONS = 5_000

/**
 * Matches all ways through a pattern at once, one code point after the other: linear in the text,
 * whatever the text is. Undefined when counted repetitions make the pattern too large.
 */
export function compileMachine(
  pattern: PatternNode,
  flags: string,
): ((text: string) => boolean) | undefined {
  const program: Instruction[] = []
  if (!emit(pattern, program, flags)) return undefined
  program.push({ kind: 'match' })
  return (text) => run(program, text)
}

function emit(node: PatternNode, program: Instruction[], flags: string): boolean {
  if (program.length > MAX_INSTRUCTIONS) return false
  switch (node.kind) {
    case 'char':
      program.push({ kind: 'char', accepts: charTest(node.source, flags) })
      return true
    case 'start':
    case 'end':
      program.push({ kind: node.kind })
      return true
    case 'sequence':
      return node.parts.every((part) => emit(part, program, flags))
    case 'choice':
      return emitChoice(node.parts, program, flags)
    case 'repeat':
      return emitRepeat(node, program, flags)
  }
}

function emitChoice(parts: readonly PatternNode[], program: Instruction[], flags: string): boolean {
  const jumps: { to: number }[] = []
  for (const [i, part] of parts.entries()) {
    const split =
      i < parts.length - 1 ? { kind: 'split' as const, to: program.length + 1, or: 0 } : undefined
    if (split) program.push(split)
    if (!emit(part, program, flags)) return false
    if (!split) continue
    const jump = { kind: 'jump' as const, to: 0 }
    jumps.push(jump)
    program.push(jump)
    split.or = program.length
  }
  for (const jump of jumps) jump.to = program.length
  return true
}

function emitRepeat(
  { part, min, max }: Extract<PatternNode, { kind: 'repeat' }>,
  program: Instruction[],
  flags: string,
): boolean {
  for (let i = 0; i < min; i++) if (!emit(part, program, flags)) return false
  if (max === Number.POSITIVE_INFINITY) {
    const split = { kind: 'split' as const, to: program.length + 1, or: 0 }
    program.push(split)
    const start = program.length - 1
    if (!emit(part, program, flags)) return false
    program.push({ kind: 'jump', to: start })
    split.or = program.length
    return true
  }
  const splits: { or: number }[] = []
  for (let i = min; i < max; i++) {
    const split = { kind: 'split' as const, to: program.length + 1, or: 0 }
    splits.push(split)
    program.push(split)
    if (!emit(part, program, flags)) return false
  }
  for (const split of splits) split.or = program.length
  return true
}

/** Answers for ASCII come from a table. */
function charTest(source: string, flags: string): (codePoint: number) => boolean {
  const one = new RegExp(`^${source}$`, flags)
  const ascii = Array.from({ length: 128 }, (_, code) => one.test(String.fromCharCode(code)))
  return (codePoint) =>
    codePoint < 128 ? ascii[codePoint]! : one.test(String.fromCodePoint(codePoint))
}

function run(program: readonly Instruction[], text: string): boolean {
  // Where each instruction was last added, so that none is followed twice at one place.
  const addedAt = new Int32Array(program.length).fill(-1)
  let current: number[] = []
  let next: number[] = []
  const add = (first: number, at: number, list: number[]): void => {
    const stack = [first]
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (addedAt[index] === at) continue
      addedAt[index] = at
      const instruction = program[index]!
      switch (instruction.kind) {
        case 'jump':
          stack.push(instruction.to)
          break
        case 'split':
          stack.push(instruction.or, instruction.to)
          break
        case 'start':
          if (at === 0) stack.push(index + 1)
          break
        case 'end':
          if (at === text.length) stack.push(index + 1)
          break
        default:
          list.push(index)
      }
    }
  }
  add(0, 0, current)
  for (let at = 0; at < text.length && current.length > 0; ) {
    const codePoint = text.codePointAt(at)!
    at += codePoint > 0xffff ? 2 : 1
    for (const index of current) {
      const instruction = program[index]!
      if (instruction.kind === 'char' && instruction.accepts(codePoint)) add(index + 1, at, next)
    }
    ;[current, next] = [next, current]
    next.length = 0
  }
  return current.some((index) => program[index]!.kind === 'match')
}
