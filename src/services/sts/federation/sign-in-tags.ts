import type { ContextValue, Session } from '../../../kernel/authorization.ts'
import { fail } from '../contract.ts'
import { sessionTags, tagContext } from '../session-tags.ts'

/** What a provider may say about the session beside who its user is. */
export interface ProviderWishes {
  readonly tags: Readonly<Record<string, string>>
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | undefined
}

const asInput = ({ tags, transitiveTagKeys }: ProviderWishes) => ({
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  TransitiveTagKeys: transitiveTagKeys,
})

/** The tags and source identity of the new session, checked as those of AssumeRole are. */
export function wishedSession(
  wishes: ProviderWishes,
): Pick<Session, 'tags' | 'transitiveTagKeys' | 'sourceIdentity'> {
  const { sourceIdentity } = wishes
  if (sourceIdentity !== undefined && !/^(?!aws:)[\w+=,.@-]{2,64}$/.test(sourceIdentity))
    throw fail('ValidationError', 'SourceIdentity must match [\\w+=,.@-]{2,64}')
  const session = sessionTags(asInput(wishes), undefined)
  return sourceIdentity === undefined ? session : { ...session, sourceIdentity }
}

/** Condition keys of the wishes, and the actions that must be allowed beside assuming the role. */
export function wishedDecisions(wishes: ProviderWishes): {
  readonly context: Readonly<Record<string, ContextValue | undefined>>
  readonly actions: readonly string[]
} {
  const tagged = Object.keys(wishes.tags).length > 0
  return {
    context: { ...tagContext(asInput(wishes)), 'sts:SourceIdentity': wishes.sourceIdentity },
    actions: [
      ...(tagged ? ['sts:TagSession'] : []),
      ...(wishes.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ],
  }
}
