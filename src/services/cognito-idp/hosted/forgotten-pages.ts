import type { HttpResponse } from '../../../kernel/http.ts'
import { resetPassword, sendForgotten } from '../forgotten-passwords.ts'
import { faultOf } from './faults.ts'
import { forgottenForm, resetForm } from './forgotten-forms.ts'
import { repeated } from './password-fields.ts'
import { signInForm } from './sign-in-form.ts'
import { tooLate } from './sign-in-pages.ts'
import { sent, sentName, type Visit } from './visit.ts'
import { visitPage } from './visit-pages.ts'

/** `/forgotPassword` sends a code, `/confirmforgotPassword` takes it with a new password. */
export const forgottenPages = [
  visitPage('GET', '/forgotPassword', (visit) => forgottenForm(visit)),
  visitPage('POST', '/forgotPassword', forgotten, {
    late: tooLate,
    category: 'UserAccountRecovery',
  }),
  visitPage('GET', '/confirmforgotPassword', (visit) => resetForm(visit, {})),
  visitPage('POST', '/confirmforgotPassword', reset, {
    late: tooLate,
    category: 'UserAccountRecovery',
  }),
]

async function forgotten(visit: Visit): Promise<HttpResponse> {
  const { app, ctx, texts } = visit
  const name = sentName(visit)
  try {
    return resetForm(visit, { name, to: await sendForgotten(app, name, ctx) })
  } catch (error) {
    return forgottenForm(visit, { name, fault: faultOf(error, texts) })
  }
}

async function reset(visit: Visit): Promise<HttpResponse> {
  const { app, ctx, texts } = visit
  const name = sentName(visit)
  try {
    const Password = repeated(visit)
    const ConfirmationCode = sent(visit, 'code').trim()
    await resetPassword(app, { Username: name, ConfirmationCode, Password }, ctx)
  } catch (error) {
    return resetForm(visit, { name, fault: faultOf(error, texts) })
  }
  return signInForm(visit, { name, notice: texts.passwordSaved })
}
