import type { PolicyType } from '@aws-sdk/client-organizations'
import { invalid } from './contract.ts'

export type { PolicyType }

interface Facts {
  /** Policies of the type that one root, unit or account may have. */
  readonly perTarget: number
  /** Characters of a document. */
  readonly size: number
  /** Policies of the type in an organization. */
  readonly policies: number
  /** The one key at the top of a management policy; undefined where any is taken. */
  readonly top?: string
  /** The service whose trusted access must be there first. */
  readonly service?: string
  /** AWS's policy that everything has from the beginning. */
  readonly standard?: string
}

const management = (top?: string): Facts => ({
  perTarget: 10,
  size: 10_000,
  policies: 1_000,
  ...(top !== undefined && { top }),
})

/** What differs between the types, after the quotas page of the Organizations User Guide. */
export const policyTypes: Readonly<Record<PolicyType, Facts>> = {
  SERVICE_CONTROL_POLICY: {
    perTarget: 5,
    size: 5_120,
    policies: 10_000,
    standard: 'p-FullAWSAccess',
  },
  RESOURCE_CONTROL_POLICY: {
    perTarget: 5,
    size: 5_120,
    policies: 1_000,
    standard: 'p-RCPFullAWSAccess',
  },
  TAG_POLICY: management('tags'),
  BACKUP_POLICY: management('plans'),
  AISERVICES_OPT_OUT_POLICY: { ...management('services'), perTarget: 5, size: 2_500 },
  CHATBOT_POLICY: { ...management('chatbot'), perTarget: 5 },
  DECLARATIVE_POLICY_EC2: management('ec2_attributes'),
  SECURITYHUB_POLICY: { ...management('securityhub'), service: 'securityhub.amazonaws.com' },
  SECURITYHUB_CSPM_POLICY: management(),
  INSPECTOR_POLICY: management('inspector'),
  UPGRADE_ROLLOUT_POLICY: management('upgrade_rollout'),
  BEDROCK_POLICY: management('bedrock'),
  S3_POLICY: management('s3_attributes'),
  NETWORK_SECURITY_DIRECTOR_POLICY: management('network_security_director'),
  GUARDDUTY_POLICY: management(),
}

/** The type, when it is one. */
export function policyType(name: string): PolicyType {
  if (Object.hasOwn(policyTypes, name)) return name as PolicyType
  throw invalid('INVALID_ENUM_POLICY_TYPE', 'You specified an invalid policy type.')
}

/** Types that authorize, and are never merged into an effective policy. */
export const authorizes = (type: PolicyType): boolean =>
  type === 'SERVICE_CONTROL_POLICY' || type === 'RESOURCE_CONTROL_POLICY'
