import { comparison } from './comparisons.ts'
import { expression, operandOf, operatorOf } from './expressions.ts'
import { TokenReader } from './pattern-tokens.ts'

type Field = (value: string) => boolean

/** `[ip, user, ..., status = 4*, bytes > 1000]`: fields between spaces, `...` any number of them. */
export function spacedMatcher(pattern: string): (message: string) => boolean {
  const reader = new TokenReader(pattern)
  reader.expect('[')
  const before: Field[] = []
  let after: Field[] | undefined
  do {
    if (reader.peek?.text === '...') {
      if (after !== undefined) throw reader.refusal()
      reader.next()
      after = []
    } else (after ?? before).push(fieldOf(reader))
  } while (reader.takes(','))
  reader.expect(']')
  if (reader.peek !== undefined) throw reader.refusal()
  return (message) => {
    const values = valuesOf(message)
    const least = before.length + (after?.length ?? 0)
    if (after === undefined ? values.length !== least : values.length < least) return false
    const tail = after === undefined ? [] : values.slice(values.length - after.length)
    return (
      before.every((matches, i) => matches(values[i]!)) &&
      (after ?? []).every((matches, i) => matches(tail[i]!))
    )
  }
}

/** A name alone, or conditions on it. */
function fieldOf(reader: TokenReader): Field {
  const { peek } = reader
  if (peek?.kind === 'sign' && peek.text !== '(') throw reader.refusal()
  let plain = false
  const matches = expression<string>(reader, () => {
    if (reader.next().kind !== 'word') throw reader.refusal()
    const sign = reader.peek
    if (sign === undefined || (sign.kind === 'sign' && /^[,\])]$/.test(sign.text))) {
      plain = true
      return () => true
    }
    return comparison(operatorOf(reader), operandOf(reader))
  })
  return plain ? () => true : matches
}

/** Fields of a message; what stands in double quotes or brackets is one. */
function valuesOf(message: string): string[] {
  const values: string[] = []
  for (const [, quoted, bracketed, plain] of message.matchAll(/"([^"]*)"|\[([^\]]*)\]|(\S+)/g))
    values.push(quoted ?? bracketed ?? plain!)
  return values
}
