import type { CallContext } from '../../kernel/context.ts'
import { pageOf } from '../../kernel/paging.ts'
import type { Key, Page } from '../../kernel/store.ts'
import { invalid } from './refusals.ts'

interface Asked {
  readonly nextToken?: string | undefined
  readonly maxResults?: number | undefined
}

const pageSize = 100
/** As many as the store gives at once. */
const most = 1_000

/**
 * A page of a list that was collected whole, ordered by what `orderOf` says.
 * @param list names the list, to which the token is bound
 */
export async function listPage<T>(
  items: readonly T[],
  orderOf: (item: T) => string,
  input: Asked,
  ctx: Pick<CallContext, 'ports' | 'account' | 'region'>,
  list: string,
): Promise<{ items: readonly T[]; nextToken?: string }> {
  const limit = input.maxResults ?? pageSize
  if (limit < 1) throw invalid('maxResults must be greater than or equal to 1.', 'maxResults')
  const page = pageOf(
    items.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
    orderOf,
    {
      mark: input.nextToken,
      limit: Math.min(limit, most),
      seal: await ctx.ports.seals.ready('page'),
      bound: `access-analyzer/${ctx.account}/${ctx.region}/${list}`,
    },
  )
  if (page === undefined) throw invalid('The nextToken is not valid.', 'nextToken')
  return { items: page.items, ...(page.next !== undefined && { nextToken: page.next }) }
}

/** A text by which larger ones come first. */
export const descending = (text: string): string =>
  `${Buffer.from(Buffer.from(text).map((byte) => 255 - byte)).toString('hex')}ff`

/** Everything that the store has under a prefix or index value; quotas bound it. */
export async function everything<R>(
  fetch: (options: { after: Key | undefined; limit: number }) => Promise<Page<R>>,
): Promise<R[]> {
  const records: R[] = []
  let after: Key | undefined
  do {
    const page: Page<R> = await fetch({ after, limit: most })
    records.push(...page.records)
    after = page.after
  } while (after !== undefined)
  return records
}
