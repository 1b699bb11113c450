import type { CallContext } from '../../../kernel/context.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { answered } from '../challenges.ts'
import { begunAgain } from '../choice-sign-in.ts'
import type { App } from '../client-places.ts'
import { type CodeChallenge, codeChallenge } from '../code-challenges.ts'
import { fail } from '../contract.ts'
import { noteProof } from '../password-sign-in.ts'
import { checkSession, openSession, type SignInSession, spent } from '../sign-in-sessions.ts'
import { progressOf, type Step } from '../sign-in-steps.ts'
import { holderOf, verifiedToken } from '../software-tokens.ts'
import { users } from '../user-records.ts'
import { sentAttributes } from './attribute-fields.ts'
import { challengePage, hasPage } from './challenge-page.ts'
import { failed } from './failures.ts'
import { repeated } from './password-fields.ts'
import { advanced } from './progress.ts'
import { withAddress } from './set-up-address.ts'
import { signInForm } from './sign-in-form.ts'
import { tooLate } from './sign-in-pages.ts'
import { sent, sentName, type Visit } from './visit.ts'
import { visitPage } from './visit-pages.ts'

/** `/challenge`: what a sign-in asked for. Whoever comes without an answer begins anew. */
export const challengePages = [
  visitPage('GET', '/challenge', (visit) => signInForm(visit)),
  visitPage('POST', '/challenge', answer, { late: tooLate }),
]

async function answer(visit: Visit): Promise<HttpResponse> {
  const { ctx, texts } = visit
  const name = sentName(visit)
  const Session = sent(visit, 'session')
  let session: SignInSession | undefined
  try {
    const at = await openSession(Session, ctx)
    checkSession(at, visit.app, at.challenge)
    if (!hasPage(at.challenge)) return await tooLate(visit)
    session = at
    if (sent(visit, 'choice') === 'RESEND') return await sentAgain(visit, name, at)
    const way = sent(visit, 'choice') || sent(visit, 'way')
    if (at.challenge === 'MFA_SETUP' && sent(visit, 'code') === '' && !visit.form.has('address'))
      return await challengePage(visit, { name, Session, session, way })
    return await advanced(visit, name, (app) => answerTo(at, app, visit))
  } catch (error) {
    const at = session
    return failed(visit, error, {
      name,
      again: (fault) =>
        at === undefined
          ? signInForm(visit, { fault: texts.tooLate })
          : challengePage(visit, { name, Session, session: at, fault, way: sent(visit, 'way') }),
    })
  }
}

/** Answers a challenge with what was sent for it. */
async function answerTo(session: SignInSession, app: App, visit: Visit): Promise<Step> {
  const { ctx } = visit
  const { challenge } = session
  if (challenge === 'MFA_SETUP' && visit.form.has('address'))
    return withAddress(visit, app, session)
  const answers = { USERNAME: sentName(visit), ...answersOf(challenge, visit) }
  const Session =
    challenge === 'MFA_SETUP' ? await setUp(visit, session, ctx) : sent(visit, 'session')
  return answered(app, { ChallengeName: challenge, ChallengeResponses: answers, Session }, ctx)
}

function answersOf(challenge: string, visit: Visit): Record<string, string> {
  const choice = sent(visit, 'choice')
  if (challenge === 'SELECT_CHALLENGE')
    return { ANSWER: choice, ...(choice === 'PASSWORD' && { PASSWORD: sent(visit, 'password') }) }
  if (challenge === 'SELECT_MFA_TYPE') return { ANSWER: choice }
  if (challenge === 'WEB_AUTHN')
    return { CREDENTIAL: (visit.form.get('credential') ?? '').slice(0, 65_536) }
  if (challenge === 'NEW_PASSWORD_REQUIRED') {
    const attributes = Object.entries(sentAttributes(visit)).map(
      ([name, value]) => [`userAttributes.${name}`, value] as const,
    )
    return { NEW_PASSWORD: repeated(visit), ...Object.fromEntries(attributes) }
  }
  return challenge === 'MFA_SETUP' ? {} : { [`${challenge}_CODE`]: sentCode(visit) }
}

/** A code without the spaces with which people write it. */
const sentCode = (visit: Visit): string => sent(visit, 'code').replace(/\s/g, '')

/** Proves the new app; the session that says so. */
async function setUp(visit: Visit, session: SignInSession, ctx: CallContext): Promise<string> {
  checkSession(session, visit.app, 'MFA_SETUP')
  const holder = await holderOf({ Session: sent(visit, 'session') }, ctx)
  const { Session } = await verifiedToken(holder, { UserCode: sentCode(visit) }, ctx)
  return Session!
}

/** Sends another code in the place of one that did not come. To nobody, nothing is sent. */
async function sentAgain(
  visit: Visit,
  name: string,
  session: SignInSession,
): Promise<HttpResponse> {
  const { ctx, app, texts } = visit
  const notice = texts.codeSentAgain
  // Before anything is proven, a page is the same whether there is somebody or not.
  const step = session.first
    ? await begunAgain(app, session, name, ctx)
    : await secondAgain(visit, session)
  if (step === undefined)
    return challengePage(visit, { name, Session: sent(visit, 'session'), session, notice })
  const { Session = '' } = step
  return challengePage(visit, { name, Session, session: await openSession(Session, ctx), notice })
}

/** Another code of a second factor; undefined where none was sent. */
async function secondAgain({ app, ctx }: Visit, session: SignInSession): Promise<Step | undefined> {
  if (session.address === undefined) return undefined
  const user = await ctx.store.of(users).get([app.pool.id, session.sub])
  if (!user?.enabled) throw fail('NotAuthorizedException', 'Invalid session for the user.')
  await noteProof(user, ctx, (old) => spent(old, session, ctx.now()))
  return codeChallenge(session.challenge as CodeChallenge, app, user, progressOf(session), ctx)
}
