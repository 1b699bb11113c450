import { comparison } from './comparisons.ts'
import { expression, operandOf, operatorOf } from './expressions.ts'
import { TokenReader } from './pattern-tokens.ts'

/** `{ $.a.b[0] = "x" && ($.n > 3 || $.z NOT EXISTS) }`: messages that are JSON objects. */
export function jsonMatcher(pattern: string): (message: string) => boolean {
  const reader = new TokenReader(pattern)
  reader.expect('{')
  const matches = expression<unknown>(reader, () => condition(reader))
  reader.expect('}')
  if (reader.peek !== undefined) throw reader.refusal()
  return (message) => {
    const start = message.indexOf('{')
    if (start === -1) return false
    try {
      return matches(JSON.parse(message.slice(start)))
    } catch {
      return false
    }
  }
}

function condition(reader: TokenReader): (event: unknown) => boolean {
  const { kind, text } = reader.next()
  const path = kind === 'word' ? pathOf(text) : undefined
  if (path === undefined) throw reader.refusal()
  const values = (event: unknown) => select([event], path)
  const word = reader.peek?.kind === 'word' ? reader.next().text.toUpperCase() : undefined
  if (word === 'IS') {
    const wanted = { NULL: null, TRUE: true, FALSE: false }[reader.next().text.toUpperCase()]
    if (wanted === undefined) throw reader.refusal()
    return (event) => values(event).some((value) => value === wanted)
  }
  if (word === 'NOT' && reader.next().text.toUpperCase() === 'EXISTS')
    return (event) => values(event).length === 0
  if (word === 'EXISTS') return (event) => values(event).length > 0
  if (word !== undefined) throw reader.refusal()
  const compare = comparison(operatorOf(reader), operandOf(reader))
  return (event) => values(event).some((value) => isPlain(value) && compare(String(value)))
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** `$.a.b[0].c[*]` as its steps; undefined when it is no selector. */
function pathOf(text: string): readonly (string | number)[] | undefined {
  if (text !== '$' && !/^\$[.[]/.test(text)) return undefined
  const steps: (string | number)[] = []
  for (const [, name, index] of text.slice(1).matchAll(/\.([^.[\]]+)|\[(\d+|\*)\]/g))
    steps.push(name ?? (index === '*' ? '*' : Number(index)))
  return steps
}

function select(from: readonly unknown[], path: readonly (string | number)[]): unknown[] {
  let values = [...from]
  for (const step of path)
    values = values.flatMap((value) => {
      if (typeof value !== 'object' || value === null) return []
      if (step === '*') return Object.values(value)
      const has = Object.hasOwn(value, step)
      return has ? [(value as Record<string | number, unknown>)[step]] : []
    })
  return values
}
