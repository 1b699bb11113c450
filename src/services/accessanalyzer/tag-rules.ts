import { invalid } from './refusals.ts'

type Tags = Readonly<Record<string, string>>

const most = 50
const allowed = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u

/**
 * Adds or replaces tags.
 * @throws ValidationException for keys and values out of bounds, reserved keys, or more than fifty
 */
export function mergeTags(old: Tags, tags: Tags | undefined): Tags {
  for (const [key, value] of Object.entries(tags ?? {})) {
    if (key.toLowerCase().startsWith('aws:'))
      throw invalid('Tag keys that begin with aws: are reserved.', 'tags')
    if (key.length < 1 || key.length > 128 || !allowed.test(key))
      throw invalid(`The tag key ${key} is not valid.`, 'tags')
    if (value.length > 256 || !allowed.test(value))
      throw invalid(`The value of the tag ${key} is not valid.`, 'tags')
  }
  const merged = { ...old, ...tags }
  if (Object.keys(merged).length > most)
    throw invalid(`A resource can have at most ${most} tags.`, 'tags')
  return merged
}
