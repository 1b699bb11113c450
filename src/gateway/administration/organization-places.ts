import type { AccessRequest, ContextValue } from '../../kernel/authorization.ts'

/** Names of an organization's levels from the root down, as `root r-x`, `ou-x`, `account 1...`. */
export interface Places {
  readonly serviceControl: readonly string[]
  readonly resourceControl: readonly string[]
}

/** `o-x/r-x/ou-x/` names root and organizational units; the account itself is the last level. */
function placesIn(path: ContextValue | undefined, account: string, levels: number): string[] {
  const [first = ''] = [path ?? ''].flat()
  const [, ...units] = first.split('/').filter((part) => part !== '')
  const names = units.map((id) => (id.startsWith('r-') ? `root ${id}` : id))
  names.push(`account ${account}`)
  return Array.from({ length: levels }, (_, at) =>
    names.length === levels ? names[at]! : `level ${at + 1}`,
  )
}

/** Where the levels of a decision's SCPs and RCPs hang. */
export function placesOf({ principal, layers, resource, context }: AccessRequest): Places {
  const { serviceControl = [] } = layers
  const { resourceControl = [] } = resource
  const [own, owner] = [context('aws:principalorgpaths'), context('aws:resourceorgpaths')]
  return {
    serviceControl: placesIn(own, principal.account, serviceControl.length),
    resourceControl: placesIn(owner, resource.account, resourceControl.length),
  }
}
