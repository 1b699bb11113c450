import type { CallContext } from '../../kernel/context.ts'
import { changeUser, credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import type { CredentialRecord } from './credential-records.ts'
import { checkLock, failedOnce } from './lockout.ts'
import { newPassword } from './passwords.ts'
import { hides } from './pretence.ts'
import { noteWrongPassword } from './threat-protection.ts'
import type { UserRecord } from './user-records.ts'
import { noUser } from './usernames.ts'

/** The same words for a wrong password and, where the client wants it, for a user who is not there. */
export const incorrect = () => fail('NotAuthorizedException', 'Incorrect username or password.')

/** What is said of a user who does not exist. */
export const unknownUser = (app: App): Error => (hides(app) ? incorrect() : noUser())

/** Notes a failed attempt, which brings the lock nearer. */
export const noteFailure = (user: UserRecord, ctx: CallContext) =>
  changeUser(ctx, user, { credential: (old) => failedOnce(old, ctx.now()) })

/**
 * Keeps what a proven factor changes, unless the user was locked meanwhile. Failures are forgotten only
 * when the whole sign-in has succeeded: else a known password would buy guesses at the second factor.
 */
export const noteProof = (
  user: UserRecord,
  ctx: CallContext,
  change: (old: CredentialRecord) => CredentialRecord,
) =>
  changeUser(ctx, user, {
    credential(old) {
      checkLock(old, ctx.now())
      return change(old)
    },
  })

/** Proves a password; whoever does not exist costs the same work. */
export async function provePassword(
  app: App,
  user: UserRecord | undefined,
  password: string,
  ctx: CallContext,
): Promise<{ readonly user: UserRecord; readonly credential: CredentialRecord }> {
  const credential = user && (await credentialsOf(ctx, user))
  if (credential !== undefined) checkLock(credential, ctx.now())
  const good = await ctx.ports.passwords.matches(password, credential?.hash)
  if (user === undefined || credential === undefined) throw unknownUser(app)
  if (user.status === 'RESET_REQUIRED')
    throw fail('PasswordResetRequiredException', 'Password reset required for the user')
  if (!good) {
    await noteFailure(user, ctx)
    await noteWrongPassword(app, user, ctx)
    throw incorrect()
  }
  if (credential.srp !== undefined && !ctx.ports.passwords.isOutdated(credential.hash!))
    return { user, credential }
  return { user, credential: await renewed(app, user, credential, password, ctx) }
}

/**
 * Keeps a password as passwords are kept here. One that was imported is known by a hash from elsewhere, and
 * by no verifier for SRP, until it is given the first time.
 */
async function renewed(
  { pool }: App,
  user: UserRecord,
  credential: CredentialRecord,
  password: string,
  ctx: CallContext,
): Promise<CredentialRecord> {
  const { hash, srp } = await newPassword(pool, user.username, password, ctx)
  await changeUser(ctx, user, {
    // It may have been changed meanwhile.
    credential: (old) => (old.hash === credential.hash ? { ...old, hash, srp } : old),
  })
  return { ...credential, hash, srp }
}
