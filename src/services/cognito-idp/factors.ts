import type { CallContext } from '../../kernel/context.ts'
import { levelOf, methodsClaim } from './authentication-levels.ts'
import { credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { codeChallenge } from './code-challenges.ts'
import { fail } from './contract.ts'
import type { CredentialRecord } from './credential-records.ts'
import { rememberedDevice } from './device-records.ts'
import type { PoolRecord } from './pool-records.ts'
import { newSession } from './sign-in-sessions.ts'
import { type Progress, progressOf, type Step } from './sign-in-steps.ts'
import type { Factor, UserRecord } from './user-records.ts'

/** Second factors that the user has and the pool still offers. */
export function factorsOf(
  { mfa }: PoolRecord,
  user: UserRecord,
  { totp }: CredentialRecord,
): readonly Factor[] {
  const { enabled } = user.mfa
  const has: Readonly<Record<Factor, boolean>> = {
    SOFTWARE_TOKEN_MFA:
      mfa.softwareToken && totp?.verified === true && enabled.includes('SOFTWARE_TOKEN_MFA'),
    // Where a second factor is a must, a number that is there serves as one.
    SMS_MFA:
      mfa.sms !== undefined &&
      user.attributes.phone_number !== undefined &&
      (enabled.includes('SMS_MFA') || (mfa.mode === 'ON' && enabled.length === 0)),
    EMAIL_OTP:
      mfa.email !== undefined &&
      user.attributes.email !== undefined &&
      (enabled.includes('EMAIL_OTP') || (mfa.mode === 'ON' && enabled.length === 0)),
  }
  return (['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'] as const).filter((factor) => has[factor])
}

/** Second factors that a sign-in at risk can be asked for; none that it has proven already. */
export function riskFactors(
  pool: PoolRecord,
  user: UserRecord,
  credential: CredentialRecord,
  { amr }: Progress,
): readonly Factor[] {
  if (pool.mfa.mode === 'OFF') return []
  // Who has chosen none is asked by an address.
  const must = { ...pool, mfa: { ...pool.mfa, mode: 'ON' } } as const
  const proven = { SMS_MFA: 'sms', EMAIL_OTP: 'email_otp', SOFTWARE_TOKEN_MFA: 'otp' } as const
  return factorsOf(must, user, credential).filter((factor) => !amr.includes(proven[factor]))
}

/** Second factors that lift a password to a level. */
export function secondFor(target: number, has: readonly Factor[]): readonly Factor[] {
  if (target === 4) return has.filter((factor) => factor === 'SOFTWARE_TOKEN_MFA')
  return target === 3 ? has.filter((factor) => factor !== 'SOFTWARE_TOKEN_MFA') : []
}

/** The challenge of a second factor; undefined when the user needs none. */
export async function nextFactor(
  app: App,
  user: UserRecord,
  progress: Progress,
  ctx: CallContext,
): Promise<Step | undefined> {
  const { mfa } = app.pool
  if (mfa.mode === 'OFF') return undefined
  const { target = 0, amr, risk } = progress
  const credential = await credentialsOf(ctx, user)
  const asked = risk?.ask && !amr.includes('mfa')
  const has = asked
    ? riskFactors(app.pool, user, credential, progress)
    : factorsOf(app.pool, user, credential)
  const isShort = (levelOf(amr) ?? 0) < target
  // A token may have credited what was proven before.
  if (target > 0 && !isShort && methodsClaim(amr).includes('mfa')) return undefined
  const choices = isShort ? secondFor(target, has) : has
  if (
    !isShort &&
    // A device that was remembered is no answer to a risk.
    !asked &&
    choices.length > 0 &&
    (await rememberedDevice(app, user, progress, ctx)) !== undefined
  ) {
    const challenge = 'DEVICE_SRP_AUTH'
    const state = { ...progressOf(progress), sub: user.sub, challenge }
    return {
      ChallengeName: challenge,
      Session: await newSession(app, state, ctx),
      ChallengeParameters: { USERNAME: user.username },
    }
  }
  const { preferred } = user.mfa
  if (preferred !== undefined && choices.includes(preferred))
    return challengeOf(preferred, app, user, progress, ctx)
  if (choices.length === 1) return challengeOf(choices[0]!, app, user, progress, ctx)
  if (choices.length > 1) {
    const challenge = 'SELECT_MFA_TYPE'
    return {
      ChallengeName: challenge,
      Session: await newSession(
        app,
        { ...progressOf(progress), sub: user.sub, challenge, choices },
        ctx,
      ),
      ChallengeParameters: { MFAS_CAN_CHOOSE: JSON.stringify(choices) },
    }
  }
  if (mfa.mode === 'OPTIONAL') return undefined
  const canSetUp = factorsToSetUp(app.pool)
  if (canSetUp.length === 0)
    throw fail('InvalidParameterException', 'User has no second factor that the pool offers.')
  const challenge = 'MFA_SETUP'
  return {
    ChallengeName: challenge,
    Session: await newSession(app, { ...progressOf(progress), sub: user.sub, challenge }, ctx),
    ChallengeParameters: { MFAS_CAN_SETUP: JSON.stringify(canSetUp) },
  }
}

/** What somebody without a second factor can set up: an app, or an address for codes. */
export const factorsToSetUp = ({ mfa }: Pick<PoolRecord, 'mfa'>): readonly Factor[] => [
  ...(mfa.sms === undefined ? [] : (['SMS_MFA'] as const)),
  ...(mfa.softwareToken ? (['SOFTWARE_TOKEN_MFA'] as const) : []),
  ...(mfa.email === undefined ? [] : (['EMAIL_OTP'] as const)),
]

/** The challenge of one factor. */
export async function challengeOf(
  factor: Factor,
  app: App,
  user: UserRecord,
  progress: Progress,
  ctx: CallContext,
): Promise<Step> {
  const { sub } = user
  const { totp } = await credentialsOf(ctx, user)
  if (factor === 'SOFTWARE_TOKEN_MFA')
    return {
      ChallengeName: factor,
      Session: await newSession(app, { ...progressOf(progress), sub, challenge: factor }, ctx),
      ChallengeParameters: { ...(totp?.name && { FRIENDLY_DEVICE_NAME: totp.name }) },
    }
  return codeChallenge(factor, app, user, progress, ctx)
}
