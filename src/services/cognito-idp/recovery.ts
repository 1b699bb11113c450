import type { CallContext } from '../../kernel/context.ts'
import { newCode } from './codes.ts'
import { deliver } from './delivery.ts'
import { type Destination, destinationOf, verificationMessage } from './messages.ts'
import type { PoolRecord } from './pool-records.ts'
import { livingPool } from './pool-targets.ts'
import type { Via } from './triggers.ts'
import type { UserRecord } from './user-records.ts'

/**
 * Where the code goes that lets a user choose another password: to a verified address, in the order of
 * the pool's recovery setting, or else a text message before a mail.
 * @param by `self` obeys a pool where only administrators reset; undefined when there is no way
 */
export function recoveryDestination(
  { settings }: PoolRecord,
  { attributes, mfa }: UserRecord,
  by: 'self' | 'anyone',
): Destination | undefined {
  const set = settings.AccountRecoverySetting?.RecoveryMechanisms
  const ways = (set ?? []).toSorted((a, b) => a.Priority! - b.Priority!).map(({ Name }) => Name)
  if (ways.includes('admin_only') && by === 'self') return undefined
  const order =
    ways.length === 0 || ways.includes('admin_only')
      ? (['phone_number', 'email'] as const)
      : ways.map((name) => (name === 'verified_email' ? 'email' : 'phone_number'))
  for (const attribute of order) {
    // What proves a sign-in does not also undo its password.
    const factor = attribute === 'email' ? 'EMAIL_OTP' : 'SMS_MFA'
    if (mfa.enabled.includes(factor)) continue
    if (attributes[`${attribute}_verified`] === 'true') {
      const to = destinationOf(attributes, attribute)
      if (to !== undefined) return to
    }
  }
  return undefined
}

/** Sends a code with which the user chooses another password. */
export async function sendReset(
  ctx: CallContext,
  via: Via,
  user: UserRecord,
  to: Destination,
): Promise<void> {
  const { pool } = via
  const code = await ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool.id)
    return newCode(tx, user, 'reset', to, ctx)
  })
  const message = verificationMessage(pool)
  await deliver(ctx, via, to, { occasion: 'ForgotPassword', message, user }, code)
}
