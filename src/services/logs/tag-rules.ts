import { fail, invalid } from './contract.ts'

type Tags = Readonly<Record<string, string>>

const quota = 50

/** Adds tags to those that are there. */
export function mergedTags(old: Tags, tags: Tags | undefined): Record<string, string> {
  if (Object.keys(tags ?? {}).some((name) => /^aws:/i.test(name)))
    throw invalid('aws: prefixed tag key names are not allowed for external use.')
  const merged = { ...old, ...tags }
  if (Object.keys(merged).length > quota)
    throw fail('TooManyTagsException', `A resource can have no more than ${quota} tags.`)
  return merged
}
