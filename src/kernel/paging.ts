import type { Seal } from './ports.ts'
import type { Key, Page } from './store.ts'

/** One page of a list that was collected whole, and the mark where the next one begins. */
export interface PagedList<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

/**
 * Cuts a page out of items that are ordered by `orderOf`. The mark is sealed and bound to list and
 * account, so that nobody forges one or carries it elsewhere; it survives writes in between,
 * because it says after which item to go on, not at which place.
 * @returns undefined when the mark is not one of ours
 */
export function pageOf<T>(
  items: readonly T[],
  orderOf: (item: T) => string,
  options: {
    readonly mark: string | undefined
    readonly limit: number
    readonly seal: Seal
    readonly bound: string
  },
): PagedList<T> | undefined {
  let rest = items
  if (options.mark !== undefined) {
    const opened = options.seal.open(options.mark, options.bound)
    if (opened === undefined) return undefined
    const after = new TextDecoder().decode(opened)
    rest = items.filter((item) => orderOf(item) > after)
  }
  const page = rest.slice(0, options.limit)
  const more = rest.length > page.length
  const last = page[page.length - 1]
  return {
    items: page,
    next:
      more && last !== undefined
        ? options.seal.seal(new TextEncoder().encode(orderOf(last)), options.bound)
        : undefined,
  }
}

/** Everything that the store has under a prefix. */
export async function everything<R>(
  fetch: (options: { after: Key | undefined; limit: number }) => Promise<Page<R>>,
): Promise<R[]> {
  const records: R[] = []
  let after: Key | undefined
  do {
    const page: Page<R> = await fetch({ after, limit: 1_000 })
    records.push(...page.records)
    after = page.after
  } while (after !== undefined)
  return records
}
