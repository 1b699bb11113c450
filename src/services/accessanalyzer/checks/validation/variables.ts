import { type Check, eachStatement, type Validation } from './validated-kinds.ts'
import { type TextPart, within } from './written-policy.ts'

/** Policy variables: `${key}` and `${key, 'default'}`. */

const ESCAPED: ReadonlySet<string> = new Set(['*', '?', '$'])

interface Variable {
  readonly start: number
  readonly length: number
  /** What stands between the braces; undefined when they do not close. */
  readonly inside: string | undefined
}

function variablesOf(text: string): readonly Variable[] {
  const found: Variable[] = []
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', at + 2)) {
    const close = text.indexOf('}', at + 2)
    const next = text.indexOf('${', at + 2)
    const closes = close >= 0 && (next < 0 || close < next)
    const end = closes ? close + 1 : next < 0 ? text.length : next
    const inside = closes ? text.slice(at + 2, close) : undefined
    found.push({ start: at, length: end - at, inside })
  }
  return found
}

function checkVariable(
  part: TextPart,
  { start, length, inside }: Variable,
  { report }: Validation,
) {
  const place = [within(part, start, length)]
  if (inside === undefined) {
    report('MISSING_BRACE_IN_VARIABLE', place)
    return
  }
  if (ESCAPED.has(inside)) return
  const comma = inside.indexOf(',')
  const name = comma < 0 ? inside : inside.slice(0, comma)
  if (name.trim() === '') report('EMPTY_VARIABLE', place)
  else if (/\s/.test(name)) report('UNSUPPORTED_SPACE_IN_VARIABLE', place)
  if (comma < 0) return
  const fallback = inside.slice(comma + 1).trim()
  if (!/^'.*'$/.test(fallback) || fallback.length < 2) report('MISSING_QUOTE_IN_VARIABLE', place)
}

const KNOWING = '2012-10-17'

/** Older versions, or none, read variables as plain text. */
function checkSupported(part: TextPart, validation: Validation): void {
  for (const variable of variablesOf(part.text)) {
    if (validation.policy.version !== KNOWING)
      validation.report('VARIABLE_UNSUPPORTED_IN_VERSION', [
        within(part, variable.start, variable.length),
      ])
    checkVariable(part, variable, validation)
  }
}

export const variables: Check = eachStatement((statement, validation) => {
  const { actions, resources, principals, conditions } = statement
  const texts = [...resources, ...conditions.flatMap(({ values }) => values)]
  for (const part of texts) checkSupported(part, validation)
  for (const part of [...actions, ...principals.map(({ name }) => name)])
    for (const { start, length } of variablesOf(part.text))
      validation.report('VARIABLE_UNSUPPORTED_IN_ELEMENT', [within(part, start, length)], {
        variable: part.text.slice(start, start + length),
      })
})
