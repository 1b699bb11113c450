import type { Type } from '@aws-sdk/client-accessanalyzer'
import { type Configuration, type Given, ofOrganization, purpose } from './analyzer-records.ts'
import { invalid } from './refusals.ts'

/** Days after which access counts as unused when the analyzer says nothing. */
export const usualAge = 90

/** Types of resources whose access from inside can be analyzed. */
const internalTypes = new Set([
  'AWS::S3::Bucket',
  'AWS::RDS::DBSnapshot',
  'AWS::RDS::DBClusterSnapshot',
  'AWS::S3Express::DirectoryBucket',
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::Stream',
])

export const isInternalType = (type: string): boolean => internalTypes.has(type)

const accountPattern = /^\d{12}$/

/**
 * Takes a configuration for an analyzer of this type.
 * @throws ValidationException where the configuration is another type's, or out of bounds
 */
export function configurationOf(
  given: Given | undefined,
  type: Type,
  owner: string,
): Configuration | undefined {
  if (given === undefined) return undefined
  const kind = purpose({ type })
  if (given.unusedAccess !== undefined && kind === 'unused') {
    const { unusedAccessAge: age, analysisRule } = given.unusedAccess
    if (age !== undefined && (age < 1 || age > 365))
      throw invalid('The unusedAccessAge must be between 1 and 365 days.', 'unusedAccessAge')
    for (const { accountIds, resourceTags } of analysisRule?.exclusions ?? []) {
      checkAccounts(accountIds, type)
      if (accountIds?.includes(owner))
        throw invalid('The account of the analyzer cannot be excluded.', 'accountIds')
      for (const tags of resourceTags ?? []) checkKeys(tags)
    }
    return { unusedAccess: given.unusedAccess }
  }
  if (given.internalAccess !== undefined && kind === 'internal') {
    for (const { accountIds, resourceTypes } of given.internalAccess.analysisRule?.inclusions ??
      []) {
      checkAccounts(accountIds, type)
      if (resourceTypes?.some((one) => !isInternalType(one)))
        throw invalid(
          'Invalid InternalAccessAnalysisRuleCriteria: the provided resourceType is invalid',
          'resourceTypes',
        )
    }
    return { internalAccess: given.internalAccess }
  }
  throw invalid(`The configuration is not valid for analyzers of type ${type}.`, 'configuration')
}

function checkAccounts(ids: readonly string[] | undefined, type: Type): void {
  if (ids === undefined || ids.length === 0) return
  if (!ofOrganization({ type }))
    throw invalid('Account ids apply to analyzers of an organization only.', 'accountIds')
  if (ids.length > 2_000)
    throw invalid('The list cannot include more than 2,000 account ids.', 'accountIds')
  if (!ids.every((id) => accountPattern.test(id)))
    throw invalid('An account id has twelve digits.', 'accountIds')
}

function checkKeys(tags: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(tags))
    if (key.length < 1 || key.length > 128 || key.startsWith('aws:'))
      throw invalid(`The tag key ${key} is not valid.`, 'resourceTags')
}
