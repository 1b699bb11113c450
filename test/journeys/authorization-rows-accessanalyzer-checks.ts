import type { Making } from './authorization-rows.ts'

/** What every check of a policy asks for: the policy is the caller's own text. */

const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
})
const onResource = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }],
})

const check = (operation: string, input: object): [string, Making] => [
  operation,
  () => ({
    input: { ...input },
    decides: [[`access-analyzer:${operation}`, '*']],
    anyAccount: true,
  }),
]

export const policyCheckRows: ReadonlyMap<string, Making> = new Map([
  check('CheckAccessNotGranted', {
    policyDocument: policy,
    access: [{ actions: ['s3:PutObject'] }],
    policyType: 'IDENTITY_POLICY',
  }),
  check('CheckNoNewAccess', {
    newPolicyDocument: policy,
    existingPolicyDocument: policy,
    policyType: 'IDENTITY_POLICY',
  }),
  check('CheckNoPublicAccess', { policyDocument: onResource, resourceType: 'AWS::S3::Bucket' }),
  check('ValidatePolicy', { policyDocument: policy, policyType: 'IDENTITY_POLICY' }),
])
