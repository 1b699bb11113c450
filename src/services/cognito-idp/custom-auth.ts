import type { CallContext } from '../../kernel/context.ts'
import type { App } from './client-places.ts'
import { fail, invalid } from './contract.ts'
import { keep, type Round, take } from './custom-auth-records.ts'
import { incorrect, unknownUser } from './password-sign-in.ts'
import { hides, pretendedSub } from './pretence.ts'
import { signedIn } from './sign-in-end.ts'
import { newSession, type SignInSession } from './sign-in-sessions.ts'
import { type Parameters, type Progress, progressOf, required, type Step } from './sign-in-steps.ts'
import { startSrp } from './srp-sign-in.ts'
import { ask, attributesFor, hookOf, isObject, metadataOf, unrecognizable } from './triggers.ts'
import { type UserRecord, users } from './user-records.ts'
import { findUser } from './usernames.ts'

/** Who signs in; nobody may be behind the name. */
interface Someone {
  readonly name: string
  readonly user: UserRecord | undefined
}

/** No function asks for more than this. */
const mostRounds = 100

const told = (app: App, { user }: Someone) => ({
  userAttributes: user === undefined ? {} : attributesFor(user),
  ...(hides(app) && { userNotFound: user === undefined }),
})

/** Begins CUSTOM_AUTH: the pool's functions say what is asked, and what proves a user. */
export async function startCustom(
  app: App,
  parameters: Parameters,
  progress: Progress,
  ctx: CallContext,
): Promise<Step> {
  if (hookOf(app.pool, 'DefineAuthChallenge') === undefined)
    throw invalid('Custom auth lambda trigger is not configured for the user pool.')
  const name = required(parameters, 'USERNAME')
  const user = await findUser(ctx.store, app.pool, name)
  if (user === undefined && !hides(app)) throw unknownUser(app)
  if (user?.enabled === false) throw fail('NotAuthorizedException', 'User is disabled.')
  const withSrp = parameters.CHALLENGE_NAME === 'SRP_A'
  const A = withSrp ? required(parameters, 'SRP_A') : undefined
  const rounds = withSrp ? [{ challengeName: 'SRP_A', challengeResult: true }] : []
  return next(app, { name, user }, { rounds, progress, A }, ctx)
}

interface Stand {
  readonly rounds: readonly Round[]
  readonly progress: Progress
  /** The client's public value, where SRP comes first. */
  readonly A?: string | undefined
}

/** What DefineAuthChallenge decides after the rounds so far. */
async function next(app: App, one: Someone, stand: Stand, ctx: CallContext): Promise<Step> {
  const { rounds, progress, A } = stand
  const { user, name } = one
  if (rounds.length > mostRounds) throw incorrect()
  const userName = user?.username ?? name
  const response = { challengeName: null, issueTokens: null, failAuthentication: null }
  const request = { ...told(app, one), session: rounds, ...metadataOf(app) }
  const source = 'DefineAuthChallenge_Authentication'
  const asked = { source, userName, request, response }
  const verdict = (await ask('DefineAuthChallenge', app, asked, ctx)) ?? {}
  if (verdict.failAuthentication === true) throw incorrect()
  if (verdict.issueTokens === true) {
    if (user === undefined) throw incorrect()
    if (user.status === 'UNCONFIRMED')
      throw fail('UserNotConfirmedException', 'User is not confirmed.')
    return signedIn(app, user, progress, ctx, 'custom')
  }
  if (verdict.challengeName === 'PASSWORD_VERIFIER' && A !== undefined) {
    const custom = await keep(app, { rounds }, ctx)
    return startSrp(app, user, { ...progressOf(progress), custom, name, A }, ctx)
  }
  if (verdict.challengeName !== 'CUSTOM_CHALLENGE') throw unrecognizable()
  return create(app, one, stand, ctx)
}

const texts = (value: unknown): Readonly<Record<string, string>> =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]))
    : {}

/** CreateAuthChallenge makes the challenge: a part for the app, and a part that stays here. */
async function create(
  app: App,
  one: Someone,
  { rounds, progress }: Stand,
  ctx: CallContext,
): Promise<Step> {
  const { user, name } = one
  const userName = user?.username ?? name
  const challengeName = 'CUSTOM_CHALLENGE'
  const asked = {
    source: 'CreateAuthChallenge_Authentication',
    userName,
    request: { ...told(app, one), challengeName, session: rounds, ...metadataOf(app) },
    response: {
      publicChallengeParameters: null,
      privateChallengeParameters: null,
      challengeMetadata: null,
    },
  }
  const made = (await ask('CreateAuthChallenge', app, asked, ctx)) ?? {}
  const { challengeMetadata: metadata } = made
  const custom = await keep(
    app,
    {
      rounds,
      secret: texts(made.privateChallengeParameters),
      metadata: typeof metadata === 'string' ? metadata : undefined,
    },
    ctx,
  )
  const sub = user?.sub ?? pretendedSub(app.pool, name)
  const state = { ...progressOf(progress), sub, challenge: challengeName, custom }
  return {
    ChallengeName: challengeName,
    Session: await newSession(app, state, ctx),
    ChallengeParameters: { USERNAME: userName, ...texts(made.publicChallengeParameters) },
  }
}

/** Answers CUSTOM_CHALLENGE: VerifyAuthChallengeResponse says whether it is right. */
export async function answerCustom(
  app: App,
  session: SignInSession,
  answers: Parameters,
  ctx: CallContext,
): Promise<Step> {
  const challengeAnswer = required(answers, 'ANSWER')
  const user = await ctx.store.of(users).get([app.pool.id, session.sub])
  if (user?.enabled === false) throw fail('NotAuthorizedException', 'User is disabled.')
  const one = { name: required(answers, 'USERNAME'), user }
  const { rounds, secret = {}, metadata } = await take(app, session.custom!, ctx)
  const asked = {
    source: 'VerifyAuthChallengeResponse_Authentication',
    userName: user?.username ?? one.name,
    request: {
      ...told(app, one),
      privateChallengeParameters: secret,
      challengeAnswer,
      ...metadataOf(app),
    },
    response: { answerCorrect: null },
  }
  const verdict = await ask('VerifyAuthChallengeResponse', app, asked, ctx)
  const round: Round = {
    challengeName: 'CUSTOM_CHALLENGE',
    challengeResult: verdict?.answerCorrect === true,
    challengeMetadata: metadata,
  }
  return next(app, one, { rounds: [...rounds, round], progress: progressOf(session) }, ctx)
}

/** Goes on with a custom sign-in after its password was proven. */
export async function afterCustomSrp(
  app: App,
  user: UserRecord,
  { custom, ...progress }: Progress,
  ctx: CallContext,
): Promise<Step> {
  const { rounds } = await take(app, custom!, ctx)
  const round = { challengeName: 'PASSWORD_VERIFIER', challengeResult: true }
  const one = { name: user.username, user }
  return next(app, one, { rounds: [...rounds, round], progress }, ctx)
}
