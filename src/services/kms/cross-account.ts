import type * as Kms from '@aws-sdk/client-kms'
import type { ReadContext } from '../../kernel/context.ts'
import type { OperationName } from '../../kernel/contract.ts'
import type { Access } from '../../kernel/service.ts'
import type { Target } from '../../kernel/target.ts'

/**
 * Operations that a key policy or a grant can give to principals of other accounts ("Cross-account
 * use: Yes" in the API reference). What is given of any other has no effect.
 */
export const crossAccount: ReadonlySet<OperationName<typeof Kms>> = new Set([
  'CreateGrant',
  'Decapsulate',
  'Decrypt',
  'DeriveSharedSecret',
  'DescribeKey',
  'Encapsulate',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GetKeyRotationStatus',
  'GetPublicKey',
  'ListGrants',
  'ReEncrypt',
  'RetireGrant',
  'RevokeGrant',
  'Sign',
  'Verify',
  'VerifyMac',
])

/** Takes from targets of other accounts what would let a caller in, where the operation stays at home. */
export function atHome<In, T extends readonly Target[]>(
  name: OperationName<typeof Kms>,
  access: Access<In, T>,
): Access<In, T> {
  if (access.kind !== 'iam' || crossAccount.has(name)) return access
  const targets = async (input: In, read: ReadContext) => {
    const loaded = await access.targets(input, read)
    return loaded.map((target) => withoutPolicies(target, read)) as readonly Target[] as T
  }
  return { kind: 'iam', targets }
}

function withoutPolicies<T extends Target>(target: T, { caller }: ReadContext): T {
  const { kind, account } = caller.principal
  // Services have no account of their own.
  if (kind === 'service' || target.account === undefined || target.account === account)
    return target
  return { ...target, policy: undefined, grants: undefined }
}
