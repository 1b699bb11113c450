import type { HttpResponse } from '../../../kernel/http.ts'
import { unconfirmed } from './confirm-forms.ts'
import { faultOf, isError, isOver } from './faults.ts'
import { forgottenForm } from './forgotten-forms.ts'
import { signInForm } from './sign-in-form.ts'
import type { Visit } from './visit.ts'

interface Failure {
  readonly name: string
  /** The page on which it can be tried again. */
  readonly again: (fault: string) => HttpResponse | Promise<HttpResponse>
}

/** Where a sign-in goes on that was refused. */
export function failed(
  visit: Visit,
  error: unknown,
  { name, again }: Failure,
): HttpResponse | Promise<HttpResponse> {
  const { texts } = visit
  if (isOver(error)) return signInForm(visit, { name, fault: texts.tooLate })
  if (isError(error, 'PasswordResetRequiredException'))
    return forgottenForm(visit, { name, fault: texts.resetRequired })
  if (isError(error, 'UserNotConfirmedException')) return unconfirmed(visit, name)
  return again(faultOf(error, texts))
}
