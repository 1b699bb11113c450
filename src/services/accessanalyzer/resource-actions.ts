import type { ActionCatalogue } from '../../access/actions.ts'
import { parseArn } from '../../kernel/arn.ts'

interface Known {
  readonly action: string
  /** It is on what is inside of the resource. */
  readonly within: boolean
}

interface Asked {
  readonly action: string
  readonly arn: string
}

const most = 200
const byKind = new Map<string, readonly Known[]>()

/**
 * Every action on a resource, and on what is inside of it (objects of a bucket, as `arn/*`).
 * Services whose actions are not known in detail have none.
 */
export function resourceActions(arn: string, catalogue: ActionCatalogue): readonly Asked[] {
  const vendor = parseArn(arn)?.service ?? ''
  const own = new Set(catalogue.resourceTypesOfArn(vendor, arn).map(({ type }) => type))
  const inner = new Set(
    catalogue
      .resourceTypesOfArn(vendor, `${arn}/inside`)
      .map(({ type }) => type)
      .filter((type) => !own.has(type)),
  )
  const kind = `${vendor} ${[...own].join()} ${[...inner].join()}`
  let actions = byKind.get(kind)
  if (actions === undefined) {
    actions = catalogue.actionsOf(vendor).flatMap((name): Known[] => {
      const facts = catalogue.actionFacts(name)
      const types = facts?.resources.map(({ type }) => type) ?? []
      if (facts === undefined) return []
      if (types.some((type) => own.has(type))) return [{ action: facts.action, within: false }]
      return types.some((type) => inner.has(type)) ? [{ action: facts.action, within: true }] : []
    })
    if (byKind.size >= most) byKind.clear()
    byKind.set(kind, actions)
  }
  return actions.map(({ action, within }) => ({ action, arn: within ? `${arn}/*` : arn }))
}
