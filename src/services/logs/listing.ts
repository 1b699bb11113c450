import type { CallContext } from '../../kernel/context.ts'
import { pageOf } from '../../kernel/paging.ts'
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
