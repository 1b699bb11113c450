import type { GrantOperation, KeyUsageType } from '@aws-sdk/client-kms'
import { decide } from '../../access/evaluate.ts'
import type { ContextValue } from '../../kernel/authorization.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { EncryptionContext } from './ciphertext.ts'
import { fail } from './contract.ts'
import type { GrantLimits } from './grant-records.ts'
import { type KeyRecord, keyArn } from './key-records.ts'
import type { KeyTarget } from './key-targets.ts'

const always: readonly GrantOperation[] = ['CreateGrant', 'DescribeKey', 'RetireGrant']

const symmetric: readonly GrantOperation[] = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
]

const asymmetric: Readonly<Partial<Record<KeyUsageType, readonly GrantOperation[]>>> = {
  ENCRYPT_DECRYPT: ['Decrypt', 'Encrypt', 'GetPublicKey', 'ReEncryptFrom', 'ReEncryptTo'],
  SIGN_VERIFY: ['GetPublicKey', 'Sign', 'Verify'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret', 'GetPublicKey'],
  ENCAPSULATE_DECAPSULATE: ['Decapsulate', 'Encapsulate', 'GetPublicKey'],
}

/** Refuses operations that the key cannot do. */
export function checkOperations(key: KeyRecord, operations: readonly GrantOperation[]): void {
  const own = key.spec === 'SYMMETRIC_DEFAULT' ? symmetric : (asymmetric[key.usage] ?? [])
  const wrong = operations.filter((name) => !always.includes(name) && !own.includes(name))
  if (wrong.length > 0)
    throw fail(
      'ValidationException',
      `Grant Operations [${wrong.join(', ')}] are not supported for key ${keyArn(key)}`,
    )
}

/** The constraints of a request in the form that the engine takes. */
export function limitsOf(
  key: KeyRecord,
  given:
    | {
        readonly EncryptionContextEquals?: Readonly<Record<string, string | undefined>> | undefined
        readonly EncryptionContextSubset?: Readonly<Record<string, string | undefined>> | undefined
        readonly SourceArn?: string | undefined
      }
    | undefined,
): GrantLimits | undefined {
  if (given === undefined) return undefined
  const equals = anyPairs(given.EncryptionContextEquals)
  const subset = anyPairs(given.EncryptionContextSubset)
  const { SourceArn } = given
  if (equals !== undefined && subset !== undefined)
    throw fail(
      'ValidationException',
      'Only one of EncryptionContextEquals and EncryptionContextSubset can be specified.',
    )
  if ((equals ?? subset) !== undefined && key.spec !== 'SYMMETRIC_DEFAULT')
    throw fail(
      'ValidationException',
      'Encryption context constraints are for symmetric encryption keys only.',
    )
  const limits = {
    ...(equals !== undefined && { encryptionContextEquals: equals }),
    ...(subset !== undefined && { encryptionContextSubset: subset }),
    ...(SourceArn !== undefined && { sourceArn: SourceArn }),
  }
  return Object.keys(limits).length === 0 ? undefined : limits
}

/** Terraform sends the constraint that it does not set as an empty map. */
const anyPairs = (context: EncryptionContext | undefined): Record<string, string> | undefined =>
  context === undefined || Object.keys(context).length === 0
    ? undefined
    : (context as Record<string, string>)

const isWithin = (
  inner: Readonly<Record<string, string>> | undefined,
  outer: Readonly<Record<string, string>>,
): boolean => Object.entries(outer).every(([name, value]) => inner?.[name] === value)

/** Whether every request that `child` permits is one that `parent` permits. */
function isStricter(child: GrantLimits | undefined, parent: GrantLimits | undefined): boolean {
  if (parent === undefined) return true
  const { encryptionContextEquals: equals, encryptionContextSubset: subset, sourceArn } = parent
  if (sourceArn !== undefined && child?.sourceArn !== sourceArn) return false
  if (equals !== undefined) {
    const own = child?.encryptionContextEquals
    const same = own !== undefined && Object.keys(own).length === Object.keys(equals).length
    if (!same || !isWithin(own, equals)) return false
  }
  return (
    subset === undefined ||
    isWithin(child?.encryptionContextEquals ?? child?.encryptionContextSubset, subset)
  )
}

/**
 * A caller who may create grants only by a grant passes on no more than it has: its operations, under
 * its constraints or stricter ones.
 */
export function checkPassedOn(
  target: KeyTarget,
  key: KeyRecord,
  child: {
    readonly operations: readonly GrantOperation[]
    readonly limits: GrantLimits | undefined
  },
  ctx: CallContext,
): void {
  const { principal, layers } = ctx.caller
  const context = new Map<string, ContextValue>()
  for (const [name, value] of Object.entries(target.context ?? {}))
    if (value !== undefined) context.set(name.toLowerCase(), value)
  const { resource: arn, tags, policy, policyMode } = target
  const byPolicy = decide({
    principal,
    layers,
    action: 'kms:CreateGrant',
    resource: { arn, account: key.account, tags, policy, policyMode },
    context: (name) => context.get(name),
    now: ctx.now().getTime(),
  })
  if (byPolicy) return
  const parents = (target.grants ?? []).filter(({ operations }) =>
    operations.includes('CreateGrant'),
  )
  const isPassedOn = parents.some(
    (parent) =>
      child.operations.every((name) => parent.operations.includes(name)) &&
      isStricter(child.limits, parent.constraints),
  )
  if (!isPassedOn)
    throw fail(
      'AccessDeniedException',
      'The grant permits more than the grant by which it is created.',
    )
}
