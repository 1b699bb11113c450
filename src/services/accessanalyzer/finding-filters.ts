import type { Criterion } from '@aws-sdk/client-accessanalyzer'
import type { Validated } from '../../kernel/contract.ts'
import { externalOf, type FindingRecord, internalOf, type Observation } from './finding-records.ts'
import { invalid } from './refusals.ts'

export type Filter = Readonly<Record<string, Validated<Criterion>>>

/** Keys that speak of what was seen: archive rules know them, too. */
const observed = new Set([
  'resource',
  'resourceType',
  'resourceOwnerAccount',
  'isPublic',
  'findingType',
  'resourceControlPolicyRestriction',
  'serviceControlPolicyRestriction',
  'error',
  'action',
  'principalOwnerAccount',
  'principalType',
  'accessType',
])
/** Keys that only a list knows. */
const listed = new Set([...observed, 'status', 'id'])
const previewed = new Set([...listed, 'changeType', 'existingFindingId', 'existingFindingStatus'])

const known = { rule: observed, list: listed, preview: previewed } as const
const open = /^(principal|condition)\../

/**
 * Refuses keys that are unknown where the filter stands, and criteria that ask for nothing.
 * @throws ValidationException
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
 */
export function checkFilter(filter: Filter | undefined, where: keyof typeof known): void {
  for (const [key, criterion] of Object.entries(filter ?? {})) {
    if (!known[where].has(key) && !open.test(key))
      throw invalid(`The filter key ${key} is not valid.`, 'filter')
    const { eq, neq, contains, exists } = criterion
    if (eq === undefined && neq === undefined && contains === undefined && exists === undefined)
      throw invalid(`The criterion of ${key} must have an operator.`, 'filter')
  }
}

type Value = string | readonly string[] | undefined
/** The value of a filter key. */
export type Attributes = (key: string) => Value

/** Whether every criterion of the filter holds. */
export function matches(filter: Filter | undefined, attributes: Attributes): boolean {
  return Object.entries(filter ?? {}).every(([key, criterion]) =>
    holds(criterion, listOf(attributes(key))),
  )
}

const listOf = (value: Value): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

function holds({ eq, neq, contains, exists }: Validated<Criterion>, values: readonly string[]) {
  if (eq !== undefined && !values.some((value) => eq.includes(value))) return false
  if (neq?.some((one) => values.includes(one))) return false
  if (contains !== undefined && !values.some((value) => contains.some((c) => value.includes(c))))
    return false
  return exists === undefined || exists === values.length > 0
}

const bool = (value: boolean | undefined): string | undefined =>
  value === undefined ? undefined : String(value)

/** What an observation says under the keys that archive rules know. */
export function observedAttributes(seen: Observation): Attributes {
  const external = externalOf(seen)
  const internal = internalOf(seen)
  const access = external ?? internal
  return (key) => {
    if (key.startsWith('principal.')) return access?.principal?.[key.slice('principal.'.length)]
    if (key.startsWith('condition.')) return access?.condition?.[key.slice('condition.'.length)]
    if (key === 'isPublic') return bool(external?.isPublic)
    if (key === 'action') return access?.action
    if (key === 'resourceControlPolicyRestriction') return access?.resourceControlPolicyRestriction
    if (key === 'serviceControlPolicyRestriction') return internal?.serviceControlPolicyRestriction
    if (key === 'principalOwnerAccount') return internal?.principalOwnerAccount
    if (key === 'principalType') return internal?.principalType
    if (key === 'accessType') return internal?.accessType
    const own: Readonly<Record<string, unknown>> = { ...seen }
    return typeof own[key] === 'string' ? own[key] : undefined
  }
}

/** What a finding says under the keys that lists know. */
export const findingAttributes = (finding: FindingRecord): Attributes => observedAttributes(finding)
