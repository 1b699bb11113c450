/** Policies made ready for comparison: one table of resource patterns and conditions for all. */

import type { AccessRequest } from '../../kernel/authorization.ts'
import type { ActionMatch } from '../action-patterns.ts'
import { CompiledPolicy } from '../compile.ts'
import { readPolicy, type Statement } from '../document.ts'
import { ANY } from '../glob.ts'
import { resourcePieces, type Shape } from '../resource-patterns.ts'
import { hasSlots, type Piece, tokensOf } from '../template.ts'
import { type Atom, ConditionAtoms, type KeyTypes } from './condition-atoms.ts'
import { MARKS, type Pattern } from './patterns.ts'

/** Which kind of policy is compared; trust policies are resource policies. */
export type AnalyzedKind = Shape

/** An entry of Resource: the texts that it may match, whatever its variables stand for. */
export interface ResourceEntry {
  readonly pattern: Pattern
  /** The entry with a private mark in place of each variable; undefined without variables. */
  readonly marked: Pattern | undefined
}

/** A statement, ready to be compared. */
export interface ComparedStatement {
  readonly source: Statement
  readonly denies: boolean
  readonly matchesAction: ActionMatch
  /** 0 when the statement does not mean the caller. */
  readonly level: (request: AccessRequest) => number
  /** Indexes of `ResourceTable.entries`; undefined when there is no such element. */
  readonly resources: readonly number[] | undefined
  readonly except: boolean
  readonly atoms: readonly Atom[]
}

export interface ComparedPolicy {
  readonly statements: readonly ComparedStatement[]
  readonly version: string | undefined
}

/** Everything that some policies ask of requests. */
export class Vocabulary {
  readonly conditions: ConditionAtoms
  readonly entries: ResourceEntry[] = []
  readonly #known = new Map<string, number>()
  readonly #marks = new Map<string, number>()

  constructor(types: KeyTypes) {
    this.conditions = new ConditionAtoms(types)
  }

  /** The index of an entry; equal entries have the same one. */
  entry(text: string, shape: Shape, variables: boolean): number {
    const pieces = resourcePieces(text, shape, variables)
    const name = JSON.stringify([pieces.map((one) => (typeof one === 'object' ? [one] : one))])
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const loose = pieces.map((piece) => (typeof piece === 'object' ? ANY : piece))
    const marked = hasSlots(pieces) ? this.#marked(pieces) : undefined
    this.entries.push({ pattern: tokensOf(loose), marked })
    this.#known.set(name, this.entries.length - 1)
    return this.entries.length - 1
  }

  #marked(pieces: readonly Piece[]): Pattern {
    return pieces.flatMap((piece) => {
      if (typeof piece !== 'object') return tokensOf([piece])
      const name = JSON.stringify([piece.key.lower, piece.fallback])
      const mark = this.#marks.get(name) ?? MARKS + this.#marks.size
      this.#marks.set(name, mark)
      return [mark]
    })
  }

  /** Reads a policy; undefined when it breaks the grammar. */
  read(text: string, shape: Shape): ComparedPolicy | undefined {
    const version = readPolicy(text)?.version
    const compiled = new CompiledPolicy(text, shape)
    if (!compiled.readable) return undefined
    const variables = version === '2012-10-17'
    const statements = compiled.statements.map(({ source, denies, matchesAction, level }) => {
      const listed = source.resources ?? source.notResources
      return {
        source,
        denies,
        matchesAction,
        level,
        resources: listed?.map((entry) => this.entry(entry, shape, variables)),
        except: source.notResources !== undefined,
        atoms: source.conditions.map((condition) => this.conditions.of(condition, variables)),
      }
    })
    return { statements, version }
  }
}
