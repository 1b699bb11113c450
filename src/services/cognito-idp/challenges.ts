import type { CallContext } from '../../kernel/context.ts'
import { answerChoice } from './choice-sign-in.ts'
import { type App, appOf, byClient } from './client-places.ts'
import { checkSecretHash } from './client-secrets.ts'
import { fail, invalid, operation } from './contract.ts'
import { afterCustomSrp, answerCustom } from './custom-auth.ts'
import { checkDevice } from './device-records.ts'
import { endDeviceSrp, startDeviceSrp } from './device-sign-in.ts'
import { answerFactor, answerSetUp } from './factor-answers.ts'
import { challengeOf } from './factors.ts'
import { answerNewPassword } from './new-password.ts'
import { adminOriginOf, originOf } from './origins.ts'
import { noteProof } from './password-sign-in.ts'
import { onPool } from './pool-targets.ts'
import { adminApp } from './sign-in.ts'
import { afterPassword } from './sign-in-end.ts'
import { checkSession, openSession, type SignInSession, spent } from './sign-in-sessions.ts'
import { type Parameters, required, type Step, withDevice } from './sign-in-steps.ts'
import { proveSrp } from './srp-sign-in.ts'
import { withNoted } from './threat-protection.ts'
import { type UserRecord, users } from './user-records.ts'

interface Asked {
  readonly ChallengeName: string
  readonly ChallengeResponses?: Parameters | undefined
  readonly Session?: string | undefined
  readonly ClientMetadata?: Parameters | undefined
}

const sessionChallenges = new Set([
  'NEW_PASSWORD_REQUIRED',
  'SOFTWARE_TOKEN_MFA',
  'SMS_MFA',
  'EMAIL_OTP',
  'MFA_SETUP',
  'SELECT_MFA_TYPE',
  'SELECT_CHALLENGE',
  'PASSWORD',
  'PASSWORD_SRP',
  'SMS_OTP',
  'WEB_AUTHN',
  'DEVICE_SRP_AUTH',
  'CUSTOM_CHALLENGE',
])

function respond(app: App, input: Asked, ctx: CallContext): Promise<Step> {
  const answers = input.ChallengeResponses ?? {}
  checkSecretHash(app.client, required(answers, 'USERNAME'), answers.SECRET_HASH)
  return answered(app, input, ctx)
}

/** Answers a challenge of a sign-in, whichever app it is of. */
export async function answered(known: App, input: Asked, ctx: CallContext): Promise<Step> {
  const app = { ...known, metadata: input.ClientMetadata }
  const { ChallengeName: name, ChallengeResponses: answers = {} } = input
  if (name === 'PASSWORD_VERIFIER') {
    const { user, credential, progress } = await proveSrp(app, answers, ctx)
    return progress.custom === undefined
      ? afterPassword(app, user, credential, progress, ctx)
      : afterCustomSrp(app, user, progress, ctx)
  }
  if (name === 'DEVICE_PASSWORD_VERIFIER') return endDeviceSrp(app, answers, ctx)
  if (!sessionChallenges.has(name))
    throw fail('NotImplemented', `Sallyport does not have the challenge ${name} yet.`)
  const opened = await openSession(input.Session, ctx)
  const session = { ...opened, ...withDevice(opened, answers) }
  if (name === 'CUSTOM_CHALLENGE') {
    checkSession(session, app, name)
    return answerCustom(app, session, answers, ctx)
  }
  if (session.challenge === 'SELECT_CHALLENGE' || session.first)
    return answerChoice(app, session, name, answers, ctx)
  checkSession(session, app, name)
  const user = await ctx.store.of(users).get([app.pool.id, session.sub])
  if (user === undefined) throw fail('NotAuthorizedException', 'Invalid session for the user.')
  if (!user.enabled) throw fail('NotAuthorizedException', 'User is disabled.')
  await checkDevice(app, user, session, ctx)
  if (name === 'DEVICE_SRP_AUTH') return startDeviceSrp(app, user, session, answers, ctx)
  if (name === 'NEW_PASSWORD_REQUIRED') return answerNewPassword(app, user, session, answers, ctx)
  if (name === 'MFA_SETUP') return answerSetUp(app, user, session, ctx)
  if (name === 'SELECT_MFA_TYPE') return choose(app, user, session, answers, ctx)
  return withNoted(app, user, session, ctx, () => answerFactor(app, user, session, answers, ctx))
}

async function choose(
  app: App,
  user: UserRecord,
  session: SignInSession,
  answers: Parameters,
  ctx: CallContext,
): Promise<Step> {
  const answer = required(answers, 'ANSWER')
  const factor = session.choices?.find((one) => one === answer)
  if (factor === undefined) throw invalid('Invalid MFA type selected.')
  await noteProof(user, ctx, (old) => spent(old, session, ctx.now()))
  return challengeOf(factor, app, user, session, ctx)
}

export const RespondToAuthChallenge = operation('RespondToAuthChallenge', {
  access: {
    kind: 'public',
    why: 'the sealed session says who has come how far',
    locate: byClient,
  },
  async handle(input, ctx) {
    const app = await appOf(input, ctx)
    return respond({ ...app, from: originOf(app, input.UserContextData, ctx) }, input, ctx)
  },
})

export const AdminRespondToAuthChallenge = operation('AdminRespondToAuthChallenge', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const app = await adminApp(target, input, ctx)
    return respond({ ...app, from: adminOriginOf(app, input.ContextData, ctx) }, input, ctx)
  },
})
