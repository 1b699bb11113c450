import { fail, invalid } from './contract.ts'

type Tags = Readonly<Record<string, string>>

const quota = 50

/** The tags, with those of `old` that they do not replace. */
export function newTags(tags: Tags = {}, old: Tags = {}): Tags {
  if (Object.keys(tags).some((key) => key.toLowerCase().startsWith('aws:')))
    throw invalid('Tag keys that begin with aws: are reserved.')
  const merged = { ...old, ...tags }
  if (Object.keys(merged).length > quota)
    throw fail('UserPoolTaggingException', `A user pool has at most ${quota} tags.`)
  return merged
}
