import type { CallContext } from '../../kernel/context.ts'
import { pageOf } from '../../kernel/paging.ts'
import type { Key, Page } from '../../kernel/store.ts'
import { invalid } from './contract.ts'

interface Asked {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

type Paging = Pick<CallContext, 'ports'>
type Fetch<R> = (options: { after: Key | undefined; limit: number }) => Promise<Page<R>>

const pageSize = 20
/** As many as the store gives at once. */
const most = 1_000

const badToken = (): Error => invalid('INVALID_NEXT_TOKEN', 'You provided an invalid NextToken.')

/**
 * A page of records straight from the store, in the order of its keys.
 * @param list names list and organization, to which the token is bound
 */
export async function storePage<R>(
  fetch: Fetch<R>,
  input: Asked,
  ctx: Paging,
  list: string,
): Promise<{ items: readonly R[]; NextToken?: string }> {
  const seal = await ctx.ports.seals.ready('page')
  let after: Key | undefined
  if (input.NextToken !== undefined) {
    const opened = seal.open(input.NextToken, `organizations/${list}`)
    if (opened === undefined) throw badToken()
    after = JSON.parse(new TextDecoder().decode(opened)) as Key
  }
  const page = await fetch({ after, limit: input.MaxResults ?? pageSize })
  if (page.after === undefined) return { items: page.records }
  const mark = new TextEncoder().encode(JSON.stringify(page.after))
  return { items: page.records, NextToken: seal.seal(mark, `organizations/${list}`) }
}

/** A page of a list that was collected whole, ordered by what `orderOf` says. */
export async function listPage<T>(
  items: readonly T[],
  orderOf: (item: T) => string,
  input: Asked,
  ctx: Paging,
  list: string,
): Promise<{ items: readonly T[]; NextToken?: string }> {
  const page = pageOf(
    items.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
    orderOf,
    {
      mark: input.NextToken,
      limit: input.MaxResults ?? pageSize,
      seal: await ctx.ports.seals.ready('page'),
      bound: `organizations/${list}`,
    },
  )
  if (page === undefined) throw badToken()
  return { items: page.items, ...(page.next !== undefined && { NextToken: page.next }) }
}

/** Everything that the store has under a prefix or index value; quotas bound it. */
export async function everything<R>(fetch: Fetch<R>): Promise<R[]> {
  const records: R[] = []
  let after: Key | undefined
  do {
    const page: Page<R> = await fetch({ after, limit: most })
    records.push(...page.records)
    after = page.after
  } while (after !== undefined)
  return records
}
