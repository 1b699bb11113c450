import type { ValidatePolicyResourceType } from '@aws-sdk/client-accessanalyzer'
import { isTrustAction } from '../../../../access/check-actions.ts'
import { overlap, patternOf } from './arn-formats.ts'
import { type Check, eachStatement, isWild } from './validated-kinds.ts'

/** Policies of one type of resource: the actions and ARNs that belong there. */

interface Attached {
  readonly isAction: (entry: string) => boolean
  readonly arns: readonly string[]
}

const of =
  (...vendors: string[]) =>
  (entry: string) =>
    vendors.includes(entry.split(':', 1)[0]!.toLowerCase())

const ATTACHED: Readonly<Record<ValidatePolicyResourceType, Attached>> = {
  'AWS::S3::Bucket': { isAction: of('s3'), arns: ['arn:*:s3:::*'] },
  'AWS::S3::AccessPoint': { isAction: of('s3'), arns: ['arn:*:s3:*:*:accesspoint/*'] },
  'AWS::S3::MultiRegionAccessPoint': { isAction: of('s3'), arns: ['arn:*:s3::*:accesspoint/*'] },
  'AWS::S3ObjectLambda::AccessPoint': {
    isAction: of('s3-object-lambda'),
    arns: ['arn:*:s3-object-lambda:*:*:accesspoint/*'],
  },
  'AWS::IAM::AssumeRolePolicyDocument': { isAction: isTrustAction, arns: [] },
  'AWS::DynamoDB::Table': { isAction: of('dynamodb'), arns: ['arn:*:dynamodb:*:*:table/*'] },
}

export const attachedResources: Check = eachStatement((statement, { resourceType, report }) => {
  if (resourceType === undefined) return
  const { isAction, arns } = ATTACHED[resourceType]
  for (const entry of statement.notAction ? [] : statement.actions) {
    const { text } = entry
    if (text === '*' || isWild(text.split(':', 1)[0]!) || isAction(text)) continue
    report('UNSUPPORTED_ACTION_IN_POLICY', [entry], { action: text, resourceType })
  }
  const patterns = arns.map(patternOf)
  for (const entry of patterns.length === 0 || statement.notResource ? [] : statement.resources) {
    if (entry.text === '*' || !entry.text.startsWith('arn:')) continue
    if (patterns.some((pattern) => overlap(pattern, patternOf(entry.text)))) continue
    report('UNSUPPORTED_RESOURCE_ARN_IN_POLICY', [entry], { resourceType })
  }
})
