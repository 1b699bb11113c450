import { createHash } from 'node:crypto'
import type { Policy } from '../../kernel/authorization.ts'

/** Keys that are the same in every request of a principal for a resource. */
const steady =
  /^aws:(principal(arn|account|orgid|orgpaths|tag\/.*|type)|userid|username|resource(account|tag\/.*))$/i

const most = 1_000
const known = new Map<string, Policy>()

/**
 * The policy as it reads at its best for somebody who asks: conditions that depend on the single
 * request hold where they allow, and do not where they deny.
 */
export function optimistic(document: string, kind: 'inline' | 'resource' = 'inline'): Policy {
  const key = `${kind} ${document}`
  const before = known.get(key)
  if (before !== undefined) return before
  const text = rewritten(document)
  const hash = createHash('sha256').update(text).digest('hex')
  const policy: Policy = { id: 'analyzed', kind, document: text, hash }
  if (known.size >= most) known.clear()
  known.set(key, policy)
  return policy
}

interface Conditioned {
  readonly Effect?: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

function rewritten(document: string): string {
  let policy: { Statement?: Conditioned | Conditioned[] }
  try {
    policy = JSON.parse(document)
  } catch {
    return document
  }
  const statements = [policy.Statement ?? []].flat()
  return JSON.stringify({ ...policy, Statement: statements.flatMap(atBest) })
}

function atBest(statement: Conditioned): Conditioned[] {
  const { Condition, ...rest } = statement
  if (Condition === undefined) return [statement]
  const kept = Object.entries(Condition).map(
    ([operator, keys]) =>
      [
        operator,
        Object.fromEntries(Object.entries(keys).filter(([key]) => steady.test(key))),
      ] as const,
  )
  const whole = kept.every(
    ([operator, keys]) =>
      Object.keys(keys).length === Object.keys(Condition[operator] ?? {}).length,
  )
  if (whole) return [statement]
  if (statement.Effect === 'Deny') return []
  const left = kept.filter(([, keys]) => Object.keys(keys).length > 0)
  return [left.length === 0 ? rest : { ...rest, Condition: Object.fromEntries(left) }]
}
