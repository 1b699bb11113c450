/** KMS grants: they allow beside the key policy, never deny. */

import type { AccessRequest, Grant } from '../kernel/authorization.ts'
import { contextKey, readKey, type Trace } from './context-keys.ts'
import { levelOf, NOBODY, onePrincipal, type PrincipalSet } from './principals.ts'

/** Operations that carry an encryption context; only they are constrained by it. */
const WITH_CONTEXT: ReadonlySet<string> = new Set([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
])

const KEYS = contextKey('kms:EncryptionContextKeys')
const SOURCE = contextKey('aws:SourceArn')
const grantees = new WeakMap<Grant, PrincipalSet>()

function granteeOf(grant: Grant): PrincipalSet {
  let set = grantees.get(grant)
  if (set === undefined) {
    set = onePrincipal(grant.grantee)
    grantees.set(grant, set)
  }
  return set
}

function carries(
  pairs: Readonly<Record<string, string>>,
  request: AccessRequest,
  trace: Trace | undefined,
): boolean {
  return Object.entries(pairs).every(([name, value]) => {
    return readKey(contextKey(`kms:EncryptionContext:${name}`), request, trace) === value
  })
}

function carriesOnly(
  pairs: Readonly<Record<string, string>>,
  request: AccessRequest,
  trace: Trace | undefined,
): boolean {
  const present = readKey(KEYS, request, trace) ?? []
  const names = typeof present === 'string' ? [present] : present
  return names.length === Object.keys(pairs).length && carries(pairs, request, trace)
}

function isWithin(
  { constraints }: Grant,
  operation: string,
  request: AccessRequest,
  trace: Trace | undefined,
): boolean {
  if (constraints === undefined) return true
  const { encryptionContextEquals, encryptionContextSubset, sourceArn } = constraints
  if (sourceArn !== undefined && readKey(SOURCE, request, trace) !== sourceArn) return false
  if (!WITH_CONTEXT.has(operation)) return true
  if (encryptionContextEquals && !carriesOnly(encryptionContextEquals, request, trace)) return false
  return !encryptionContextSubset || carries(encryptionContextSubset, request, trace)
}

/** How directly the grants of the resource name the caller for this action. */
export function grantLevel(request: AccessRequest, trace: Trace | undefined): number {
  const { action, principal, resource } = request
  if (resource.grants === undefined || resource.grants.length === 0) return NOBODY
  const operation = action.slice(action.indexOf(':') + 1)
  let best = NOBODY
  for (const grant of resource.grants) {
    if (!grant.operations.includes(operation)) continue
    const level = levelOf(granteeOf(grant), principal)
    if (level > best && isWithin(grant, operation, request, trace)) best = level
  }
  return best
}
