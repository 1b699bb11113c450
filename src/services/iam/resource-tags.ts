import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { type Collection, NotFound } from '../../kernel/store.ts'
import { type Tag, tagsToList } from '../../kernel/tags.ts'
import type { Target } from '../../kernel/target.ts'
import { paged } from './listing.ts'
import { mergeTags, tagContext, withoutTags } from './tag-rules.ts'

interface Tagged {
  readonly id: string
  readonly tags: Readonly<Record<string, string>>
}

/** A kind of resource with tags: how a request names one, and where it is kept. */
interface TaggedKind<R extends Tagged, In> {
  // biome-ignore lint/suspicious/noExplicitAny: each kind has indexes of its own
  readonly collection: Collection<R, any>
  readonly target: (input: In, read: ReadContext) => Promise<Target<R | undefined>>
  /** The record, or AWS's NoSuchEntity. */
  readonly found: (record: R | undefined, input: In) => R
}

interface Marked {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** The three operations on tags of such a kind: definitions for `operation(name, ...)`. */
export function tagOperations<R extends Tagged, In>(kind: TaggedKind<R, In>) {
  const retag = async (
    input: In,
    ctx: CallContext,
    target: Target<R | undefined>,
    next: (old: R['tags']) => R['tags'],
  ) => {
    const { id } = kind.found(target.record, input)
    try {
      await ctx.store.transaction((tx) =>
        tx.of(kind.collection).update([id], (old) => ({ ...old, tags: next(old.tags) })),
      )
    } catch (error) {
      // Gone since it was decided upon.
      if (error instanceof NotFound) kind.found(undefined, input)
      throw error
    }
    return {}
  }
  return {
    tag: {
      access: {
        kind: 'iam' as const,
        async targets(input: In & { readonly Tags: readonly Tag[] }, read: ReadContext) {
          const target = await kind.target(input, read)
          return [{ ...target, context: tagContext(input.Tags) }] as const
        },
      },
      handle: (
        input: In & { readonly Tags: readonly Tag[] },
        ctx: CallContext,
        [target]: readonly [Target<R | undefined>],
      ) => retag(input, ctx, target, (old) => mergeTags(old, input.Tags)),
    },
    untag: {
      access: {
        kind: 'iam' as const,
        async targets(input: In & { readonly TagKeys: readonly string[] }, read: ReadContext) {
          const target = await kind.target(input, read)
          return [{ ...target, context: { 'aws:TagKeys': input.TagKeys } }] as const
        },
      },
      handle: (
        input: In & { readonly TagKeys: readonly string[] },
        ctx: CallContext,
        [target]: readonly [Target<R | undefined>],
      ) => retag(input, ctx, target, (old) => withoutTags(old, input.TagKeys)),
    },
    list: {
      access: {
        kind: 'iam' as const,
        targets: async (input: In & Marked, read: ReadContext) =>
          [await kind.target(input, read)] as const,
      },
      async handle(
        input: In & Marked,
        ctx: CallContext,
        [target]: readonly [Target<R | undefined>],
      ) {
        const { id, tags } = kind.found(target.record, input)
        const list = tagsToList(tags)
        const { items, ...more } = await paged(list, (tag) => tag.Key, input, ctx, `tags/${id}`)
        return { Tags: [...items], ...more }
      },
    },
  }
}
