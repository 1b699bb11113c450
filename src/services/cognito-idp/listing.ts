import type { CallContext } from '../../kernel/context.ts'
import type { Key, Page } from '../../kernel/store.ts'
import { invalid } from './contract.ts'

/** As many as a page has at most. */
const most = 60

type Sealing = Pick<CallContext, 'ports' | 'account' | 'region'>

const bind = ({ account, region }: Sealing, list: string) =>
  `cognito-idp/${account}/${region}/${list}`

/**
 * A page of a list that the store keeps in order, with the sealed mark where the next one begins: it
 * survives writes, and costs the same wherever it stands.
 * @param list tells one list from another, with the filter that made it
 */
export async function storePage<R>(
  read: (from: { readonly after: Key | undefined; readonly limit: number }) => Promise<Page<R>>,
  { mark, limit }: { readonly mark: string | undefined; readonly limit: number },
  ctx: Sealing,
  list: string,
): Promise<{ readonly records: readonly R[]; readonly next: string | undefined }> {
  const seal = await ctx.ports.seals.ready('page')
  const bound = bind(ctx, list)
  let after: Key | undefined
  if (mark !== undefined) {
    const opened = seal.open(mark, bound)
    if (opened === undefined) throw invalid('Invalid pagination token.')
    after = JSON.parse(new TextDecoder().decode(opened))
  }
  // Some operations take 0 for as many as there are at once.
  const page = await read({ after, limit: limit || most })
  const next = page.after && seal.seal(new TextEncoder().encode(JSON.stringify(page.after)), bound)
  return { records: page.records, next }
}
