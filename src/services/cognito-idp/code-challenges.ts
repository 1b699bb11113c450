import type { CallContext } from '../../kernel/context.ts'
import { changeUser } from './changing.ts'
import type { App } from './client-places.ts'
import { tooMany } from './codes.ts'
import { deliver, masked } from './delivery.ts'
import { destinationOf } from './messages.ts'
import { hides } from './pretence.ts'
import { newSession } from './sign-in-sessions.ts'
import { type Progress, progressOf, type Step } from './sign-in-steps.ts'
import type { UserRecord } from './user-records.ts'

/** Challenges that are answered with a code that was sent. */
export type CodeChallenge = 'SMS_MFA' | 'EMAIL_OTP' | 'SMS_OTP'

/** The attribute that the code of a challenge is sent to. */
export const attributeOf = (challenge: CodeChallenge): 'email' | 'phone_number' =>
  challenge === 'EMAIL_OTP' ? 'email' : 'phone_number'

const hour = 3_600_000
/** Codes that strangers can have sent to a user within an hour. */
const sendsPerHour = 20

/** Notes that a code is sent before anything was proven. */
async function mayBeSent(user: UserRecord, ctx: CallContext): Promise<boolean> {
  const now = ctx.now()
  let may = false
  await changeUser(ctx, user, {
    credential(old) {
      const sent = (old.codesSent ?? []).filter((time) => now.getTime() - time.getTime() < hour)
      may = sent.length < sendsPerHour
      return may ? { ...old, codesSent: [...sent, now] } : old
    },
  })
  return may
}

/** Sends a code, which travels in the session, sealed, with the address that it was sent to. */
export async function codeChallenge(
  challenge: CodeChallenge,
  app: App,
  user: UserRecord,
  { first = false, ...progress }: Progress & { readonly first?: boolean },
  ctx: CallContext,
): Promise<Step> {
  const { pool } = app
  const to = destinationOf(user.attributes, attributeOf(challenge))!
  const isMail = challenge === 'EMAIL_OTP'
  const code = newCodeText(challenge, ctx)
  const text = 'Your authentication code is {####}.'
  const message = {
    subject: pool.mfa.email?.subject ?? 'Your authentication code',
    email: pool.mfa.email?.message ?? text,
    sms: pool.mfa.sms?.message ?? pool.settings.SmsAuthenticationMessage ?? text,
  }
  const may = !first || (await mayBeSent(user, ctx))
  // That there is a limit would tell who exists.
  if (!may && !hides(app)) throw tooMany()
  if (may) await deliver(ctx, app, to, { occasion: 'Authentication', message, user }, code)
  const { sub } = user
  const state = { ...progressOf(progress), sub, challenge, code, address: to.address, first }
  return {
    ChallengeName: challenge,
    Session: await newSession(app, state, ctx),
    ChallengeParameters: {
      CODE_DELIVERY_DELIVERY_MEDIUM: isMail ? 'EMAIL' : 'SMS',
      CODE_DELIVERY_DESTINATION: masked(to.address),
    },
  }
}

export const newCodeText = (challenge: CodeChallenge, { random }: Pick<CallContext, 'random'>) =>
  random.text(challenge === 'EMAIL_OTP' ? 8 : 6, '0123456789')
