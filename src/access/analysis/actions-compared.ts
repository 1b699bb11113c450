/** The actions that tell statements apart. */

import type { ActionCatalogue } from '../actions.ts'
import type { ComparedStatement } from './compared-policies.ts'

/** An action of a vendor that no policy and no catalogue names. */
const ELSEWHERE = 'unnamed-vendor:Unnamed'

function entriesOf({ source }: ComparedStatement): readonly string[] {
  return source.actions ?? source.notActions ?? []
}

/** Actions that stand for all others: AWS's of each vendor named, those written, one unknown of each wildcard. */
function universe(entries: readonly string[], catalogue: ActionCatalogue): ReadonlySet<string> {
  const actions = new Set([ELSEWHERE])
  const vendors = new Set<string>()
  for (const entry of entries) {
    const [vendor = '', name] = entry.toLowerCase().split(':')
    if (name === undefined || vendor === '') continue
    vendors.add(vendor)
    if (!/[*?]/.test(vendor)) actions.add(entry.replaceAll('*', 'Unnamed').replaceAll('?', 'z'))
  }
  for (const vendor of vendors) {
    for (const action of catalogue.actionsOf(vendor)) actions.add(action)
    actions.add(`${vendor}:Unnamed`)
  }
  return actions
}

/** An action with the statements that match it, as stands for others that the same match. */
export interface ActionClass {
  readonly action: string
  readonly matched: ReadonlySet<ComparedStatement>
}

/**
 * The actions of the catalogue, as the statements and `further` entries tell them apart: one of each
 * class. `wanted` leaves out actions.
 */
export function actionClasses(
  statements: readonly ComparedStatement[],
  further: readonly string[],
  catalogue: ActionCatalogue,
  wanted: (action: string) => boolean = () => true,
): readonly ActionClass[] {
  const classes = new Map<string, ActionClass>()
  const entries = [...statements.flatMap(entriesOf), ...further]
  for (const action of universe(entries, catalogue)) {
    const lower = action.toLowerCase()
    if (!wanted(lower)) continue
    const matched = statements.filter((statement) => statement.matchesAction(lower))
    const name = statements.map((one) => (matched.includes(one) ? 1 : 0)).join('')
    if (!classes.has(name)) classes.set(name, { action, matched: new Set(matched) })
  }
  return [...classes.values()]
}
