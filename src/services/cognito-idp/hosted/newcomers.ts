import type { CallContext } from '../../../kernel/context.ts'
import { preAuthentication } from '../authentication-triggers.ts'
import { changeUser, credentialsOf } from '../changing.ts'
import { afterSignUp, signUpSessions } from '../choice-sign-in.ts'
import type { App } from '../client-places.ts'
import type { CodeRecord } from '../code-records.ts'
import { methodOf } from '../factor-answers.ts'
import { afterPassword } from '../sign-in-end.ts'
import {
  checkSession,
  newSession,
  openSession,
  type SignInSession,
  spent,
} from '../sign-in-sessions.ts'
import type { Step } from '../sign-in-steps.ts'
import type { UserRecord } from '../user-records.ts'

const challenge = 'SIGN_UP_PAGE'

/** Minutes within which a code is read and typed. */
const life = 60

/** What the browser keeps that signs up, or has proven the password, until the account is confirmed. */
export const newcomerSession = (
  app: App,
  sub: string,
  hasPassword: boolean,
  ctx: CallContext,
): Promise<string> =>
  newSession(app, { sub, challenge, amr: hasPassword ? ['pwd'] : [] }, ctx, life)

/** The session of a newcomer; undefined when it is not this one's, or too old. */
async function sessionOf(
  app: App,
  { sub }: UserRecord,
  Session: string,
  ctx: CallContext,
): Promise<SignInSession | undefined> {
  try {
    const session = await openSession(Session, ctx)
    checkSession(session, app, challenge)
    return session.sub === sub ? session : undefined
  } catch {
    return undefined
  }
}

/**
 * Signs in who has just confirmed an account at the browser that it was made with.
 * @returns undefined for who came another way, and signs in by hand
 */
export async function welcomed(
  app: App,
  { user, good }: { readonly user: UserRecord; readonly good: CodeRecord },
  { name, Session }: { readonly name: string; readonly Session: string },
  ctx: CallContext,
): Promise<Step | undefined> {
  const session = await sessionOf(app, user, Session, ctx)
  if (session === undefined) return undefined
  if (!session.amr.includes('pwd')) {
    const code = good.attribute === 'email' ? 'EMAIL_OTP' : 'SMS_OTP'
    const proven = { challenge: signUpSessions.confirmed, code, amr: [methodOf(code)] }
    return afterSignUp(app, { ...session, ...proven }, ctx)
  }
  await preAuthentication(app, name, ctx)
  await changeUser(ctx, user, { credential: (old) => spent(old, session, ctx.now()) })
  return afterPassword(app, user, await credentialsOf(ctx, user), { amr: ['pwd'] }, ctx)
}
