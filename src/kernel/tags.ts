import type { ContextValue } from './authorization.ts'

export interface Tag {
  readonly Key: string
  readonly Value: string
}

/** Tags as a record, the form in which they are stored and decided upon. */
export const tagsToRecord = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Record<string, string> => Object.fromEntries(tags.map((tag) => [tag.Key ?? '', tag.Value ?? '']))

/** Tags as the list that AWS's APIs speak, sorted by key so that answers are stable. */
export const tagsToList = (tags: Readonly<Record<string, string>> = {}): Tag[] =>
  Object.keys(tags)
    .sort()
    .map((Key) => ({ Key, Value: tags[Key]! }))

/** Condition keys of the tags in a request; none when there are no tags. */
export function tagContext(
  tags: Readonly<Record<string, string>> = {},
): Record<string, ContextValue> {
  const names = Object.keys(tags)
  if (names.length === 0) return {}
  const context: Record<string, ContextValue> = { 'aws:TagKeys': names }
  for (const name of names) context[`aws:RequestTag/${name}`] = tags[name]!
  return context
}
