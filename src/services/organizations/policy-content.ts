import { checkPolicy } from '../../access/check-policy.ts'
import { fail, violates } from './contract.ts'
import { isManagementPolicy } from './management-policies.ts'
import { type PolicyType, policyTypes } from './policy-types.ts'

const meetsNot =
  'The provided policy document does not meet the requirements of the specified policy type.'

/** Refuses content that the type does not allow, with AWS's error. */
export function checkContent(content: string, type: PolicyType): void {
  const { size, top } = policyTypes[type]
  if (content.length > size)
    throw violates('POLICY_CONTENT_LIMIT_EXCEEDED', 'You have exceeded the maximum policy size.')
  const fault =
    type === 'SERVICE_CONTROL_POLICY'
      ? checkPolicy(content, 'scp')?.message
      : type === 'RESOURCE_CONTROL_POLICY'
        ? checkPolicy(content, 'rcp')?.message
        : isManagementPolicy(content, top)
          ? undefined
          : meetsNot
  if (fault !== undefined) throw fail('MalformedPolicyDocumentException', fault)
}
