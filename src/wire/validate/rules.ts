import type { Constraint } from './constraints.ts'
import { compilePattern } from './pattern.ts'

/** Names what a value violates, in AWS's words; undefined when it does not. */
export type Rule = (value: unknown) => string | undefined

/** Code points are AWS's measure of a text; bytes, items and entries of the others. */
function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string') {
    let length = value.length
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      if (unit >= 0xd800 && unit < 0xdc00) length--
    }
    return length
  }
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length
  if (value instanceof Date) return undefined
  if (typeof value === 'object' && value !== null) return Object.keys(value).length
  return undefined
}

/** The rules that a constraint lays upon a value itself. */
export function compileRules(constraint: Constraint): readonly Rule[] {
  const { min, max, pattern, enum: values, integer } = constraint
  const rules: Rule[] = []
  if (integer) {
    rules.push((value) =>
      typeof value !== 'number' || Number.isInteger(value)
        ? undefined
        : 'Member must be an integer',
    )
  }
  if (max !== undefined) {
    rules.push((value) => {
      const length = lengthOf(value)
      if (length !== undefined) {
        return length > max ? `Member must have length less than or equal to ${max}` : undefined
      }
      return Number(value) > max ? `Member must have value less than or equal to ${max}` : undefined
    })
  }
  if (min !== undefined) {
    rules.push((value) => {
      const length = lengthOf(value)
      if (length !== undefined) {
        return length < min ? `Member must have length greater than or equal to ${min}` : undefined
      }
      return Number(value) < min
        ? `Member must have value greater than or equal to ${min}`
        : undefined
    })
  }
  if (pattern !== undefined) rules.push(patternRule(pattern, max))
  if (values !== undefined) {
    const known = new Set(values)
    const sentence = `Member must satisfy enum value set: [${values.join(', ')}]`
    rules.push((value) => (typeof value !== 'string' || known.has(value) ? undefined : sentence))
  }
  return rules
}

function patternRule(pattern: string, max: number | undefined): Rule {
  const sentence = `Member must satisfy regular expression pattern: ${pattern}`
  let matches: ((text: string) => boolean) | undefined
  return (value) => {
    // What is too long is refused already; no pattern is tried on it.
    if (typeof value !== 'string' || (max !== undefined && value.length > 2 * max)) return undefined
    matches ??= compilePattern(pattern)
    return matches(value) ? undefined : sentence
  }
}
