/** ARN templates of resource types, such as `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`. */

import { ANY, ANY_WITHIN, matchesMixedGlob } from './glob.ts'

const compiled = new Map<string, readonly number[]>()

/** Placeholders before the fifth colon stay within their segment; stars are placeholders too. */
function tokensOf(template: string): readonly number[] {
  const known = compiled.get(template)
  if (known !== undefined) return known
  const tokens: number[] = []
  let colons = 0
  for (let at = 0; at < template.length; at++) {
    const opens = template.startsWith('${', at)
    if (opens || template[at] === '*') {
      tokens.push(colons < 5 ? ANY_WITHIN : ANY)
      if (opens) at = Math.max(at, template.indexOf('}', at))
      continue
    }
    if (template[at] === ':') colons++
    tokens.push(template.charCodeAt(at))
  }
  compiled.set(template, tokens)
  return tokens
}

/** Whether an ARN has the form of a template. */
export function matchesTemplate(template: string, arn: string): boolean {
  return matchesMixedGlob(tokensOf(template), arn)
}
