import type { GetUserAuthFactorsCommandOutput } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { bearerOf, withToken } from './access-tokens.ts'
import { credentialsOf } from './changing.ts'
import { operation } from './contract.ts'
import { firstFactorsOf } from './first-factors.ts'
import { usablePasskeys } from './passkey-records.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, onPool } from './pool-targets.ts'
import type { UserRecord } from './user-records.ts'
import { mfaShape } from './user-shape.ts'
import { foundUser } from './usernames.ts'

/** How a user can sign in by choice, and with which second factor after it. */
async function authFactors(
  pool: PoolRecord,
  user: UserRecord,
  ctx: CallContext,
): Promise<Omit<GetUserAuthFactorsCommandOutput, '$metadata'>> {
  const credential = await credentialsOf(ctx, user)
  const first = firstFactorsOf({ pool }, user, credential, await usablePasskeys(pool, user, ctx))
  const { mfa } = pool
  const enabled = mfa.mode === 'OFF' ? [] : user.mfa.enabled
  const has = {
    PASSWORD: first.includes('PASSWORD') || first.includes('PASSWORD_SRP'),
    EMAIL_OTP:
      first.includes('EMAIL_OTP') || (mfa.email !== undefined && enabled.includes('EMAIL_OTP')),
    SMS_OTP: first.includes('SMS_OTP') || (mfa.sms !== undefined && enabled.includes('SMS_MFA')),
    WEB_AUTHN: first.includes('WEB_AUTHN'),
    SOFTWARE_TOKEN: mfa.softwareToken && credential.totp?.verified === true,
  }
  return {
    Username: user.username,
    ...mfaShape(user),
    ConfiguredUserAuthFactors: (Object.keys(has) as (keyof typeof has)[]).filter(
      (name) => has[name],
    ),
  }
}

export const GetUserAuthFactors = operation('GetUserAuthFactors', {
  access: withToken,
  handle(input, ctx) {
    const { pool, user } = bearerOf(input)
    return authFactors(pool, user, ctx)
  },
})

export const AdminGetUserAuthFactors = operation('AdminGetUserAuthFactors', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    return authFactors(pool, await foundUser(ctx.store, pool, input.Username), ctx)
  },
})
