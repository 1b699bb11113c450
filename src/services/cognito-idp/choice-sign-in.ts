import type { CallContext } from '../../kernel/context.ts'
import { changeUser, credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { codeChallenge, newCodeText } from './code-challenges.ts'
import { checkSignInPassword } from './compromised-passwords.ts'
import { fail, invalid } from './contract.ts'
import { checkDevice } from './device-records.ts'
import { isCode, methodOf, proveCode, provenAddress, wrongCode } from './factor-answers.ts'
import {
  type FirstFactor,
  firstFactorsOf,
  isFirstFactor,
  type Person,
  personOf,
} from './first-factors.ts'
import { answerPasskey, newPasskeyChallenge, requestOptions } from './passkey-sign-in.ts'
import { incorrect, provePassword } from './password-sign-in.ts'
import { pretendedDelivery } from './pretence.ts'
import { afterFirstFactor, afterPassword, signedIn } from './sign-in-end.ts'
import { checkSession, newSession, type SignInSession, spent } from './sign-in-sessions.ts'
import {
  type Parameters,
  type Progress,
  progressOf,
  required,
  type Step,
  withDevice,
} from './sign-in-steps.ts'
import { startSrp } from './srp-sign-in.ts'
import { aimOf } from './step-up.ts'
import { users } from './user-records.ts'

/** Begins USER_AUTH: with the challenge that the app prefers, or with a choice. */
export async function startChoice(
  app: App,
  parameters: Parameters,
  ctx: CallContext,
): Promise<Step> {
  const somebody = await personOf(app, required(parameters, 'USERNAME'), ctx)
  const aim = await aimOf(app, somebody, parameters, ctx)
  const so = withDevice({ amr: aim?.credit ?? [], target: aim?.target }, parameters)
  if (aim?.factors.length === 0) return afterFirstFactor(app, somebody.user!, so, ctx)
  const person = aim === undefined ? somebody : { ...somebody, factors: aim.factors }
  const preferred = parameters.PREFERRED_CHALLENGE
  if (isFirstFactor(preferred) && person.factors.includes(preferred))
    return begin(preferred, app, person, parameters, so, ctx)
  if (person.factors.length === 0) throw incorrect()
  const challenge = 'SELECT_CHALLENGE'
  // A passkey may answer at once, without a challenge of its own in between.
  const passkeyChallenge = person.factors.includes('WEB_AUTHN')
    ? newPasskeyChallenge(ctx)
    : undefined
  return {
    ChallengeName: challenge,
    Session: await newSession(
      app,
      { ...so, sub: person.sub, challenge, passkeyChallenge, factors: aim?.factors },
      ctx,
    ),
    ChallengeParameters: {
      ...(passkeyChallenge !== undefined && {
        CREDENTIAL_REQUEST_OPTIONS: await requestOptions(
          app,
          passkeyChallenge,
          person.passkeys,
          ctx,
        ),
      }),
    },
    AvailableChallenges: [...person.factors],
  }
}

/** Answers SELECT_CHALLENGE, and the challenges of first factors. */
export async function answerChoice(
  app: App,
  session: SignInSession,
  name: string,
  answers: Parameters,
  ctx: CallContext,
): Promise<Step> {
  checkSession(session, app, session.challenge)
  const person = await personOf(app, required(answers, 'USERNAME'), ctx)
  if (person.sub !== session.sub)
    throw fail('NotAuthorizedException', 'Invalid session for the user.')
  if (session.challenge !== 'SELECT_CHALLENGE') {
    checkSession(session, app, name)
    if (!person.factors.some((factor) => factor === name)) throw incorrect()
    if (name === 'WEB_AUTHN')
      return answerPasskey(app, person.user, session, required(answers, 'CREDENTIAL'), ctx)
    return answerCode(app, person, session, answers, ctx)
  }
  const factor = name === 'SELECT_CHALLENGE' ? required(answers, 'ANSWER') : name
  const offered = person.factors.filter((one) => session.factors?.includes(one) ?? true)
  if (!isFirstFactor(factor) || !offered.includes(factor))
    throw invalid('Selected challenge is not available.')
  if (factor === 'WEB_AUTHN' && answers.CREDENTIAL !== undefined)
    return answerPasskey(app, person.user, session, answers.CREDENTIAL, ctx)
  return begin(factor, app, person, answers, progressOf(session), ctx)
}

/** Sends another code of a first factor, or nothing to nobody; the session stays as good as it was. */
export async function begunAgain(
  app: App,
  session: SignInSession,
  name: string,
  ctx: CallContext,
): Promise<Step> {
  const { challenge } = session
  const person = await personOf(app, name, ctx)
  const isTheirs = person.sub === session.sub && person.factors.some((one) => one === challenge)
  if (!isTheirs || (challenge !== 'EMAIL_OTP' && challenge !== 'SMS_OTP'))
    throw fail('NotAuthorizedException', 'Invalid session for the user.')
  return begin(challenge, app, person, {}, progressOf(session), ctx)
}

/** Does what can be done with a first factor by now: proves it, or asks for more. */
async function begin(
  factor: FirstFactor,
  app: App,
  { user, name, sub, passkeys }: Person,
  parameters: Parameters,
  so: Progress,
  ctx: CallContext,
): Promise<Step> {
  if (factor === 'PASSWORD') {
    const password = required(parameters, 'PASSWORD')
    const proven = await provePassword(app, user, password, ctx)
    const named = withDevice({ ...so, amr: [...so.amr, 'pwd'] }, parameters)
    const progress = await checkSignInPassword(app, proven.user, password, named, ctx)
    await checkDevice(app, proven.user, progress, ctx)
    return afterPassword(app, proven.user, proven.credential, progress, ctx)
  }
  if (factor === 'PASSWORD_SRP') {
    const A = required(parameters, 'SRP_A')
    const progress = withDevice(so, parameters)
    const step = await startSrp(app, user, { ...progress, name, A }, ctx)
    const state = { ...progress, sub, challenge: 'PASSWORD_VERIFIER' }
    return { ...step, Session: await newSession(app, state, ctx) }
  }
  if (factor === 'WEB_AUTHN') {
    const passkeyChallenge = newPasskeyChallenge(ctx)
    const progress = withDevice(so, parameters)
    const state = { ...progress, sub, challenge: factor, passkeyChallenge, first: true }
    return {
      ChallengeName: factor,
      Session: await newSession(app, state, ctx),
      ChallengeParameters: {
        CREDENTIAL_REQUEST_OPTIONS: await requestOptions(app, passkeyChallenge, passkeys, ctx),
      },
    }
  }
  const progress = withDevice(so, parameters)
  if (user !== undefined) return codeChallenge(factor, app, user, { ...progress, first: true }, ctx)
  const attribute = factor === 'EMAIL_OTP' ? 'email' : 'phone_number'
  const { Destination, DeliveryMedium } = pretendedDelivery(app.pool, name, attribute)
  const code = newCodeText(factor, ctx)
  const state = { ...progress, sub, challenge: factor, code, first: true }
  return {
    ChallengeName: factor,
    Session: await newSession(app, state, ctx),
    ChallengeParameters: {
      CODE_DELIVERY_DELIVERY_MEDIUM: DeliveryMedium!,
      CODE_DELIVERY_DESTINATION: Destination!,
    },
  }
}

async function answerCode(
  app: App,
  { user }: Person,
  session: SignInSession,
  answers: Parameters,
  ctx: CallContext,
): Promise<Step> {
  const { challenge } = session
  const given = required(answers, `${challenge}_CODE`)
  if (user === undefined) {
    // What strangers answer takes the same work and leads nowhere.
    isCode(session, given)
    throw wrongCode()
  }
  await proveCode(user, session, given, ctx)
  const proven = await provenAddress(user, session, ctx)
  const progress = withDevice(session, answers)
  return signedIn(app, proven, { ...progress, amr: [...session.amr, methodOf(challenge)] }, ctx)
}

/** The name that sessions of a sign-up have until it is confirmed, and from then on. */
export const signUpSessions = { waiting: 'SIGN_UP', confirmed: 'SIGNED_UP' } as const

/**
 * Signs in who has just confirmed the sign-up: the code of the confirmation was the first factor.
 * @returns undefined when the pool does not take such codes as a first factor of this user
 */
export async function afterSignUp(
  app: App,
  session: SignInSession,
  ctx: CallContext,
): Promise<Step | undefined> {
  checkSession(session, app, signUpSessions.confirmed)
  const user = await ctx.store.of(users).get([session.pool, session.sub])
  if (user === undefined) throw fail('NotAuthorizedException', 'Invalid session for the user.')
  if (!user.enabled) throw fail('NotAuthorizedException', 'User is disabled.')
  const factors = firstFactorsOf(app, user, await credentialsOf(ctx, user), [])
  if (!factors.some((factor) => factor === session.code)) return undefined
  await changeUser(ctx, user, { credential: (old) => spent(old, session, ctx.now()) })
  return signedIn(app, user, { amr: session.amr }, ctx)
}
