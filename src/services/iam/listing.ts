import type { CallContext } from '../../kernel/context.ts'
import { pageOf } from '../../kernel/paging.ts'
import type { Collection, Index, Key, Readable } from '../../kernel/store.ts'
import { fail } from './contract.ts'

/** All records of a collection. Quotas bound them: an account has at most some thousand. */
export async function all<R, I extends Record<string, Index<R>>>(
  store: Readable,
  collection: Collection<R, I>,
): Promise<R[]> {
  const records: R[] = []
  let after: Key | undefined
  do {
    const page = await store.of(collection).list({ after, limit: 1_000 })
    records.push(...page.records)
    after = page.after
  } while (after !== undefined)
  return records
}

interface Marked {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** IAM's way to page: in the order of the names, with `IsTruncated` and `Marker`. */
export async function paged<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  input: Marked,
  ctx: Pick<CallContext, 'ports' | 'account'>,
  list: string,
): Promise<{ items: readonly T[]; IsTruncated: boolean; Marker?: string }> {
  const order = (item: T) => nameOf(item).toLowerCase()
  const sorted = items.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
  const page = pageOf(sorted, order, {
    mark: input.Marker,
    limit: input.MaxItems ?? 100,
    seal: await ctx.ports.seals.ready('page'),
    bound: `iam/${ctx.account}/${list}`,
  })
  if (page === undefined) throw fail('ValidationError', `Invalid Marker.`)
  return {
    items: page.items,
    IsTruncated: page.next !== undefined,
    ...(page.next !== undefined && { Marker: page.next }),
  }
}

/** True when the path lies under the prefix; no prefix means everything. */
export const under =
  (prefix: string | undefined) =>
  (record: { readonly path: string }): boolean =>
    record.path.startsWith(prefix ?? '/')
