/** Which statements of a policy grant what was asked about. */

import type { ComparedPolicy, ComparedStatement } from './compared-policies.ts'

/** A statement that grants what it should not, as far as that can be told. */
export interface GrantingStatement {
  readonly index: number
  readonly sid: string | undefined
  /** False: too many cases to tell, so that it may not grant it after all. */
  readonly certain: boolean
}

export type Analysis = readonly GrantingStatement[]

/** A document that breaks the grammar of the policy language. */
export class UnreadablePolicy extends Error {
  override readonly name = 'UnreadablePolicy'
  /** Which document it was, in the order of the arguments. */
  readonly which: number

  constructor(which: number) {
    super('The policy document cannot be read.')
    this.which = which
  }
}

/** Every statement that allows, when nothing can be told. */
export const unsureOf = ({ statements }: ComparedPolicy): Analysis =>
  statements
    .filter(({ denies }) => !denies)
    .map(({ source: { index, sid } }) => ({ index, sid, certain: false }))

/** Gathers what the search says of each statement. */
export class Verdict {
  readonly #told = new Map<ComparedStatement, boolean>()

  isSettled(statement: ComparedStatement): boolean {
    return this.#told.get(statement) === true
  }

  note(statement: ComparedStatement, found: 'yes' | 'no' | 'unknown'): void {
    if (found !== 'no') this.#told.set(statement, found === 'yes' || this.isSettled(statement))
  }

  analysis(): Analysis {
    return [...this.#told]
      .map(([{ source }, certain]) => ({ index: source.index, sid: source.sid, certain }))
      .sort((a, b) => a.index - b.index)
  }
}
