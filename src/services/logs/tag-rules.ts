import type { ContextValue } from '../../kernel/authorization.ts'
import { fail, invalid } from './contract.ts'

type Tags = Readonly<Record<string, string>>

const quota = 50

/** Condition keys of tags in a request. */
export function tagContext(tags: Tags | undefined): Record<string, ContextValue> {
  const names = Object.keys(tags ?? {})
  if (names.length === 0) return {}
  const context: Record<string, ContextValue> = { 'aws:TagKeys': names }
  for (const name of names) context[`aws:RequestTag/${name}`] = tags![name]!
  return context
}

/** Adds tags to those that are there. */
export function mergedTags(old: Tags, tags: Tags | undefined): Record<string, string> {
  if (Object.keys(tags ?? {}).some((name) => /^aws:/i.test(name)))
    throw invalid('aws: prefixed tag key names are not allowed for external use.')
  const merged = { ...old, ...tags }
  if (Object.keys(merged).length > quota)
    throw fail('TooManyTagsException', `A resource can have no more than ${quota} tags.`)
  return merged
}
