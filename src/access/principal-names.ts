/** Names of principals inside a policy text. */

import { type JsonNode, readJson } from './json-positions.ts'

type Text = Extract<JsonNode, { kind: 'string' }>

const itemsOf = (node: JsonNode | undefined): readonly JsonNode[] =>
  node === undefined ? [] : node.kind === 'array' ? node.items : [node]

/** Where the AWS principals of a document stand. */
function awsPrincipals(document: JsonNode | undefined): Text[] {
  if (document?.kind !== 'object') return []
  const found: Text[] = []
  for (const statement of itemsOf(document.members.get('Statement'))) {
    if (statement.kind !== 'object') continue
    for (const element of ['Principal', 'NotPrincipal']) {
      const principal = statement.members.get(element)
      if (principal?.kind !== 'object') continue
      for (const name of itemsOf(principal.members.get('AWS')))
        if (name.kind === 'string') found.push(name)
    }
  }
  return found
}

/**
 * The policy with other names for its AWS principals, changed where they stand: everything else keeps
 * its spelling and its line. A text that is no policy stays as it is.
 * @param rename the new name; undefined leaves the old one
 */
export function renamePrincipals(
  text: string,
  rename: (name: string) => string | undefined,
): string {
  let changed = text
  for (const { value, span } of awsPrincipals(readJson(text)).reverse()) {
    const name = rename(value)
    if (name !== undefined)
      changed = changed.slice(0, span.start) + JSON.stringify(name) + changed.slice(span.end)
  }
  return changed
}
