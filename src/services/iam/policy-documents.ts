import { createHash } from 'node:crypto'
import { checkPolicy, type PolicyKind } from '../../access/check-policy.ts'
import type { Policy } from '../../kernel/authorization.ts'
import { fail } from './contract.ts'

/** Refuses a document that IAM would not store, with AWS's message. */
export function checkDocument(document: string, kind: PolicyKind): void {
  const fault = checkPolicy(document, kind)
  if (fault !== undefined) throw fail('MalformedPolicyDocumentException', fault.message)
}

/** A stored document as the engine takes it. */
export const asPolicy = (id: string, kind: Policy['kind'], document: string): Policy => ({
  id,
  kind,
  document,
  hash: createHash('sha256').update(document).digest('hex'),
})

/** IAM counts characters of policies without white space. */
export const policySize = (document: string): number => document.replace(/\s/g, '').length
