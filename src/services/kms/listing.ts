import type { CallContext } from '../../kernel/context.ts'
import { pageOf } from '../../kernel/paging.ts'
import type { Collection, Index, Key } from '../../kernel/store.ts'
import { fail } from './contract.ts'

export interface Marked {
  readonly Marker?: string | undefined
  readonly Limit?: number | undefined
}

const usual = 100
const invalidMarker = () => fail('InvalidMarkerException', 'Invalid marker')

/** KMS's way to page through a list that is at hand. */
export async function keyPage<T>(
  items: readonly T[],
  orderOf: (item: T) => string,
  input: Marked,
  ctx: Pick<CallContext, 'ports' | 'account' | 'region'>,
  list: string,
): Promise<{ items: readonly T[]; Truncated: boolean; NextMarker?: string }> {
  const page = pageOf(items, orderOf, {
    mark: input.Marker,
    limit: input.Limit ?? usual,
    seal: await ctx.ports.seals.ready('page'),
    bound: `kms/${ctx.account}/${ctx.region}/${list}`,
  })
  if (page === undefined) throw invalidMarker()
  const more = page.next !== undefined
  return { items: page.items, Truncated: more, ...(more && { NextMarker: page.next! }) }
}

/** What the marker of such a list says: the order of the last item that was told. */
export async function openMark(
  { Marker }: Marked,
  ctx: Pick<CallContext, 'ports' | 'account' | 'region'>,
  list: string,
): Promise<string | undefined> {
  if (Marker === undefined) return undefined
  const seal = await ctx.ports.seals.ready('page')
  const opened = seal.open(Marker, `kms/${ctx.account}/${ctx.region}/${list}`)
  if (opened === undefined) throw invalidMarker()
  return new TextDecoder().decode(opened)
}

/** The same through a collection that may be long: a page costs the same wherever it stands. */
export async function storePage<R, I extends Record<string, Index<R>>>(
  collection: Collection<R, I>,
  input: Marked,
  ctx: Pick<CallContext, 'ports' | 'account' | 'region' | 'store'>,
): Promise<{ items: readonly R[]; Truncated: boolean; NextMarker?: string }> {
  const seal = await ctx.ports.seals.ready('page')
  const bound = `kms/${ctx.account}/${ctx.region}/${collection.name}`
  let after: Key | undefined
  if (input.Marker !== undefined) {
    const opened = seal.open(input.Marker, bound)
    if (opened === undefined) throw invalidMarker()
    after = JSON.parse(new TextDecoder().decode(opened))
  }
  const page = await ctx.store.of(collection).list({ after, limit: input.Limit ?? usual })
  if (page.after === undefined) return { items: page.records, Truncated: false }
  const NextMarker = seal.seal(new TextEncoder().encode(JSON.stringify(page.after)), bound)
  return { items: page.records, Truncated: true, NextMarker }
}
