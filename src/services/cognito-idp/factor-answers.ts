import { timingSafeEqual } from 'node:crypto'
import { stepOfCode, timeStep } from '../../crypto/totp.ts'
import type { CallContext } from '../../kernel/context.ts'
import { changeUser, credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { mismatch } from './codes.ts'
import { fail } from './contract.ts'
import type { CredentialRecord, Totp } from './credential-records.ts'
import { checkLock, failedOnce } from './lockout.ts'
import { required } from './sign-in.ts'
import { signedIn } from './sign-in-end.ts'
import { type SignInSession, spent } from './sign-in-sessions.ts'
import type { Step } from './sign-in-steps.ts'
import type { UserRecord } from './user-records.ts'

/** The token after a good code; undefined when it is none, and an error when it was used before. */
export function withCode(
  { lastStep = -1, ...totp }: Totp,
  code: string,
  now: Date,
): Totp | undefined {
  const step = timeStep(now)
  const found = stepOfCode(totp.secret, code, [step - 1, step, step + 1])
  if (found === undefined) return undefined
  if (found <= lastStep)
    throw fail('ExpiredCodeException', 'Your software token has already been used once.')
  return { ...totp, lastStep: found }
}

/** Changes the credentials if the code is good; a bad one brings the lock nearer. */
async function prove(
  user: UserRecord,
  ctx: CallContext,
  change: (old: CredentialRecord) => CredentialRecord | undefined,
): Promise<void> {
  let good = false
  await changeUser(ctx, user, {
    credential(old) {
      checkLock(old, ctx.now())
      const next = change(old)
      good = next !== undefined
      return next ?? failedOnce(old, ctx.now())
    },
  })
  if (!good) throw mismatch()
}

/** Answers a second factor: SOFTWARE_TOKEN_MFA, SMS_MFA, EMAIL_OTP. */
export async function answerFactor(
  app: App,
  user: UserRecord,
  session: SignInSession,
  answers: Readonly<Record<string, string>>,
  ctx: CallContext,
): Promise<Step> {
  const given = required(answers, `${session.challenge}_CODE`)
  const now = ctx.now()
  await prove(user, ctx, (old) => {
    if (session.challenge === 'SOFTWARE_TOKEN_MFA') {
      const totp = old.totp && withCode(old.totp, given, now)
      return totp && { ...spent(old, session, now), totp }
    }
    const a = Buffer.from(given)
    const b = Buffer.from(session.code ?? '')
    if (b.length === 0 || a.length !== b.length || !timingSafeEqual(a, b)) return undefined
    return spent(old, session, now)
  })
  return signedIn(app, await provenAddress(user, session, ctx), ctx)
}

/** A code that arrived has verified the address that it was sent to. */
async function provenAddress(user: UserRecord, session: SignInSession, ctx: CallContext) {
  if (session.challenge === 'SOFTWARE_TOKEN_MFA') return user
  const name = session.challenge === 'EMAIL_OTP' ? 'email_verified' : 'phone_number_verified'
  if (user.attributes[name] === 'true') return user
  return changeUser(ctx, user, {
    user: (old) => ({ ...old, attributes: { ...old.attributes, [name]: 'true' } }),
  })
}

/** Answers MFA_SETUP, after VerifySoftwareToken: the token is a factor from now on. */
export async function answerSetUp(
  app: App,
  user: UserRecord,
  session: SignInSession,
  ctx: CallContext,
): Promise<Step> {
  const { totp } = await credentialsOf(ctx, user)
  if (session.setUp !== true || totp?.verified !== true)
    throw fail('NotAuthorizedException', 'Invalid session for the user.')
  const next = await changeUser(ctx, user, {
    user: (old) => ({
      ...old,
      mfa: { enabled: ['SOFTWARE_TOKEN_MFA'], preferred: 'SOFTWARE_TOKEN_MFA' },
    }),
    credential: (old) => spent(old, session, ctx.now()),
  })
  return signedIn(app, next, ctx)
}
