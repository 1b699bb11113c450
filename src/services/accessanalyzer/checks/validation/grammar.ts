import { type JsonNode, positionsOf } from '../../../../access/json-positions.ts'
import type { IssueCode } from './findings.ts'
import { type Check, eachStatement, isTrustPolicy, type Validation } from './validated-kinds.ts'
import { itemsOf, membersOf, nameOf, type Part, type WrittenStatement } from './written-policy.ts'

/** Elements, their types, what must be there and what cannot stand together. */

const TOP = new Map([
  ['Version', 'String'],
  ['Id', 'String'],
  ['Statement', 'Object'],
])
const ELEMENTS = new Map([
  ['Sid', 'String'],
  ['Effect', 'String'],
  ['Action', 'String'],
  ['NotAction', 'String'],
  ['Resource', 'String'],
  ['NotResource', 'String'],
  ['Principal', 'Object'],
  ['NotPrincipal', 'Object'],
  ['Condition', 'Object'],
])
const LISTS = new Set(['Statement', 'Action', 'NotAction', 'Resource', 'NotResource'])
const VERSIONS = ['2012-10-17', '2008-10-17']
const PAIRS = [
  ['Action', 'NotAction'],
  ['Resource', 'NotResource'],
  ['Principal', 'NotPrincipal'],
] as const

const TYPE_NAMES: Readonly<Record<string, JsonNode['kind']>> = {
  String: 'string',
  Object: 'object',
}

function checkType(name: string, part: Part, wanted: string, { report }: Validation): void {
  // A principal may be the bare wildcard; what other text it is, the principals' checks say.
  if (wanted === 'Object' && /Principal$/.test(name) && part.node.kind === 'string') return
  const items = LISTS.has(name) ? itemsOf(part) : [part]
  for (const item of items)
    if (item.node.kind !== TYPE_NAMES[wanted])
      report('DATA_TYPE_MISMATCH', [item], { data_type: wanted })
}

function checkMembers(
  part: Part,
  known: ReadonlyMap<string, string>,
  validation: Validation,
): void {
  for (const [name, member] of membersOf(part)) {
    const wanted = known.get(name)
    if (wanted === undefined)
      validation.report('INVALID_POLICY_ELEMENT', [nameOf(part, name)], { element: name })
    else checkType(name, member, wanted, validation)
  }
}

const top: Check = (validation) => {
  const { policy, report } = validation
  if (policy.node.kind !== 'object') {
    report('DATA_TYPE_MISMATCH', [policy], { data_type: 'Object' })
    return
  }
  checkMembers(policy, TOP, validation)
  const members = membersOf(policy)
  const version = members.get('Version')
  if (version === undefined) report('MISSING_VERSION', [policy])
  else if (policy.version !== undefined && !VERSIONS.includes(policy.version))
    report('INVALID_VERSION', [version], { version: policy.version, versions: VERSIONS.join(', ') })
  const statement = members.get('Statement')
  const none = statement?.node.kind === 'array' && statement.node.items.length === 0
  if (statement === undefined || none) report('MISSING_STATEMENT', [statement ?? policy])
}

function missing(statement: WrittenStatement, validation: Validation): void {
  const { members } = statement
  const { policyType, report } = validation
  const has = (...names: string[]) => names.some((name) => members.has(name))
  if (!has('Effect')) report('MISSING_EFFECT', [statement])
  if (!has('Action', 'NotAction')) report('MISSING_ACTION', [statement])
  if (!has('Resource', 'NotResource') && !isTrustPolicy(validation))
    report('MISSING_RESOURCE', [statement])
  if (policyType === 'RESOURCE_POLICY' && !has('Principal', 'NotPrincipal'))
    report('MISSING_PRINCIPAL', [statement])
  if (policyType === 'RESOURCE_CONTROL_POLICY' && !has('Principal', 'NotPrincipal'))
    report('MISSING_PRINCIPAL', [statement])
}

const statements = eachStatement((statement, validation) => {
  const { report } = validation
  const { members, effect } = statement
  checkMembers(statement, ELEMENTS, validation)
  missing(statement, validation)
  if (effect !== undefined && effect !== 'Allow' && effect !== 'Deny')
    report('INVALID_EFFECT', [members.get('Effect')!], { effect })
  for (const [element1, element2] of PAIRS)
    if (members.has(element1) && members.has(element2))
      report(
        'UNSUPPORTED_ELEMENT_COMBINATION',
        [nameOf(statement, element1), nameOf(statement, element2)],
        { element1, element2 },
      )
})

const EMPTY: readonly (readonly [string, IssueCode])[] = [
  ['Action', 'EMPTY_ARRAY_ACTION'],
  ['NotAction', 'EMPTY_ARRAY_ACTION'],
  ['Resource', 'EMPTY_ARRAY_RESOURCE'],
  ['NotResource', 'EMPTY_ARRAY_RESOURCE'],
]

const isEmptyList = ({ node }: Part) => node.kind === 'array' && node.items.length === 0
const isEmptyObject = ({ node }: Part) => node.kind === 'object' && node.members.size === 0

const empties = eachStatement(({ members }, { report }) => {
  for (const [name, code] of EMPTY) {
    const part = members.get(name)
    if (part !== undefined && isEmptyList(part)) report(code, [part])
  }
  const principal = members.get('Principal') ?? members.get('NotPrincipal')
  if (principal !== undefined) {
    if (isEmptyObject(principal)) report('EMPTY_OBJECT_PRINCIPAL', [principal])
    for (const names of membersOf(principal).values())
      if (isEmptyList(names)) report('EMPTY_ARRAY_PRINCIPAL', [names])
  }
  const condition = members.get('Condition')
  if (condition === undefined) return
  const blocks = [condition, ...membersOf(condition).values()]
  for (const block of blocks) if (isEmptyObject(block)) report('EMPTY_OBJECT_CONDITION', [block])
})

/** Policies whose statements are told apart by their Sids. */
function needsUniqueSids(validation: Validation): boolean {
  return validation.policyType !== 'RESOURCE_POLICY' || isTrustPolicy(validation)
}

const sids: Check = (validation) => {
  const { policy, report } = validation
  const seen = new Map<string, Part[]>()
  for (const { members } of policy.statements) {
    const sid = members.get('Sid')
    if (sid?.node.kind !== 'string') continue
    const { value } = sid.node
    if (value === '') report('EMPTY_SID_VALUE', [sid])
    else if (needsUniqueSids(validation) && !/^[0-9A-Za-z]+$/.test(value))
      report('UNSUPPORTED_SID', [sid])
    if (value !== '') seen.set(value, [...(seen.get(value) ?? []), sid])
  }
  const code = needsUniqueSids(validation) ? 'UNIQUE_SIDS_REQUIRED' : 'UNIQUE_SIDS_RECOMMENDED'
  for (const places of seen.values()) if (places.length > 1) report(code, places)
}

/** What is told of a text that is no JSON, at the place where reading stopped. */
export function reportSyntax(text: string, index: number, report: Validation['report']): void {
  const { line, column } = positionsOf(text)(index)
  const span = { start: index, end: Math.min(index + 1, text.length) }
  report('JSON_SYNTAX_ERROR', [{ path: [], span }], { index, line, column: column - 1 })
}

export const grammar: readonly Check[] = [top, statements, empties, sids]
