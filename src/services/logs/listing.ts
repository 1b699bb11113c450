import type { CallContext } from '../../kernel/context.ts'
import { pageOf } from '../../kernel/paging.ts'
import type { Key, Page } from '../../kernel/store.ts'
import { invalid } from './contract.ts'

interface Asked {
  readonly nextToken?: string | undefined
  readonly limit?: number | undefined
}

const most = 50

/**
 * A page of a list that was collected whole, ordered by what `orderOf` says.
 * @param list names the list, to which the token is bound
 */
export async function listPage<T>(
  items: readonly T[],
  orderOf: (item: T) => string,
  { nextToken, limit = most }: Asked,
  ctx: Pick<CallContext, 'ports' | 'account' | 'region'>,
  list: string,
): Promise<{ items: readonly T[]; nextToken?: string }> {
  const page = pageOf(
    items.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
    orderOf,
    {
      mark: nextToken,
      limit,
      seal: await ctx.ports.seals.ready('page'),
      bound: `logs/${ctx.account}/${ctx.region}/${list}`,
    },
  )
  if (page === undefined) throw invalid('The specified nextToken is invalid.')
  return { items: page.items, ...(page.next !== undefined && { nextToken: page.next }) }
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
