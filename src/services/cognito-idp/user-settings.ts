import type { MFAOptionType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { bearerOf, withToken } from './access-tokens.ts'
import { invalid, operation } from './contract.ts'
import { prefer } from './mfa-preferences.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, onPool } from './pool-targets.ts'
import type { UserRecord } from './user-records.ts'
import { foundUser } from './usernames.ts'

/** The way to have codes by text message from before there were other factors. */
function setOptions(
  pool: PoolRecord,
  user: UserRecord,
  options: readonly MFAOptionType[],
  ctx: CallContext,
): Promise<void> {
  for (const { DeliveryMedium, AttributeName } of options)
    if (DeliveryMedium !== 'SMS' || AttributeName !== 'phone_number')
      throw invalid('Only phone_number by SMS can be set as an MFA option.')
  return prefer(pool, user, { SMSMfaSettings: { Enabled: options.length > 0 } }, ctx)
}

export const SetUserSettings = operation('SetUserSettings', {
  access: withToken,
  async handle(input, ctx) {
    const { pool, user } = bearerOf(input)
    await setOptions(pool, user, input.MFAOptions, ctx)
    return {}
  },
})

export const AdminSetUserSettings = operation('AdminSetUserSettings', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    await setOptions(pool, user, input.MFAOptions, ctx)
    return {}
  },
})
