import type { Readable, Transaction } from '../../kernel/store.ts'
import { type AccountRecord, accounts } from './account-records.ts'
import type { NodeFacts } from './node-facts.ts'
import { type OrganizationRecord, organizations } from './organization-records.ts'
import { type PolicyType, policyTypes } from './policy-types.ts'
import { type UnitRecord, units } from './unit-records.ts'

export type Node =
  | { readonly kind: 'ROOT'; readonly id: string; readonly record: OrganizationRecord }
  | { readonly kind: 'ORGANIZATIONAL_UNIT'; readonly id: string; readonly record: UnitRecord }
  | { readonly kind: 'ACCOUNT'; readonly id: string; readonly record: AccountRecord }

/** The root, unit or account of an id, when it belongs to the organization. */
export async function nodeOf(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<Node | undefined> {
  if (id.startsWith('r-')) {
    const record = id === org.rootId ? await store.of(organizations).get([org.id]) : undefined
    return record && { kind: 'ROOT', id, record }
  }
  if (id.startsWith('ou-')) {
    const record = await store.of(units).get([org.id, id])
    return record && { kind: 'ORGANIZATIONAL_UNIT', id, record }
  }
  const record = await store.of(accounts).get([id])
  if (record?.organizationId !== org.id) return undefined
  return { kind: 'ACCOUNT', id, record }
}

export const nodeName = (node: Node): string => (node.kind === 'ROOT' ? 'Root' : node.record.name)

/** Changes tags or attachments of a node that exists. */
export async function changeNode(
  tx: Transaction,
  node: Node,
  change: (old: NodeFacts) => Partial<NodeFacts>,
): Promise<void> {
  const next = <R extends NodeFacts>(old: R): R => ({ ...old, ...change(old) })
  if (node.kind === 'ROOT') await tx.of(organizations).update([node.record.id], next)
  else if (node.kind === 'ACCOUNT') await tx.of(accounts).update([node.id], next)
  else await tx.of(units).update([node.record.organizationId, node.id], next)
}

/** Policies of a type that are attached to the node: by default AWS's own, where there is one. */
export function attachedTo(
  org: Pick<OrganizationRecord, 'types'>,
  node: NodeFacts,
  type: PolicyType,
): readonly string[] {
  const enabled = org.types[type]
  if (enabled === undefined) return []
  const own = node.attachments[type]
  if (own?.generation === enabled.generation) return own.policies
  const { standard } = policyTypes[type]
  return standard === undefined ? [] : [standard]
}

/** The units above a unit or account and itself, from the top: what a path passes. */
export async function unitsAbove(
  store: Readable,
  org: OrganizationRecord,
  parentId: string,
): Promise<UnitRecord[]> {
  if (!parentId.startsWith('ou-')) return []
  const nearest = await store.of(units).get([org.id, parentId])
  if (nearest === undefined) return []
  const above = await Promise.all(nearest.ancestors.map((id) => store.of(units).get([org.id, id])))
  return [...above.filter((unit) => unit !== undefined), nearest]
}

/** `o-x/r-x/ou-x/`, with its trailing slash: how condition keys write a path. */
export const pathOf = (
  org: Pick<OrganizationRecord, 'id' | 'rootId'>,
  below: readonly string[],
): string => [org.id, org.rootId, ...below, ''].join('/')
