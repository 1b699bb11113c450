/** What a policy is validated as. */

import type { PolicyType, ValidatePolicyResourceType } from '@aws-sdk/client-accessanalyzer'
import type { ActionCatalogue } from '../../../../access/actions.ts'
import type { Report } from './findings.ts'
import type { WrittenPolicy, WrittenStatement } from './written-policy.ts'

/** Everything that a family of checks is told. */
export interface Validation {
  readonly text: string
  readonly policy: WrittenPolicy
  readonly policyType: PolicyType
  readonly resourceType: ValidatePolicyResourceType | undefined
  readonly catalogue: ActionCatalogue
  readonly report: Report
  /** The name that somebody may have meant. */
  readonly similar: (name: string, names: readonly string[]) => string | undefined
}

/** A family of checks. */
export type Check = (validation: Validation) => void

/** A family of checks that looks at one statement after another. */
export const eachStatement =
  (check: (statement: WrittenStatement, validation: Validation) => void): Check =>
  (validation) => {
    for (const statement of validation.policy.statements) check(statement, validation)
  }

export const isTrustPolicy = ({ resourceType }: Validation): boolean =>
  resourceType === 'AWS::IAM::AssumeRolePolicyDocument'

export const isWild = (text: string): boolean => /[*?]/.test(text)
export const isVariable = (text: string): boolean => text.includes('${')
