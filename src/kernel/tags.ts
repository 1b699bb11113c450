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
