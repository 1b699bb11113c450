import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Owner, Readable } from '../../kernel/store.ts'
import type { ClientRecord } from './client-records.ts'
import { livingClient, noClient } from './clients.ts'
import type { Origin } from './origins.ts'
import { type PlaceRecord, type PoolRecord, places } from './pool-records.ts'
import { livingPool } from './pool-targets.ts'
import type { SignIn } from './sign-in-steps.ts'
import type { UserRecord } from './user-records.ts'

type Reading = Pick<ReadContext, 'cached'> & { readonly store: Readable }

/** Where a pool or client is; throws `missing` when nowhere. */
export const placeOf = (
  id: string,
  { cached, store }: Reading,
  missing: () => Error,
): PlaceRecord | Promise<PlaceRecord> =>
  cached('cognito', '', `place/${id}`, async () => {
    const place = await store.of(places).get([id])
    if (place === undefined) throw missing()
    return place
  })

/** Finds account and Region of a call that names an app client and nothing else. */
export async function byClient(
  { ClientId: id }: { readonly ClientId: string },
  read: ReadContext,
): Promise<Owner> {
  const { account, region, pool } = await placeOf(id, reading(read), () => noClient(id))
  if (pool === id) throw noClient(id)
  return { account, region }
}

/** The context with `cached` as a function of its own. */
export const reading = (
  ctx: Pick<ReadContext, 'cached'> & { readonly store: Readable },
): Reading => ({
  cached: (...asked) => ctx.cached(...asked),
  store: ctx.store,
})

export interface App {
  readonly pool: PoolRecord
  readonly client: ClientRecord
  /** What the app wants the pool's functions to know. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Where the user is, where that was asked. */
  readonly from?: Origin | undefined
  /** What sign-in pages end with instead of tokens. */
  readonly ending?: ((user: UserRecord, signIn: SignIn) => Promise<void>) | undefined
}

type Calling = Pick<CallContext, 'cached' | 'account' | 'region'> & { readonly store: Readable }

/** The app client that a call names, with its pool. */
export async function appOf(
  { ClientId: id }: { readonly ClientId: string },
  ctx: Calling,
): Promise<App> {
  const place = await placeOf(id, reading(ctx), () => noClient(id))
  return ctx.cached('cognito', ctx.account, `app/${ctx.region}/${id}`, async () => ({
    pool: await livingPool(ctx.store, place.pool),
    client: await livingClient(ctx.store, place.pool, id),
  }))
}
