import type { HttpResponse } from '../../../kernel/http.ts'
import { expired } from '../codes.ts'
import { confirmedByLink } from '../confirm-page.ts'
import { allowedBy } from '../first-factors.ts'
import { hostedPage } from '../oauth/hosted.ts'
import { hides } from '../pretence.ts'
import { confirmed, noCombination } from '../sign-up.ts'
import { findUser } from '../usernames.ts'
import { confirmForm, unconfirmed } from './confirm-forms.ts'
import { failed } from './failures.ts'
import { faultOf, isError } from './faults.ts'
import { welcomed } from './newcomers.ts'
import { offering } from './onwards.ts'
import { advanced } from './progress.ts'
import { hasChoices, signInForm } from './sign-in-form.ts'
import { tooLate } from './sign-in-pages.ts'
import { sent, sentName, type Visit } from './visit.ts'
import { visited, visitPage } from './visit-pages.ts'

const asks = (visit: Visit) => confirmForm(visit, {})

/** `/confirm` takes the code of a new account, `/confirmUser` the link, `/resendcode` sends another one. */
export const confirmPages = [
  visitPage('GET', '/confirm', asks),
  visitPage('POST', '/confirm', confirm, { late: tooLate, category: 'UserCreation' }),
  hostedPage('GET', '/confirmUser', (hosted) => {
    const { request, pool, ctx } = hosted
    return request.query.has('confirmation_code')
      ? confirmedByLink(pool, request.query, ctx)
      : visited(hosted, 'GET', asks)
  }),
  visitPage('POST', '/confirmUser', confirm, { late: tooLate, category: 'UserCreation' }),
  visitPage(
    'POST',
    '/resendcode',
    (visit) => unconfirmed(visit, sentName(visit), sent(visit, 'session') || undefined),
    { late: tooLate, category: 'UserCreation' },
  ),
]

/** Whether a sign-in that has ended leaves a session with which a passkey can be made. */
const takesPasskey = (visit: Visit, { status, headers }: HttpResponse): boolean =>
  hasChoices(visit) &&
  allowedBy(visit.app.pool).includes('WEB_AUTHN') &&
  visit.app.client.ssoMinutes !== 0 &&
  status === 302 &&
  headers['set-cookie'] !== undefined

const isSilent = (error: unknown): boolean =>
  ['CodeMismatchException', 'ExpiredCodeException', 'NotAuthorizedException'].some((name) =>
    isError(error, name),
  )

async function confirm(visit: Visit): Promise<HttpResponse> {
  const { app, ctx, texts } = visit
  const name = sentName(visit)
  const Session = sent(visit, 'session')
  let done: Awaited<ReturnType<typeof confirmed>>
  try {
    const user = await findUser(ctx.store, app.pool, name)
    if (user === undefined) throw hides(app) ? expired() : noCombination()
    const ConfirmationCode = sent(visit, 'code').replace(/\s/g, '')
    done = await confirmed(app, user, { ConfirmationCode }, ctx)
  } catch (error) {
    // Who is confirmed, or never was here, hears no more than who mistypes a code.
    const fault = hides(app) && isSilent(error) ? texts.wrongCode : faultOf(error, texts)
    return confirmForm(visit, { name, fault, Session: Session || undefined })
  }
  const again = (fault: string) => signInForm(visit, { name, fault })
  try {
    const on = await advanced(visit, name, (ending) =>
      welcomed(ending, done, { name, Session }, ctx),
    )
    if (on === undefined) return signInForm(visit, { name, notice: texts.confirmed })
    return takesPasskey(visit, on) ? offering(visit, on) : on
  } catch (error) {
    return failed(visit, error, { name, again })
  }
}
