import type { Check } from './validated-kinds.ts'
import { isTrustPolicy } from './validated-kinds.ts'

/** Quotas on the length of policies, in characters. */

const IDENTITY = 6_144
const TRUST = 2_048
const RESOURCE = 20_480
const ORGANIZATION = 5_120

const withoutSpace = (text: string): number => text.replaceAll(/\s/g, '').length

export const sizes: Check = (validation) => {
  const { policy, policyType, text, report } = validation
  const over = (policySize: number, policySizeQuota: number) =>
    policySize > policySizeQuota ? { policySize, policySizeQuota } : undefined
  if (policyType === 'IDENTITY_POLICY') {
    const values = over(withoutSpace(text), IDENTITY)
    if (values) report('POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA', [policy], values)
  } else if (policyType === 'SERVICE_CONTROL_POLICY') {
    const values = over(text.length, ORGANIZATION)
    if (values) report('POLICY_SIZE_EXCEEDS_SCP_QUOTA', [policy], values)
  } else if (policyType === 'RESOURCE_CONTROL_POLICY') {
    const values = over(text.length, ORGANIZATION)
    if (values) report('POLICY_SIZE_EXCEEDS_RCP_QUOTA', [policy], values)
  } else if (isTrustPolicy(validation)) {
    const values = over(withoutSpace(text), TRUST)
    if (values) report('POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA', [policy], values)
  } else {
    const values = over(text.length, RESOURCE)
    if (values) report('POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA', [policy], values)
  }
}
