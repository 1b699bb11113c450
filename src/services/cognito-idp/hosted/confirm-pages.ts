import type { HttpResponse } from '../../../kernel/http.ts'
import { expired } from '../codes.ts'
import { confirmedByLink } from '../confirm-page.ts'
import { hostedPage } from '../oauth/hosted.ts'
import { hides } from '../pretence.ts'
import { confirmed, noCombination } from '../sign-up.ts'
import { findUser } from '../usernames.ts'
import { confirmForm, unconfirmed } from './confirm-forms.ts'
import { failed } from './failures.ts'
import { faultOf } from './faults.ts'
import { welcomed } from './newcomers.ts'
import { advanced } from './progress.ts'
import { signInForm } from './sign-in-form.ts'
import { tooLate } from './sign-in-pages.ts'
import { sent, sentName, type Visit } from './visit.ts'
import { visited, visitPage } from './visit-pages.ts'

const asks = (visit: Visit) => confirmForm(visit, {})

/** `/confirm` takes the code of a new account, `/confirmUser` the link, `/resendcode` sends another one. */
export const confirmPages = [
  visitPage('GET', '/confirm', asks),
  visitPage('POST', '/confirm', confirm, tooLate),
  hostedPage('GET', '/confirmUser', (hosted) => {
    const { request, pool, ctx } = hosted
    return request.query.has('confirmation_code')
      ? confirmedByLink(pool, request.query, ctx)
      : visited(hosted, 'GET', asks)
  }),
  visitPage('POST', '/confirmUser', confirm, tooLate),
  visitPage(
    'POST',
    '/resendcode',
    (visit) => unconfirmed(visit, sentName(visit), sent(visit, 'session') || undefined),
    tooLate,
  ),
]

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
    const fault = faultOf(error, texts)
    return confirmForm(visit, { name, fault, Session: Session || undefined })
  }
  const again = (fault: string) => signInForm(visit, { name, fault })
  try {
    const on = await advanced(visit, name, (ending) =>
      welcomed(ending, done, { name, Session }, ctx),
    )
    return on ?? signInForm(visit, { name, notice: texts.confirmed })
  } catch (error) {
    return failed(visit, error, { name, again })
  }
}
