import type { CallContext } from '../../kernel/context.ts'
import { credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { fail, invalid } from './contract.ts'
import type { CredentialRecord } from './credential-records.ts'
import { factorsOf } from './factors.ts'
import { isPasskeyMfa, type PasskeyRecord, usablePasskeys } from './passkey-records.ts'
import { unknownUser } from './password-sign-in.ts'
import { hasSrp } from './passwords.ts'
import type { PoolRecord } from './pool-records.ts'
import { hides, pretended, pretendedPasskey, pretendedSub } from './pretence.ts'
import type { UserRecord } from './user-records.ts'
import { findUser } from './usernames.ts'

/** How a sign-in may begin, in the order in which it is told. */
const firstFactors = ['EMAIL_OTP', 'SMS_OTP', 'WEB_AUTHN', 'PASSWORD', 'PASSWORD_SRP'] as const
export type FirstFactor = (typeof firstFactors)[number]

export const isFirstFactor = (name: string | undefined): name is FirstFactor =>
  firstFactors.some((one) => one === name)

/** What the pool lets a sign-in begin with; a password always. */
export const allowedBy = ({ settings }: Pick<PoolRecord, 'settings'>): readonly string[] =>
  settings.Policies?.SignInPolicy?.AllowedFirstAuthFactors ?? ['PASSWORD']

/** Whether users of the pool can do without a password. */
export const isPasswordless = (pool: Pick<PoolRecord, 'settings'>): boolean =>
  allowedBy(pool).some((name) => name === 'EMAIL_OTP' || name === 'SMS_OTP')

/** Refuses first factors that do not go with the pool's second ones. */
export function checkFirstFactors(pool: Pick<PoolRecord, 'settings' | 'mfa'>): void {
  const allowed = allowedBy(pool)
  if (allowed.includes('SOFTWARE_TOKEN'))
    throw invalid('SOFTWARE_TOKEN is not supported as a first authentication factor.')
  if (pool.mfa.mode === 'ON' && isPasswordless(pool))
    throw invalid(
      'EMAIL_OTP and SMS_OTP cannot be first authentication factors when MFA is required.',
    )
  if (pool.mfa.mode === 'ON' && allowed.includes('WEB_AUTHN') && !isPasskeyMfa(pool.mfa))
    throw invalid(
      'WEB_AUTHN cannot be a first authentication factor when MFA is required, unless FactorConfiguration is MULTI_FACTOR_WITH_USER_VERIFICATION.',
    )
}

/**
 * Which first factors a user has by now. Who has a second factor begins with the password.
 * @param usable passkeys of the pool's relying party
 */
export function firstFactorsOf(
  { pool }: Pick<App, 'pool'>,
  user: UserRecord,
  credential: CredentialRecord,
  usable: readonly PasskeyRecord[],
): readonly FirstFactor[] {
  const { attributes } = user
  // Who signs in elsewhere does so there.
  if (user.status === 'EXTERNAL_PROVIDER') return []
  const allowed = allowedBy(pool)
  const { mode } = pool.mfa
  const needsMore =
    mode === 'ON' || (mode === 'OPTIONAL' && factorsOf(pool, user, credential).length > 0)
  const has: Readonly<Record<FirstFactor, boolean>> = {
    EMAIL_OTP: !needsMore && allowed.includes('EMAIL_OTP') && attributes.email !== undefined,
    SMS_OTP: !needsMore && allowed.includes('SMS_OTP') && attributes.phone_number !== undefined,
    WEB_AUTHN:
      allowed.includes('WEB_AUTHN') &&
      usable.length > 0 &&
      (!needsMore || (isPasskeyMfa(pool.mfa) && user.mfa.passkey === true)),
    PASSWORD: credential.hash !== undefined,
    PASSWORD_SRP: credential.srp !== undefined && hasSrp(pool),
  }
  return firstFactors.filter((factor) => has[factor])
}

/** Who wants to sign in by a name, and how; nobody may be behind it. */
export interface Person {
  readonly name: string
  readonly user: UserRecord | undefined
  readonly sub: string
  readonly factors: readonly FirstFactor[]
  readonly passkeys: readonly Pick<PasskeyRecord, 'credentialId' | 'transports'>[]
}

/** The person behind a name. Where the client hides who exists, strangers look like users. */
export async function personOf(app: App, name: string, ctx: CallContext): Promise<Person> {
  const { pool } = app
  const user = await findUser(ctx.store, pool, name)
  if (user === undefined && !hides(app)) throw unknownUser(app)
  if (user !== undefined && !user.enabled && !hides(app))
    throw fail('NotAuthorizedException', 'User is disabled.')
  if (!user?.enabled)
    return {
      name,
      user: undefined,
      sub: pretendedSub(pool, name),
      factors: strange(pool, name),
      passkeys: [pretendedPasskey(pool, name)],
    }
  const known = await usablePasskeys(pool, user, ctx)
  const factors = firstFactorsOf(app, user, await credentialsOf(ctx, user), known)
  return { name, user, sub: user.sub, factors, passkeys: known }
}

/** Factors as a user of this name might have them. */
function strange(pool: PoolRecord, name: string): readonly FirstFactor[] {
  const chance = pretended(pool, 'factors', name)
  const has = (factor: string, at: number, sure: boolean) =>
    pool.mfa.mode !== 'ON' &&
    allowedBy(pool).includes(factor) &&
    (sure || Number.parseInt(chance[at]!, 16) < 8)
  const absent = new Set<FirstFactor>(hasSrp(pool) ? [] : ['PASSWORD_SRP'])
  if (!has('EMAIL_OTP', 0, name.includes('@'))) absent.add('EMAIL_OTP')
  if (!has('SMS_OTP', 1, name.startsWith('+'))) absent.add('SMS_OTP')
  if (!has('WEB_AUTHN', 2, false)) absent.add('WEB_AUTHN')
  return firstFactors.filter((factor) => !absent.has(factor))
}
