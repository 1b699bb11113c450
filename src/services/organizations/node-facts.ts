import type { Key } from '../../kernel/store.ts'
import type { PolicyType } from './policy-types.ts'

/** What a root, an organizational unit and an account have in common: tags and policies. */
export interface NodeFacts {
  readonly tags: Readonly<Record<string, string>>
  readonly attachments: Readonly<Partial<Record<PolicyType, Attached>>>
}

/** Policies of one type, in the order of attachment. */
export interface Attached {
  /** Which enabling of the type this belongs to: disabling it detached everything. */
  readonly generation: number
  readonly policies: readonly string[]
  readonly changedAt: Date
}

/** Index values of everything that is or was attached. */
export const attachedKeys = (organizationId: string, { attachments }: NodeFacts): Key[] =>
  Object.values(attachments).flatMap(({ policies }) => policies.map((id) => [organizationId, id]))
