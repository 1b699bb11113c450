/** Policies given as plain JSON. */

import { createHash } from 'node:crypto'
import type { Policy } from '../kernel/authorization.ts'
import { type PolicyDocument, readPolicy } from './document.ts'
import { InputError, isRecord, list, text } from './json-input.ts'
import { firstOf, isNamedLevel } from './json-names.ts'

function isKind(value: unknown): value is Policy['kind'] {
  return value === 'managed' || value === 'inline' || value === 'resource'
}

function hashed(id: string, kind: Policy['kind'], document: string): Policy {
  return { id, kind, document, hash: createHash('sha256').update(document).digest('hex') }
}

function sourceOf(document: unknown, where: string): string {
  if (typeof document === 'string') return document
  if (isRecord(document)) return JSON.stringify(document)
  throw new InputError(where, 'a policy document as an object or as JSON text')
}

function soundDocument(source: string, where: string): PolicyDocument {
  const read = readPolicy(source)
  const sound = read?.statements.every(({ effect }) => effect === 'Allow' || effect === 'Deny')
  if (sound !== true) throw new InputError(where, 'a well-formed policy document')
  return read!
}

/**
 * A policy given as its document (an object or JSON text) or wrapped with a name: `document` or
 * `policy`, beside `id`, `name` or `arn` and, optionally, `kind`.
 * @throws InputError when the document is no policy.
 */
export function policyOf(value: unknown, where: string, kind: Policy['kind']): Policy {
  const wrapped = isRecord(value) && value.Statement === undefined
  const source = sourceOf(wrapped ? firstOf(value, 'document', 'policy') : value, where)
  soundDocument(source, where)
  if (!wrapped) return hashed(where, kind, source)
  const name = firstOf(value, 'id', 'name', 'arn')
  const id = name === undefined ? where : text(name, `${where}.id`)
  return hashed(id, isKind(value.kind) ? value.kind : kind, source)
}

/** Policies that form one layer: a list of them, or a single one. */
export function policiesOf(
  value: unknown,
  where: string,
  kind: Policy['kind'],
): readonly Policy[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) return [policyOf(value, where, kind)]
  return value.map((policy, index) => policyOf(policy, `${where}[${index}]`, kind))
}

/** A layer that consists of one policy, which may stand in a list. */
export function onlyPolicy(
  value: unknown,
  where: string,
  kind: Policy['kind'],
): Policy | undefined {
  const policies = policiesOf(value, where, kind) ?? []
  if (policies.length > 1) throw new InputError(where, 'at most one policy')
  return policies[0]
}

/**
 * The levels of an organization: a list of lists, or of `{ policies }` with any name beside it. A
 * flat list of policies is one level, for it is how one account sees them.
 */
export function levelsOf(
  value: unknown,
  where: string,
): readonly (readonly Policy[])[] | undefined {
  if (value === undefined) return undefined
  const levels = list(value, where)
  const isLevel = (level: unknown) => Array.isArray(level) || isNamedLevel(level)
  if (levels.length > 0 && !levels.some(isLevel)) return [policiesOf(levels, where, 'managed')!]
  return levels.map((level, index) => {
    const at = `${where}[${index}]`
    return policiesOf(list(isNamedLevel(level) ? level.policies : level, at), at, 'managed')!
  })
}

const FULL_ACCESS = hashed(
  'RCPFullAWSAccess',
  'managed',
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
)

/** RCPFullAWSAccess is attached to every level and cannot be detached: it need not be written. */
export function withFullAccess(
  levels: readonly (readonly Policy[])[] | undefined,
): readonly (readonly Policy[])[] | undefined {
  return levels?.map((policies) => {
    const statements = policies.flatMap(({ document }) => readPolicy(document)?.statements ?? [])
    const silent = statements.every(({ effect }) => effect === 'Deny')
    return silent ? [FULL_ACCESS, ...policies] : policies
  })
}
