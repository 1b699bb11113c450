import type { CallContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import type { WeakPool } from '../../kernel/people.ts'
import { clients } from './client-records.ts'
import { type PoolRecord, places, pools } from './pool-records.ts'

/** What makes it easy to get into a pool, or to lose it. */
async function reasons(pool: PoolRecord, ctx: CallContext): Promise<readonly string[]> {
  const { settings, mfa } = pool
  const known = await everything((from) =>
    ctx.store.of(clients).list({ ...from, prefix: [pool.id] }),
  )
  const telling = known.filter((one) => one.settings.PreventUserExistenceErrors !== 'ENABLED')
  const plain = known.filter((one) =>
    one.settings.ExplicitAuthFlows?.some((flow) => flow.endsWith('USER_PASSWORD_AUTH')),
  )
  const withoutSecret = plain.filter(({ secrets }) => secrets.length === 0)
  const length = settings.Policies?.PasswordPolicy?.MinimumLength ?? 8
  const names = (list: readonly { readonly name: string }[]) =>
    list.map(({ name }) => name).join(', ')
  return [
    ...(length < 8 ? [`passwords of ${length} characters will do`] : []),
    ...(mfa.mode === 'OFF' ? ['there is no second factor'] : []),
    ...(settings.DeletionProtection === 'ACTIVE' ? [] : ['deletion protection is off']),
    ...(telling.length > 0 ? [`strangers learn who has an account, from ${names(telling)}`] : []),
    ...(withoutSecret.length > 0
      ? [`anybody may send passwords through ${names(withoutSecret)}, which could use SRP`]
      : []),
  ]
}

/** The pools of the context's own account and Region that could be safer. */
export async function weakPools(ctx: CallContext): Promise<readonly WeakPool[]> {
  const found = await everything((from) => ctx.store.of(pools).list(from))
  const all = await Promise.all(
    found.map(async (pool) => ({
      pool: pool.id,
      name: pool.name,
      reasons: await reasons(pool, ctx),
    })),
  )
  return all.filter((one) => one.reasons.length > 0)
}

/** Where there are pools at all. */
export async function homesOfPools(ctx: CallContext) {
  const all = await everything((from) => ctx.store.of(places).list(from))
  const homes = all
    .filter(({ id, pool }) => id === pool)
    .map(({ account, region }) => [`${account}/${region}`, { account, region }] as const)
  return [...new Map(homes).values()]
}
