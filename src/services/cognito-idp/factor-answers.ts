import { timingSafeEqual } from 'node:crypto'
import { stepOfCode, timeStep } from '../../crypto/totp.ts'
import type { CallContext } from '../../kernel/context.ts'
import { changeUser, credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { attributeOf, type CodeChallenge } from './code-challenges.ts'
import { fail } from './contract.ts'
import type { CredentialRecord, Totp } from './credential-records.ts'
import { checkLock, failedOnce } from './lockout.ts'
import { signedIn } from './sign-in-end.ts'
import { type SignInSession, spent } from './sign-in-sessions.ts'
import {
  type Method,
  type Parameters,
  type Progress,
  progressOf,
  required,
  type Step,
} from './sign-in-steps.ts'
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
): Promise<boolean> {
  let good = false
  await changeUser(ctx, user, {
    credential(old) {
      checkLock(old, ctx.now())
      const next = change(old)
      good = next !== undefined
      return next ?? failedOnce(old, ctx.now())
    },
  })
  return good
}

/** The sentence about a code that is not the one that was sent. */
export const wrongCode = () =>
  fail('CodeMismatchException', 'Invalid code or auth state for the user.')

/** Whether a code is the one that was sent in the session. */
export function isCode({ code = '' }: SignInSession, given: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(code)
  return b.length > 0 && a.length === b.length && timingSafeEqual(a, b)
}

/** Proves a code that was sent; it is good once. */
export async function proveCode(
  user: UserRecord,
  session: SignInSession,
  given: string,
  ctx: CallContext,
): Promise<void> {
  const now = ctx.now()
  const good = await prove(user, ctx, (old) =>
    isCode(session, given) ? spent(old, session, now) : undefined,
  )
  if (!good) throw wrongCode()
}

/** Answers a second factor: SOFTWARE_TOKEN_MFA, SMS_MFA, EMAIL_OTP. */
export async function answerFactor(
  app: App,
  user: UserRecord,
  session: SignInSession,
  answers: Parameters,
  ctx: CallContext,
): Promise<Step> {
  const { challenge } = session
  const given = required(answers, `${challenge}_CODE`)
  const now = ctx.now()
  if (challenge !== 'SOFTWARE_TOKEN_MFA') {
    await proveCode(user, session, given, ctx)
    const proven = await provenAddress(user, session, ctx)
    return signedIn(app, proven, withMethods(session, methodOf(challenge), 'mfa'), ctx)
  }
  const good = await prove(user, ctx, (old) => {
    const totp = old.totp && withCode(old.totp, given, now)
    return totp && { ...spent(old, session, now), totp }
  })
  if (!good) throw fail('CodeMismatchException', 'Invalid code received for user')
  return signedIn(app, user, withMethods(session, 'otp', 'mfa'), ctx)
}

/** What a code proves that was sent for a challenge. */
export const methodOf = (challenge: string): Method =>
  challenge === 'EMAIL_OTP' ? 'email_otp' : 'sms'

const withMethods = (progress: Progress, ...methods: readonly Method[]): Progress => ({
  ...progressOf(progress),
  amr: [...progress.amr, ...methods],
})

/** A code that arrived has verified the address that it was sent to, if that is still the user's. */
export async function provenAddress(user: UserRecord, session: SignInSession, ctx: CallContext) {
  const name = attributeOf(session.challenge as CodeChallenge)
  const known = user.attributes[`${name}_verified`] === 'true' && user.status !== 'UNCONFIRMED'
  if (known && user.attributes[name] === session.address) return user
  return changeUser(ctx, user, {
    user(old) {
      if (old.attributes[name] !== session.address) throw wrongCode()
      const status = session.first && old.status === 'UNCONFIRMED' ? 'CONFIRMED' : old.status
      return { ...old, status, attributes: { ...old.attributes, [`${name}_verified`]: 'true' } }
    },
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
      mfa: { ...old.mfa, enabled: ['SOFTWARE_TOKEN_MFA'], preferred: 'SOFTWARE_TOKEN_MFA' },
    }),
    credential: (old) => spent(old, session, ctx.now()),
  })
  return signedIn(app, next, withMethods(session, 'otp', 'mfa'), ctx)
}
