/** A policy as it is written, however wrong, with the place of every part. */

import { type OperatorName, operatorName } from '../../../../access/conditions.ts'
import type { JsonNode } from '../../../../access/json-positions.ts'
import type { Place } from './findings.ts'

/** A part of the document. */
export interface Part extends Place {
  readonly node: JsonNode
}

/** A text with its place. */
export interface TextPart extends Part {
  readonly text: string
}

export interface WrittenCondition {
  readonly operator: string
  /** Undefined when there is no such operator. */
  readonly name: OperatorName | undefined
  readonly operatorAt: Place
  readonly key: string
  /** Lower-case. */
  readonly lower: string
  readonly keyAt: Place
  /** The value of the key, be it a list or not. */
  readonly value: Part
  readonly values: readonly TextPart[]
}

export interface WrittenPrincipal {
  readonly type: string
  readonly name: TextPart
}

export interface WrittenStatement extends Part {
  readonly members: ReadonlyMap<string, Part>
  readonly effect: string | undefined
  /** Entries of Action, or of NotAction. */
  readonly actions: readonly TextPart[]
  readonly notAction: boolean
  readonly resources: readonly TextPart[]
  readonly notResource: boolean
  /** Names of Principal, or of NotPrincipal; the bare wildcard is of no type. */
  readonly principals: readonly WrittenPrincipal[]
  readonly notPrincipal: boolean
  readonly conditions: readonly WrittenCondition[]
}

export interface WrittenPolicy extends Part {
  readonly version: string | undefined
  readonly statements: readonly WrittenStatement[]
}

/** The members of an object, each with its place; none of anything else. */
export function membersOf(part: Part): ReadonlyMap<string, Part> {
  if (part.node.kind !== 'object') return new Map()
  return new Map(
    [...part.node.members].map(([name, node]) => [
      name,
      { node, path: [...part.path, { value: name }], span: node.span },
    ]),
  )
}

/** Where the name of a member stands. */
export function nameOf(part: Part, name: string): Place {
  const span = part.node.kind === 'object' ? part.node.names.get(name) : undefined
  return { path: [...part.path, { key: name }], span: span ?? part.span }
}

/** The items of a list; what is no list is its own only item. */
export function itemsOf(part: Part | undefined): readonly Part[] {
  if (part === undefined) return []
  if (part.node.kind !== 'array') return [part]
  return part.node.items.map((node, index) => ({
    node,
    path: [...part.path, { index }],
    span: node.span,
  }))
}

function textsOf(part: Part | undefined): readonly TextPart[] {
  return itemsOf(part).flatMap((item) =>
    item.node.kind === 'string' ? [{ ...item, text: item.node.value }] : [],
  )
}

/** Values may be written without quotes. */
function scalarsOf(part: Part): readonly TextPart[] {
  return itemsOf(part).flatMap((item) =>
    'value' in item.node && item.node.kind !== 'null' ? [{ ...item, text: item.node.value }] : [],
  )
}

/** The text of a part; undefined of anything else. */
export function textOf(part: Part | undefined): string | undefined {
  return part?.node.kind === 'string' ? part.node.value : undefined
}

/** A piece of a text, by what it says: escapes in the JSON text shift the span. */
export function within(part: TextPart, start: number, length: number): Place {
  const at = part.span.start + 1 + start
  return {
    path: [...part.path, { substring: { start, length } }],
    span: { start: at, end: at + length },
  }
}

function principalsOf(part: Part | undefined): readonly WrittenPrincipal[] {
  if (part === undefined) return []
  if (part.node.kind === 'string') return [{ type: '', name: { ...part, text: part.node.value } }]
  return [...membersOf(part)].flatMap(([type, names]) =>
    textsOf(names).map((name) => ({ type, name })),
  )
}

function conditionsOf(part: Part | undefined): readonly WrittenCondition[] {
  if (part === undefined) return []
  return [...membersOf(part)].flatMap(([operator, keys]) =>
    [...membersOf(keys)].map(([key, value]) => ({
      operator,
      name: operatorName(operator),
      operatorAt: nameOf(part, operator),
      key,
      lower: key.toLowerCase(),
      keyAt: nameOf(keys, key),
      value,
      values: scalarsOf(value),
    })),
  )
}

function statementOf(part: Part): WrittenStatement {
  const members = membersOf(part)
  return {
    ...part,
    members,
    effect: textOf(members.get('Effect')),
    actions: textsOf(members.get('Action') ?? members.get('NotAction')),
    notAction: !members.has('Action') && members.has('NotAction'),
    resources: textsOf(members.get('Resource') ?? members.get('NotResource')),
    notResource: !members.has('Resource') && members.has('NotResource'),
    principals: principalsOf(members.get('Principal') ?? members.get('NotPrincipal')),
    notPrincipal: !members.has('Principal') && members.has('NotPrincipal'),
    conditions: conditionsOf(members.get('Condition')),
  }
}

/** The policy that a JSON document writes. */
export function writtenPolicy(node: JsonNode): WrittenPolicy {
  const part: Part = { node, path: [], span: node.span }
  const members = membersOf(part)
  const statements = itemsOf(members.get('Statement')).filter((one) => one.node.kind === 'object')
  return {
    ...part,
    version: textOf(members.get('Version')),
    statements: statements.map(statementOf),
  }
}
