import type { Operand, Operator } from './comparisons.ts'
import type { TokenReader } from './pattern-tokens.ts'

const deepest = 20

/** `a && b || (c)`: `&&` binds more than `||`. */
export function expression<T>(
  reader: TokenReader,
  atom: () => (value: T) => boolean,
  depth = 0,
): (value: T) => boolean {
  if (depth > deepest) throw reader.refusal()
  const all = (): ((value: T) => boolean) => {
    const parts = [one()]
    while (reader.takes('&&')) parts.push(one())
    return (value) => parts.every((part) => part(value))
  }
  const one = (): ((value: T) => boolean) => {
    if (!reader.takes('(')) return atom()
    const inner = expression(reader, atom, depth + 1)
    reader.expect(')')
    return inner
  }
  const parts = [all()]
  while (reader.takes('||')) parts.push(all())
  return (value) => parts.some((part) => part(value))
}

const operators = new Set(['=', '!=', '<', '>', '<=', '>='])

export function operatorOf(reader: TokenReader): Operator {
  const { kind, text } = reader.next()
  if (kind !== 'sign' || !operators.has(text)) throw reader.refusal()
  return text as Operator
}

export function operandOf(reader: TokenReader): Operand {
  const { kind, text } = reader.next()
  if (kind === 'sign') throw reader.refusal()
  return kind === 'regex' ? { kind, source: text } : { kind: 'text', text }
}
