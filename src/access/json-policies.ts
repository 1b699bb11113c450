/** Policies given as plain JSON. */

import { createHash } from 'node:crypto'
import type { Policy } from '../kernel/authorization.ts'
import { readPolicy } from './document.ts'
import { InputError, isRecord, text } from './json-input.ts'

function isKind(value: unknown): value is Policy['kind'] {
  return value === 'managed' || value === 'inline' || value === 'resource'
}

/**
 * A policy given as its document (an object or JSON text) or as `{ id, kind?, document }`.
 * @throws InputError when the document is no policy.
 */
export function policyOf(value: unknown, where: string, kind: Policy['kind']): Policy {
  const wrapped = isRecord(value) && 'document' in value
  const document = wrapped ? value.document : value
  if (typeof document !== 'string' && !isRecord(document)) {
    throw new InputError(where, 'a policy document as an object or as JSON text')
  }
  const source = typeof document === 'string' ? document : JSON.stringify(document)
  const read = readPolicy(source)
  const sound = read?.statements.every(({ effect }) => effect === 'Allow' || effect === 'Deny')
  if (sound !== true) throw new InputError(where, 'a well-formed policy document')
  return {
    id: wrapped && value.id !== undefined ? text(value.id, `${where}.id`) : where,
    kind: wrapped && isKind(value.kind) ? value.kind : kind,
    document: source,
    hash: createHash('sha256').update(source).digest('hex'),
  }
}
