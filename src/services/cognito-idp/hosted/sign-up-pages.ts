import type { HttpResponse } from '../../../kernel/http.ts'
import { invalid } from '../contract.ts'
import { begun } from '../sign-in.ts'
import { signUp } from '../sign-up.ts'
import { sentAttributes } from './attribute-fields.ts'
import { confirmForm } from './confirm-forms.ts'
import { failed } from './failures.ts'
import { faultOf } from './faults.ts'
import { newcomerSession } from './newcomers.ts'
import { repeated } from './password-fields.ts'
import { advanced } from './progress.ts'
import { waysOf } from './providers.ts'
import { signInForm, takesNewcomers } from './sign-in-form.ts'
import { tooLate } from './sign-in-pages.ts'
import { signUpForm } from './sign-up-form.ts'
import { sentName, type Visit } from './visit.ts'
import { visitPage } from './visit-pages.ts'

/** `/signup`: people make accounts for themselves, where the pool lets them. */
export const signUpPages = [
  visitPage('GET', '/signup', (visit) => ifTaken(visit, signUpForm)),
  visitPage('POST', '/signup', (visit) => ifTaken(visit, join), {
    late: tooLate,
    category: 'UserCreation',
  }),
]

async function ifTaken(
  visit: Visit,
  then: (visit: Visit) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { local } = await waysOf(visit.app, visit)
  if (local && takesNewcomers(visit)) return then(visit)
  return signInForm(visit, { fault: 'SignUp is not permitted for this user pool' })
}

/** Names as calls take them. */
const isName = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

async function join(visit: Visit): Promise<HttpResponse> {
  const { app, ctx, texts } = visit
  const name = sentName(visit)
  let made: Awaited<ReturnType<typeof signUp>>
  let Password: string
  try {
    if (!isName.test(name)) throw invalid('A username has 1 to 128 characters, and no spaces.')
    Password = repeated(visit)
    const UserAttributes = Object.entries(sentAttributes(visit)).map(([Name, Value]) => ({
      Name,
      Value,
    }))
    made = await signUp(app, { Username: name, Password, UserAttributes }, ctx)
  } catch (error) {
    return signUpForm(visit, faultOf(error, texts))
  }
  const hasPassword = Password !== ''
  if (made.UserConfirmed) return hasPassword ? enter(visit, name, Password) : ready(visit, name)
  const to = made.CodeDeliveryDetails
  if (to === undefined) return signInForm(visit, { name, notice: texts.waits })
  const Session = await newcomerSession(app, made.UserSub!, hasPassword, ctx)
  return confirmForm(visit, { name, to, Session })
}

const ready = (visit: Visit, name: string) =>
  signInForm(visit, { name, notice: visit.texts.confirmed })

/** Signs in whom the pool's function has confirmed at once. */
async function enter(visit: Visit, USERNAME: string, PASSWORD: string): Promise<HttpResponse> {
  try {
    return await advanced(visit, USERNAME, (app) =>
      begun(app, 'USER_PASSWORD_AUTH', { USERNAME, PASSWORD }, visit.ctx),
    )
  } catch (error) {
    const again = (fault: string) => signInForm(visit, { name: USERNAME, fault })
    return failed(visit, error, { name: USERNAME, again })
  }
}
