import type { PageContext } from '../../kernel/page.ts'
import { placeOf, reading } from './client-places.ts'
import { livingPool, noPool } from './pool-targets.ts'

/** The pool that a path names, with the context of its own account and Region. */
export async function poolOf(id: string, ctx: PageContext) {
  const place = await placeOf(id, reading(ctx), () => noPool(id))
  if (place.id !== place.pool) throw noPool(id)
  const { account, region } = place
  const store = ctx.open({ account, region })
  const cached: PageContext['cached'] = (...asked) => ctx.cached(...asked)
  return {
    pool: await livingPool(store, id),
    in: { account, region, store, cached, random: ctx.random, now: () => ctx.now() },
  }
}
