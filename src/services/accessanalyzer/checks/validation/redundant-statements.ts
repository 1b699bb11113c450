import type { JsonNode } from '../../../../access/json-positions.ts'
import type { Check } from './validated-kinds.ts'
import type { WrittenStatement } from './written-policy.ts'

/** Statements that say the same. */

/** The meaning of a part as text: the order of names, and of entries of lists, does not matter. */
function canonical(node: JsonNode): string {
  if (node.kind === 'array') {
    const items = node.items.map(canonical).sort()
    return items.length === 1 ? items[0]! : `[${items.join()}]`
  }
  if (node.kind !== 'object') return JSON.stringify(node.value)
  const members = [...node.members].map(
    ([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`,
  )
  return `{${members.sort().join()}}`
}

const meaning = ({ members }: WrittenStatement): string =>
  [...members]
    .filter(([name]) => name !== 'Sid')
    .map(([name, { node }]) => `${name}:${canonical(node)}`)
    .sort()
    .join()

export const redundantStatements: Check = ({ policy, report }) => {
  const seen = new Map<string, WrittenStatement[]>()
  for (const statement of policy.statements) {
    const text = meaning(statement)
    seen.set(text, [...(seen.get(text) ?? []), statement])
  }
  for (const same of seen.values()) if (same.length > 1) report('REDUNDANT_STATEMENT', same)
}
