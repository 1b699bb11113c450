import type { ActionCatalogue } from '../../access/actions.ts'
import { readPolicy, type Statement } from '../../access/document.ts'
import type { Policy } from '../../kernel/authorization.ts'

/** AWS's spelling of actions that policies grant, somewhere and under some condition. */
export type Granted = ReadonlySet<string>

/** Actions that go with operations of other names: last uses do not tell of them. */
const untracked = new Set([
  'iam:PassRole',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'sts:SetContext',
  'sts:SetSourceIdentity',
  'sts:TagSession',
])

export const isTracked = (action: string): boolean => !untracked.has(action)

const most = 200
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

const mostSets = 100
const perSet = new Map<string, ReadonlyMap<string, readonly string[]>>()

/**
 * What policies together allow, less what one of them denies everywhere: actions by their service.
 * Many principals have the same policies, which are read once.
 */
export function grantedBy(
  policies: readonly Policy[],
  catalogue: ActionCatalogue,
): ReadonlyMap<string, readonly string[]> {
  const key = policies.map(({ hash }) => hash).join()
  const known = perSet.get(key)
  if (known !== undefined) return known
  const spoken = policies.map((policy) => spokenBy(policy, catalogue))
  const allowed = spoken.reduce((sum: Granted, one) => sum.union(one.allowed), none)
  const left = spoken.reduce((rest: Granted, one) => rest.difference(one.denied), allowed)
  const granted = Map.groupBy(left, (action) => action.split(':', 1)[0]!)
  if (perSet.size >= mostSets) perSet.clear()
  perSet.set(key, granted)
  return granted
}
