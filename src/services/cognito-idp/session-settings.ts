import { type ClientRecord, clients } from './client-records.ts'
import { livingClient } from './clients.ts'
import { fail, invalid, operation } from './contract.ts'
import { type PoolRecord, pools } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'

/** How many sign-ins a user can have at once where they are tracked. */
export const sessionsPerUser = ({ sessions }: PoolRecord): number => sessions?.maxPerUser ?? 20

/** Whether the pool keeps a list of the sign-ins of its users. */
export const tracksSessions = ({ sessions }: PoolRecord): boolean => sessions?.tracked === true

/** Refuses what makes sense only where sign-ins are tracked. */
export function checkTracked(pool: PoolRecord): void {
  if (!tracksSessions(pool))
    throw fail('OperationNotEnabledException', 'Session tracking is not enabled for the user pool.')
}

function checkTier({ settings }: PoolRecord): void {
  if (settings.UserPoolTier === 'LITE')
    throw fail(
      'FeatureUnavailableInTierException',
      'Session tracking is not available in the LITE tier.',
    )
}

/** A number that the contract requires, within its range. */
function within(name: string, value: number | undefined, least: number, most: number): number {
  if (value === undefined || !Number.isInteger(value) || value < least || value > most)
    throw invalid(`${name} must be from ${least} to ${most}.`)
  return value
}

const poolShape = (pool: PoolRecord) => ({
  UserPoolId: pool.id,
  UserSessionTracking: tracksSessions(pool) ? ('ENABLED' as const) : ('DISABLED' as const),
  TokenSession: { MaxPerUser: sessionsPerUser(pool) },
})

export const GetUserPoolSessionConfiguration = operation('GetUserPoolSessionConfiguration', {
  access: onPool,
  handle: (input, _, [target]) => poolShape(foundPool(target, input)),
})

export const SetUserPoolSessionConfiguration = operation('SetUserPoolSessionConfiguration', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { UserSessionTracking: tracking } = input
    if (tracking !== 'ENABLED' && tracking !== 'DISABLED')
      throw invalid('UserSessionTracking must be ENABLED or DISABLED.')
    const maxPerUser = within('MaxPerUser', input.TokenSession?.MaxPerUser, 1, 100)
    const changed = await ctx.store.transaction(async (tx) => {
      const pool = await livingPool(tx, id)
      checkTier(pool)
      const sessions = { tracked: tracking === 'ENABLED', maxPerUser }
      const next = { ...pool, sessions, modifiedAt: ctx.now() }
      await tx.of(pools).put(next)
      return next
    })
    return poolShape(changed)
  },
})

const clientShape = (client: ClientRecord) => ({
  UserPoolId: client.pool,
  ClientId: client.id,
  SSOSession: { MaxValidityMinutes: client.ssoMinutes ?? 60 },
})

export const GetUserPoolClientSessionConfiguration = operation(
  'GetUserPoolClientSessionConfiguration',
  {
    access: onPool,
    async handle(input, ctx, [target]) {
      const { id } = foundPool(target, input)
      return clientShape(await livingClient(ctx.store, id, input.ClientId))
    },
  },
)

export const SetUserPoolClientSessionConfiguration = operation(
  'SetUserPoolClientSessionConfiguration',
  {
    access: onPool,
    async handle(input, ctx, [target]) {
      const { id } = foundPool(target, input)
      const minutes = input.SSOSession?.MaxValidityMinutes
      const ssoMinutes = within('MaxValidityMinutes', minutes, 0, 129_600)
      const changed = await ctx.store.transaction(async (tx) => {
        const pool = await livingPool(tx, id)
        checkTier(pool)
        checkTracked(pool)
        const client = await livingClient(tx, id, input.ClientId)
        const next = { ...client, ssoMinutes, modifiedAt: ctx.now() }
        await tx.of(clients).put(next)
        return next
      })
      return clientShape(changed)
    },
  },
)
