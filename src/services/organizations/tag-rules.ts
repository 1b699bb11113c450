import type { ContextValue } from '../../kernel/authorization.ts'
import { type Tag, tagsToRecord } from '../../kernel/tags.ts'
import { invalid, violates } from './contract.ts'

type Tags = readonly Pick<Tag, 'Key' | 'Value'>[] | undefined

const tagQuota = 50

/** Condition keys of tags in a request. */
export const tagContext = (tags: Tags): Record<string, ContextValue> =>
  tags === undefined || tags.length === 0
    ? {}
    : {
        'aws:TagKeys': tags.map((tag) => tag.Key),
        ...Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value])),
      }

const checkKey = (key: string): void => {
  if (key.toLowerCase().startsWith('aws:'))
    throw invalid('INVALID_SYSTEM_TAGS_PARAMETER', 'You specified a tag key that is a system tag.')
}

/** Adds or replaces tags: keys once each, none of AWS's, fifty at most. */
export function mergeTags(
  old: Readonly<Record<string, string>>,
  tags: Tags,
): Record<string, string> {
  const seen = new Set<string>()
  for (const { Key } of tags ?? []) {
    checkKey(Key)
    if (seen.has(Key))
      throw invalid(
        'DUPLICATE_TAG_KEY',
        'Tag keys must be unique among the tags attached to the same entity.',
      )
    seen.add(Key)
  }
  const merged = { ...old, ...tagsToRecord(tags ?? []) }
  if (Object.keys(merged).length > tagQuota)
    throw violates(
      'MAX_TAG_LIMIT_EXCEEDED',
      'You have exceeded the number of tags allowed on this resource.',
    )
  return merged
}

/** Tags of something new. */
export const newTags = (tags: Tags): Record<string, string> => mergeTags({}, tags)

/** Removes tags; keys that are not there do not matter. */
export function withoutTags(
  old: Readonly<Record<string, string>>,
  keys: readonly string[],
): Record<string, string> {
  for (const key of keys) checkKey(key)
  return Object.fromEntries(Object.entries(old).filter(([key]) => !keys.includes(key)))
}
