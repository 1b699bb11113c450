import { invalid } from './contract.ts'

type Tags = Readonly<Record<string, string>>

const quota = 50

/** Adds tags to those that are there. */
export function mergedTags(old: Tags, tags: Tags | undefined): Record<string, string> {
  for (const [name, value] of Object.entries(tags ?? {})) {
    if (name === '' || name.length > 128)
      throw invalid('Tag keys must have between 1 and 128 characters.')
    if (value.length > 256) throw invalid('Tag values must have at most 256 characters.')
    if (/^aws:/i.test(name)) throw invalid('Tag keys beginning with aws: are reserved.')
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(name + value))
      throw invalid('The tag contains characters that are not allowed.')
  }
  const merged = { ...old, ...tags }
  if (Object.keys(merged).length > quota)
    throw invalid(`A resource can have at most ${quota} tags.`)
  return merged
}
