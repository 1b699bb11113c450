import { regexOf } from './simple-regex.ts'

/** What stands behind a selector or a field. */
export type Operand =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'regex'; readonly source: string }

export type Operator = '=' | '!=' | '<' | '>' | '<=' | '>='

/** The test of a value against an operand; `*` stands for any text at the ends or within. */
export function comparison(operator: Operator, operand: Operand): (value: string) => boolean {
  if (operand.kind === 'regex') {
    const matches = regexOf(operand.source)
    return operator === '!=' ? (value) => !matches(value) : matches
  }
  const { text } = operand
  const number = Number(text)
  const isNumber = text.trim() !== '' && Number.isFinite(number)
  if (operator === '=' || operator === '!=') {
    const same = (value: string) =>
      wild(value, text) || (isNumber && value.trim() !== '' && Number(value) === number)
    return operator === '=' ? same : (value) => !same(value)
  }
  return (value) => {
    const own = Number(value)
    if (!isNumber || value.trim() === '' || !Number.isFinite(own)) return false
    if (operator === '<') return own < number
    if (operator === '>') return own > number
    return operator === '<=' ? own <= number : own >= number
  }
}

/** Equality with wildcards: each part is looked for behind the one before. */
function wild(value: string, pattern: string): boolean {
  const parts = pattern.split('*')
  const [first = ''] = parts
  if (parts.length === 1) return value === pattern
  const last = parts.at(-1)!
  if (!value.startsWith(first) || !value.endsWith(last)) return false
  if (value.length < first.length + last.length) return false
  let at = first.length
  const end = value.length - last.length
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at)
    if (found === -1 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
