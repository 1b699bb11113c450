import type { CallContext } from '../../kernel/context.ts'
import { bearerOf, withToken } from './access-tokens.ts'
import { changeUser, credentialsOf } from './changing.ts'
import { invalid, operation } from './contract.ts'
import { isPasskeyMfa } from './passkey-records.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, onPool } from './pool-targets.ts'
import type { Factor, UserMfa, UserRecord } from './user-records.ts'
import { foundUser } from './usernames.ts'

interface Setting {
  readonly Enabled?: boolean | undefined
  readonly PreferredMfa?: boolean | undefined
}

interface Asked {
  readonly SMSMfaSettings?: Setting | undefined
  readonly SoftwareTokenMfaSettings?: Setting | undefined
  readonly EmailMfaSettings?: Setting | undefined
  readonly WebAuthnMfaSettings?: Setting | undefined
}

/** Sets which second factors a user has, and which one comes first. */
export async function prefer(
  pool: PoolRecord,
  user: UserRecord,
  asked: Asked,
  ctx: CallContext,
): Promise<void> {
  if (asked.WebAuthnMfaSettings?.Enabled && !isPasskeyMfa(pool.mfa))
    throw invalid('Passkeys are not a second factor of this user pool.')
  const settings: readonly (readonly [Factor, Setting | undefined])[] = [
    ['SMS_MFA', asked.SMSMfaSettings],
    ['SOFTWARE_TOKEN_MFA', asked.SoftwareTokenMfaSettings],
    ['EMAIL_OTP', asked.EmailMfaSettings],
  ]
  if (settings.filter(([, setting]) => setting?.PreferredMfa).length > 1)
    throw invalid('Only one MFA method can be preferred.')
  const { totp } = await credentialsOf(ctx, user)
  if (asked.SoftwareTokenMfaSettings?.Enabled && totp?.verified !== true)
    throw invalid('User does not have software token mfa enabled')
  if (asked.SMSMfaSettings?.Enabled && user.attributes.phone_number === undefined)
    throw invalid('User does not have delivery config set to turn on SMS_MFA')
  if (asked.EmailMfaSettings?.Enabled && user.attributes.email === undefined)
    throw invalid('User does not have delivery config set to turn on EMAIL_OTP')
  await changeUser(ctx, user, {
    user(old) {
      const mfa = settings.reduce(withSetting, old.mfa)
      const passkey = asked.WebAuthnMfaSettings?.Enabled ?? old.mfa.passkey
      // Who loses every passkey must have another way.
      if (asked.WebAuthnMfaSettings?.Enabled && mfa.enabled.length === 0)
        throw invalid('Passkey MFA needs another MFA method that is enabled.')
      return { ...old, mfa: { ...mfa, passkey } }
    },
  })
}

export function withSetting(
  { enabled, preferred }: UserMfa,
  [factor, setting]: readonly [Factor, Setting | undefined],
): UserMfa {
  if (setting === undefined) return { enabled, preferred }
  const others = enabled.filter((one) => one !== factor)
  const left = preferred === factor ? undefined : preferred
  if (setting.Enabled === false) return { enabled: others, preferred: left }
  const has = setting.Enabled === true || enabled.includes(factor)
  if (setting.PreferredMfa && !has)
    throw invalid('A factor that is not enabled cannot be preferred.')
  return {
    enabled: has ? [...others, factor] : others,
    preferred: setting.PreferredMfa ? factor : left,
  }
}

export const SetUserMFAPreference = operation('SetUserMFAPreference', {
  access: withToken,
  async handle(input, ctx) {
    const { pool, user } = bearerOf(input)
    await prefer(pool, user, input, ctx)
    return {}
  },
})

export const AdminSetUserMFAPreference = operation('AdminSetUserMFAPreference', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    await prefer(pool, user, input, ctx)
    return {}
  },
})
