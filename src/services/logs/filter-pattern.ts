import { invalid } from './contract.ts'
import { jsonMatcher } from './json-pattern.ts'
import { regexOf } from './simple-regex.ts'
import { spacedMatcher } from './spaced-pattern.ts'

/** Whether an event's message matches. */
export type Matcher = (message: string) => boolean

/**
 * A filter pattern: terms, `{ $.selector = ... }` for JSON, or `[a, b = ...]` for fields between spaces.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function matcherOf(pattern: string): Matcher {
  const text = pattern.trim()
  if (text === '') return () => true
  if (text.startsWith('{')) return jsonMatcher(text)
  if (text.startsWith('[')) return spacedMatcher(text)
  return termMatcher(text)
}

interface Term {
  readonly sign: '' | '?' | '-'
  readonly matches: Matcher
}

/** All plain terms, no `-term`, and one of the `?terms` where there are only such. */
function termMatcher(pattern: string): Matcher {
  const terms = termsOf(pattern)
  const those = (sign: Term['sign']) => terms.filter((term) => term.sign === sign)
  const [all, some, none] = [those(''), those('?'), those('-')]
  // Beside terms that must or must not be there, optional ones say nothing.
  const optional = all.length === 0 && none.length === 0 ? some : []
  return (message) =>
    all.every(({ matches }) => matches(message)) &&
    !none.some(({ matches }) => matches(message)) &&
    (optional.length === 0 || optional.some(({ matches }) => matches(message)))
}

function termsOf(pattern: string): Term[] {
  const terms: Term[] = []
  const form = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|([A-Za-z0-9_*.:/@+-]+))(?=\s|$)/y
  let at = 0
  while (at < pattern.length) {
    form.lastIndex = at
    const match = form.exec(pattern)
    if (match === null)
      throw invalid(
        `Invalid filter pattern: terms with other characters than letters, digits and underscores stand in double quotes, near "${pattern.slice(at, at + 20)}"`,
      )
    const [whole, sign, quoted, regex, plain] = match
    const text = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? ''
    const matches: Matcher =
      regex === undefined ? (message) => message.includes(text) : regexOf(regex)
    terms.push({ sign: sign as Term['sign'], matches })
    at += whole.length
  }
  return terms
}
