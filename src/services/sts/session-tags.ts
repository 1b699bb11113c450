import type { ContextValue, Session } from '../../kernel/authorization.ts'
import { tagsToRecord } from '../../kernel/tags.ts'
import { fail } from './contract.ts'

interface TagInput {
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | undefined
  readonly TransitiveTagKeys?: readonly string[] | undefined
}

/** Condition keys of session tags in a request. */
export function tagContext(input: TagInput): Record<string, ContextValue> {
  const context: Record<string, ContextValue> = {}
  if (input.Tags?.length) context['aws:TagKeys'] = input.Tags.map((tag) => tag.Key)
  for (const { Key, Value } of input.Tags ?? []) context[`aws:RequestTag/${Key}`] = Value
  if (input.TransitiveTagKeys?.length) context['sts:TransitiveTagKeys'] = input.TransitiveTagKeys
  return context
}

/** Tags of the new session: those that the caller's session hands down, and those of the request. */
export function sessionTags(
  input: TagInput,
  caller: Session | undefined,
): Pick<Session, 'tags' | 'transitiveTagKeys'> {
  const inherited = new Set((caller?.transitiveTagKeys ?? []).map((key) => key.toLowerCase()))
  const handedDown = Object.entries(caller?.tags ?? {}).filter(([key]) =>
    inherited.has(key.toLowerCase()),
  )
  const seen = new Set<string>()
  for (const { Key } of input.Tags ?? []) {
    const key = Key.toLowerCase()
    if (key.startsWith('aws:'))
      throw fail('ValidationError', 'Tag keys must not begin with the reserved prefix aws:.')
    if (inherited.has(key))
      throw fail(
        'ValidationError',
        `One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.`,
      )
    if (seen.has(key))
      throw fail(
        'ValidationError',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
    seen.add(key)
  }
  for (const key of input.TransitiveTagKeys ?? [])
    if (!seen.has(key.toLowerCase()))
      throw fail(
        'ValidationError',
        'The specified transitive tag key must be included in the requested tags.',
      )
  const tags = { ...Object.fromEntries(handedDown), ...tagsToRecord(input.Tags) }
  if (Object.keys(tags).length > 50)
    throw fail('ValidationError', 'A session can have at most 50 tags.')
  const transitiveTagKeys = [...handedDown.map(([key]) => key), ...(input.TransitiveTagKeys ?? [])]
  return {
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(transitiveTagKeys.length > 0 && { transitiveTagKeys }),
  }
}
