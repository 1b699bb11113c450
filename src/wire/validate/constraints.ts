/**
 * What `constraints.json` holds: the facts that the official client's schemas lack. Written by
 * `tools/generate-constraints.ts`; shapes without constraints below them are left out.
 */
export interface ConstraintsFile {
  /** Input shape of each operation. */
  readonly operations: Readonly<Record<string, string>>
  readonly shapes: Readonly<Record<string, Constraint>>
}

export interface Constraint {
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  /** Numbers without a fraction. */
  readonly integer?: true
  /** The value is never echoed. */
  readonly secret?: true
  /** Members of a structure, with the shape of each that has constraints. */
  readonly members?: Readonly<Record<string, string>>
  readonly required?: readonly string[]
  /** Shape of a list's items or a map's values. */
  readonly of?: string
  /** Shape of a map's keys. */
  readonly key?: string
}
