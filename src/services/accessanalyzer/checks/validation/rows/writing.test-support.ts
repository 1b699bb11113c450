/** How policies are written that show one issue each, and as few others as possible. */

import type { PolicyType, ValidatePolicyResourceType } from '@aws-sdk/client-accessanalyzer'
import type { IssueCode } from '../findings.ts'

export interface ValidationRow {
  readonly code: IssueCode
  readonly policy: string
  readonly type: PolicyType
  readonly resourceType?: ValidatePolicyResourceType | undefined
  /** The sentence, where it has something to fill in. */
  readonly says?: string | RegExp | undefined
}

export type Part = Readonly<Record<string, unknown>>
type Says = string | RegExp

export const A = '111122223333'
export const document = (...Statement: Part[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement })
export const allow: Part = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }
export const john = { AWS: `arn:aws:iam::${A}:user/John` }
export const onBucket: Part = { ...allow, Principal: john }
export const trusted: Part = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: A } }
export const github = `arn:aws:iam::${A}:oidc-provider/token.actions.githubusercontent.com`
export const subject = 'token.actions.githubusercontent.com:sub'

export const raw = (code: IssueCode, policy: string, says?: Says): ValidationRow => ({
  code,
  policy,
  type: 'IDENTITY_POLICY',
  says,
})
export const identity = (code: IssueCode, more: Part, says?: Says): ValidationRow =>
  raw(code, document({ ...allow, ...more }), says)
export const without = (name: string, from: Part = allow): Part =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== name))
export const when = (
  code: IssueCode,
  Condition: Part,
  says?: Says,
  more: Part = {},
): ValidationRow => identity(code, { ...more, Condition }, says)
export const resource = (
  code: IssueCode,
  more: Part,
  says?: Says,
  resourceType?: ValidatePolicyResourceType,
): ValidationRow => ({
  code,
  policy: document({ ...onBucket, ...more }),
  type: 'RESOURCE_POLICY',
  resourceType,
  says,
})
export const bucket = (code: IssueCode, more: Part, says?: Says) =>
  resource(code, more, says, 'AWS::S3::Bucket')
export const trust = (code: IssueCode, more: Part, says?: Says): ValidationRow => ({
  code,
  policy: document({ ...trusted, ...more }),
  type: 'RESOURCE_POLICY',
  resourceType: 'AWS::IAM::AssumeRolePolicyDocument',
  says,
})
export const scp = (code: IssueCode, more: Part, says?: Says): ValidationRow => ({
  ...identity(code, { Effect: 'Deny', Resource: '*', ...more }, says),
  type: 'SERVICE_CONTROL_POLICY',
})
export const rcp = (code: IssueCode, more: Part, says?: Says): ValidationRow => ({
  ...identity(code, { Effect: 'Deny', Principal: '*', Resource: '*', ...more }, says),
  type: 'RESOURCE_CONTROL_POLICY',
})
export const arn = (code: IssueCode, Resource: string, says?: Says) =>
  identity(code, { Resource }, says)
export const string = (key: string, value: unknown) => ({ StringEquals: { [key]: value } })
export const every = { Action: 'iam:PassRole', Resource: '*' }
export const linked = { Action: 'iam:CreateServiceLinkedRole', Resource: '*' }
export const not = (name: string, value: unknown) => ({ [`Not${name}`]: value, [name]: undefined })
export const some = { ...not('Resource', 'arn:aws:iam::111122223333:role/r') }
export const other = { ...not('Action', 's3:*') }

export const federated = (provider: string, Condition?: Part): Part => ({
  Action: 'sts:AssumeRoleWithWebIdentity',
  Principal: { Federated: provider },
  ...(Condition && { Condition }),
})

export const address = (operator: string, ...ranges: string[]) => ({
  [operator]: { 'aws:SourceIp': ranges },
})
