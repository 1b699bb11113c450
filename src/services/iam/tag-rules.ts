import type { ContextValue } from '../../kernel/authorization.ts'
import { type Tag, tagsToRecord } from '../../kernel/tags.ts'
import { fail } from './contract.ts'

type Tags = readonly Pick<Tag, 'Key' | 'Value'>[] | undefined

/** Condition keys of tags in a request; none when the request carries no tags. */
export const tagContext = (tags: Tags): Record<string, ContextValue> => {
  if (tags === undefined || tags.length === 0) return {}
  const context: Record<string, ContextValue> = { 'aws:TagKeys': tags.map((tag) => tag.Key) }
  for (const tag of tags) context[`aws:RequestTag/${tag.Key}`] = tag.Value
  return context
}

/** Tags of a create request, checked as IAM does. */
export function newTags(tags: Tags): Record<string, string> {
  return mergeTags({}, tags)
}

/** Adds or replaces tags. Keys differ by more than case, `aws:` is reserved, 50 are the limit. */
export function mergeTags(
  old: Readonly<Record<string, string>>,
  tags: Tags,
): Record<string, string> {
  const seen = new Set<string>()
  for (const { Key } of tags ?? []) {
    if (Key.toLowerCase().startsWith('aws:'))
      throw fail('InvalidInputException', 'System tags cannot be added/updated by requester')
    if (seen.has(Key.toLowerCase()))
      throw fail(
        'InvalidInputException',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
    seen.add(Key.toLowerCase())
  }
  const kept = Object.entries(old).filter(([key]) => !seen.has(key.toLowerCase()))
  const merged = { ...Object.fromEntries(kept), ...tagsToRecord(tags) }
  if (Object.keys(merged).length > 50)
    throw fail('LimitExceededException', 'The number of tags has reached the maximum limit.')
  return merged
}

/** Removes tags; keys that are not there do not matter. */
export function withoutTags(
  old: Readonly<Record<string, string>>,
  keys: readonly string[],
): Record<string, string> {
  const gone = new Set(keys.map((key) => key.toLowerCase()))
  return Object.fromEntries(Object.entries(old).filter(([key]) => !gone.has(key.toLowerCase())))
}
