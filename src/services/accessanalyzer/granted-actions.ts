import type { ActionCatalogue } from '../../access/actions.ts'
import { readPolicy, type Statement } from '../../access/document.ts'
import type { Policy } from '../../kernel/authorization.ts'

/** AWS's spelling of actions that policies grant, somewhere and under some condition. */
export type Granted = ReadonlySet<string>

const most = 500
const perPolicy = new Map<string, { readonly allowed: Granted; readonly denied: Granted }>()

const none: Granted = new Set()

/** The actions that a statement speaks of. */
export function actionsOf(statement: Statement, catalogue: ActionCatalogue): Granted {
  const { actions, notActions } = statement
  const expand = (entries: readonly string[]) =>
    new Set(entries.flatMap((entry) => catalogue.expandWildcard(entry)))
  if (actions !== undefined) return expand(actions)
  return notActions === undefined ? none : expand(['*']).difference(expand(notActions))
}

const deniesAlways = (statement: Statement): boolean =>
  statement.effect === 'Deny' &&
  statement.conditions.length === 0 &&
  (statement.resources?.includes('*') ?? false)

function spokenBy(policy: Policy, catalogue: ActionCatalogue) {
  const known = perPolicy.get(policy.hash)
  if (known !== undefined) return known
  const statements = readPolicy(policy.document)?.statements ?? []
  const all = (wanted: (statement: Statement) => boolean): Granted =>
    statements
      .filter(wanted)
      .reduce((sum: Granted, one) => sum.union(actionsOf(one, catalogue)), none)
  const spoken = {
    allowed: all(({ effect }) => effect === 'Allow'),
    denied: all(deniesAlways),
  }
  if (perPolicy.size >= most) perPolicy.clear()
  perPolicy.set(policy.hash, spoken)
  return spoken
}

/** What policies together allow, less what one of them denies everywhere. */
export function grantedBy(policies: readonly Policy[], catalogue: ActionCatalogue): Granted {
  const spoken = policies.map((policy) => spokenBy(policy, catalogue))
  const allowed = spoken.reduce((sum: Granted, one) => sum.union(one.allowed), none)
  return spoken.reduce((left: Granted, one) => left.difference(one.denied), allowed)
}
