/** The context keys that a policy asks for. */

import { readPolicy, type Statement } from './document.ts'
import { piecesOf } from './template.ts'

const HOW = { variables: true, wildcards: false }

function variablesOf(text: string): readonly string[] {
  return piecesOf(text, HOW).flatMap((piece) => (typeof piece === 'object' ? [piece.key.name] : []))
}

function keysOf({ conditions, resources, notResources }: Statement, variables: boolean) {
  const texts = [...(resources ?? notResources ?? []), ...conditions.flatMap((c) => c.values)]
  return [...conditions.map(({ key }) => key), ...(variables ? texts.flatMap(variablesOf) : [])]
}

/**
 * Keys in conditions and policy variables of several documents, each once whatever its case, in
 * the spelling and the order in which they come. Documents that cannot be read name none.
 */
export function keysNamed(documents: readonly string[]): readonly string[] {
  const named = new Map<string, string>()
  for (const text of documents) {
    const policy = readPolicy(text)
    const variables = policy?.version === '2012-10-17'
    for (const statement of policy?.statements ?? []) {
      for (const key of keysOf(statement, variables)) {
        if (!named.has(key.toLowerCase())) named.set(key.toLowerCase(), key)
      }
    }
  }
  return [...named.values()]
}
