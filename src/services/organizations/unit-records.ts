import { collection } from '../../kernel/store.ts'
import { attachedKeys, type NodeFacts } from './node-facts.ts'

export interface UnitRecord extends NodeFacts {
  readonly organizationId: string
  readonly id: string
  readonly name: string
  readonly parentId: string
  /** Units above it, from the top. They never change: the API moves accounts only. */
  readonly ancestors: readonly string[]
}

export const unitQuota = 2_000
export const deepestUnit = 5

/** Organizational units. */
export const units = collection<UnitRecord>('organizations.units')({
  scope: 'installation',
  version: 1,
  key: (unit) => [unit.organizationId, unit.id],
  cached: 'organizations',
  indexes: {
    parent: {
      kind: 'clear',
      why: 'ids of roots and units say nothing about persons',
      of: (unit: UnitRecord) => [unit.organizationId, unit.parentId],
    },
    name: {
      kind: 'blind',
      unique: true,
      of: (unit: UnitRecord) => `${unit.organizationId}/${unit.parentId}/${unit.name}`,
    },
    attached: {
      kind: 'clear',
      why: 'ids of policies say nothing about persons',
      of: (unit: UnitRecord) => attachedKeys(unit.organizationId, unit),
    },
  },
})
