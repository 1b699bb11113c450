import { fail } from './contract.ts'

/** What this service speaks of, as its errors name it. */
export type Noun =
  | 'Analyzer'
  | 'ArchiveRule'
  | 'Finding'
  | 'AccessPreview'
  | 'AnalyzedResource'
  | 'Recommendation'
  | 'PolicyGeneration'

/** Nothing is there under this id or ARN. */
export const noSuch = (resourceType: Noun, resourceId: string): Error =>
  fail('ResourceNotFoundException', `The specified ${spoken[resourceType]} does not exist.`, {
    resourceId,
    resourceType,
  })

const spoken: Readonly<Record<Noun, string>> = {
  Analyzer: 'analyzer',
  ArchiveRule: 'archive rule',
  Finding: 'finding',
  AccessPreview: 'access preview',
  AnalyzedResource: 'resource',
  Recommendation: 'finding recommendation',
  PolicyGeneration: 'policy generation job',
}

/** The name is taken. */
export const taken = (resourceType: Noun, resourceId: string): Error =>
  fail('ConflictException', `The ${spoken[resourceType]} already exists.`, {
    resourceId,
    resourceType,
  })

/** No more of them fit; the sentence says how many do. */
export const tooMany = (resourceType: Noun, resourceId: string, message: string): Error =>
  fail('ServiceQuotaExceededException', message, { resourceId, resourceType })

/** Input that breaks a rule; the field names the member that does. */
export const invalid = (message: string, field?: string): Error =>
  fail('ValidationException', message, {
    reason: field === undefined ? 'other' : 'fieldValidationFailed',
    ...(field !== undefined && { fieldList: [{ name: field, message }] }),
  })

const constraint = /at '([^']+)' failed to satisfy constraint: (.*?)(?:; Value |$)/g

/** The ValidationException for what the model's constraints say against an input. */
export const invalidInput = (sentence: string): Error =>
  fail('ValidationException', sentence, {
    reason: 'fieldValidationFailed',
    fieldList: [...sentence.matchAll(constraint)].map(([, name, message]) => ({ name, message })),
  })
