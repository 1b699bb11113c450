/** A policy document as data: the structure of the policy grammar, before any rule of a policy kind. */

import { type JsonNode, type Position, positionsOf, readJson } from './json-positions.ts'

/** One operator applied to one key, as written. */
export interface Condition {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** The Principal or NotPrincipal element; `'*'` is the bare wildcard. */
export type PrincipalElement = '*' | ReadonlyMap<string, readonly string[]>

export interface Statement {
  readonly index: number
  readonly sid: string | undefined
  readonly effect: string | undefined
  readonly actions: readonly string[] | undefined
  readonly notActions: readonly string[] | undefined
  readonly resources: readonly string[] | undefined
  readonly notResources: readonly string[] | undefined
  readonly principal: PrincipalElement | undefined
  readonly notPrincipal: PrincipalElement | undefined
  readonly conditions: readonly Condition[]
  readonly start: Position
  readonly end: Position
  /** As it stands in the document. */
  readonly text: string
}

export interface PolicyDocument {
  readonly version: string | undefined
  readonly id: string | undefined
  readonly statements: readonly Statement[]
}

const TOP = new Set(['Version', 'Id', 'Statement'])
const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
])
const EXCLUSIVE = [
  ['Action', 'NotAction'],
  ['Resource', 'NotResource'],
  ['Principal', 'NotPrincipal'],
] as const
const PRINCIPAL_TYPES = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser'])

/** Thrown inside this file only. */
class Malformed extends Error {}

type Members = ReadonlyMap<string, JsonNode>

function text(node: JsonNode | undefined): string | undefined {
  if (node === undefined) return undefined
  if (node.kind !== 'string') throw new Malformed()
  return node.value
}

function texts(node: JsonNode | undefined): readonly string[] | undefined {
  if (node === undefined) return undefined
  if (node.kind === 'array') return node.items.map((item) => text(item)!)
  return [text(node)!]
}

/** Condition values may be written unquoted. */
function scalars(node: JsonNode): readonly string[] {
  if (node.kind === 'array') return node.items.flatMap((item) => scalar(item))
  return [scalar(node)]
}

function scalar(node: JsonNode): string {
  if (node.kind === 'string' || node.kind === 'number' || node.kind === 'boolean') return node.value
  throw new Malformed()
}

function members(node: JsonNode): Members {
  if (node.kind !== 'object') throw new Malformed()
  return node.members
}

function principal(node: JsonNode | undefined): PrincipalElement | undefined {
  if (node === undefined) return undefined
  if (node.kind === 'string') {
    if (node.value !== '*') throw new Malformed()
    return '*'
  }
  const element = new Map<string, readonly string[]>()
  for (const [type, value] of members(node)) {
    if (!PRINCIPAL_TYPES.has(type)) throw new Malformed()
    element.set(type, texts(value)!)
  }
  if (element.size === 0) throw new Malformed()
  return element
}

function conditions(node: JsonNode | undefined): readonly Condition[] {
  if (node === undefined) return []
  const list: Condition[] = []
  for (const [operator, keys] of members(node)) {
    for (const [key, value] of members(keys)) list.push({ operator, key, values: scalars(value) })
  }
  return list
}

function statement(
  node: JsonNode,
  index: number,
  source: string,
  position: (offset: number) => Position,
): Statement {
  const elements = members(node)
  for (const name of elements.keys()) if (!ELEMENTS.has(name)) throw new Malformed()
  for (const [one, other] of EXCLUSIVE) {
    if (elements.has(one) && elements.has(other)) throw new Malformed()
  }
  return {
    index,
    sid: text(elements.get('Sid')),
    effect: text(elements.get('Effect')),
    actions: texts(elements.get('Action')),
    notActions: texts(elements.get('NotAction')),
    resources: texts(elements.get('Resource')),
    notResources: texts(elements.get('NotResource')),
    principal: principal(elements.get('Principal')),
    notPrincipal: principal(elements.get('NotPrincipal')),
    conditions: conditions(elements.get('Condition')),
    start: position(node.span.start),
    end: position(node.span.end),
    text: source.slice(node.span.start, node.span.end),
  }
}

/**
 * Reads a policy document. Undefined when its text or its structure breaks the grammar of the
 * policy language (AWS: "Syntax errors in policy."); the rules of each policy kind are `checkPolicy`'s.
 */
export function readPolicy(source: string): PolicyDocument | undefined {
  const root = readJson(source)
  if (root === undefined) return undefined
  try {
    const top = members(root)
    for (const name of top.keys()) if (!TOP.has(name)) throw new Malformed()
    const body = top.get('Statement')
    if (body === undefined) throw new Malformed()
    const nodes = body.kind === 'array' ? body.items : [body]
    const position = positionsOf(source)
    return {
      version: text(top.get('Version')),
      id: text(top.get('Id')),
      statements: nodes.map((node, index) => statement(node, index, source, position)),
    }
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
