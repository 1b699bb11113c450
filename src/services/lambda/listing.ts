import type { CallContext } from '../../kernel/context.ts'
import { pageOf } from '../../kernel/paging.ts'
import { invalid } from './contract.ts'

interface Asked {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** As many as Lambda gives at once. */
const most = 50

/**
 * A page of a list that was collected whole, ordered by what `orderOf` says.
 * @param list names the list, to which the marker is bound
 */
export async function listPage<T>(
  items: readonly T[],
  orderOf: (item: T) => string,
  { Marker, MaxItems = most }: Asked,
  ctx: Pick<CallContext, 'ports' | 'account' | 'region'>,
  list: string,
): Promise<{ items: readonly T[]; NextMarker?: string }> {
  const page = pageOf(
    items.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
    orderOf,
    {
      mark: Marker,
      limit: Math.min(MaxItems, most),
      seal: await ctx.ports.seals.ready('page'),
      bound: `lambda/${ctx.account}/${ctx.region}/${list}`,
    },
  )
  if (page === undefined) throw invalid('The Marker is not valid.')
  return { items: page.items, ...(page.next !== undefined && { NextMarker: page.next }) }
}
