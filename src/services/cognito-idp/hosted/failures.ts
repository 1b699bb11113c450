import type { HttpResponse } from '../../../kernel/http.ts'
import { findUser } from '../usernames.ts'
import { unconfirmed } from './confirm-forms.ts'
import { faultOf, isError, isOver } from './faults.ts'
import { forgottenForm } from './forgotten-forms.ts'
import { newcomerSession } from './newcomers.ts'
import { signInForm } from './sign-in-form.ts'
import type { Visit } from './visit.ts'

interface Failure {
  readonly name: string
  /** The page on which it can be tried again. */
  readonly again: (fault: string) => HttpResponse | Promise<HttpResponse>
}

/** Where a sign-in goes on that was refused. */
export async function failed(
  visit: Visit,
  error: unknown,
  { name, again }: Failure,
): Promise<HttpResponse> {
  const { texts, app, ctx } = visit
  if (isOver(error)) return signInForm(visit, { name, fault: texts.tooLate })
  if (isError(error, 'PasswordResetRequiredException'))
    return forgottenForm(visit, { name, fault: texts.resetRequired })
  if (isError(error, 'UserNotConfirmedException')) {
    // Nobody hears that who has not given the password.
    const user = await findUser(ctx.store, app.pool, name)
    const Session = user && (await newcomerSession(app, user.sub, true, ctx))
    return unconfirmed(visit, name, Session)
  }
  return again(faultOf(error, texts))
}
