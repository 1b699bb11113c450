import { type ActionCatalogue, actionCatalogue } from '../../access/actions.ts'
import { readPolicy, type Statement } from '../../access/document.ts'

/** Actions by the vendor prefix of their service; names as AWS spells them. */
export type AllowedActions = ReadonlyMap<string, ReadonlySet<string>>

const everything = new WeakMap<ActionCatalogue, readonly string[]>()

function allActions(catalogue: ActionCatalogue): readonly string[] {
  let all = everything.get(catalogue)
  if (all === undefined) {
    all = catalogue.vendors().flatMap((vendor) => catalogue.actionsOf(vendor))
    everything.set(catalogue, all)
  }
  return all
}

/** The actions that a statement speaks of. */
function actionsOf(statement: Statement, catalogue: ActionCatalogue): readonly string[] {
  const { actions, notActions } = statement
  if (actions !== undefined) return actions.flatMap((entry) => catalogue.expandWildcard(entry))
  const excepted = new Set((notActions ?? []).flatMap((entry) => catalogue.expandWildcard(entry)))
  return allActions(catalogue).filter((action) => !excepted.has(action))
}

const isAbsolute = ({ conditions, resources }: Statement): boolean =>
  conditions.length === 0 && resources?.includes('*') === true

/**
 * What policies allow together, on whatever resource and under whatever condition; but for what they
 * deny on all resources unconditionally.
 */
export async function allowedActions(documents: readonly string[]): Promise<AllowedActions> {
  const catalogue = await actionCatalogue()
  const statements = documents.flatMap((text) => readPolicy(text)?.statements ?? [])
  const allowed = new Set<string>()
  for (const statement of statements)
    if (statement.effect === 'Allow')
      for (const action of actionsOf(statement, catalogue)) allowed.add(action)
  for (const statement of statements)
    if (statement.effect === 'Deny' && isAbsolute(statement))
      for (const action of actionsOf(statement, catalogue)) allowed.delete(action)
  const byVendor = new Map<string, Set<string>>()
  for (const action of allowed) {
    const colon = action.indexOf(':')
    const vendor = action.slice(0, colon)
    const names = byVendor.get(vendor)
    if (names === undefined) byVendor.set(vendor, new Set([action.slice(colon + 1)]))
    else names.add(action.slice(colon + 1))
  }
  return byVendor
}

/** What every one of several levels of policies allows. */
export async function allowedByAll(
  levels: readonly (readonly string[])[],
): Promise<AllowedActions> {
  const all = await Promise.all(levels.map((documents) => allowedActions(documents)))
  const [first = await allowedActions([anything]), ...others] = all
  const common = [...first].map(([vendor, names]) => {
    const kept = [...names].filter((name) => others.every((level) => level.get(vendor)?.has(name)))
    return [vendor, new Set(kept)] as const
  })
  return new Map(common.filter(([, names]) => names.size > 0))
}

const anything =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
