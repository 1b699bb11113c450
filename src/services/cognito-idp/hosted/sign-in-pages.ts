import type { HttpResponse } from '../../../kernel/http.ts'
import { levelNames } from '../authentication-levels.ts'
import { resumed } from '../oauth/grants.ts'
import { redirectTo } from '../oauth/redirects.ts'
import { ssoSession } from '../oauth/sso-sessions.ts'
import { begun } from '../sign-in.ts'
import { failed } from './failures.ts'
import { onwards } from './onwards.ts'
import { advanced } from './progress.ts'
import { routeOf, waysOf } from './providers.ts'
import { hasChoices, signInForm } from './sign-in-form.ts'
import { sent, sentName, type Visit } from './visit.ts'
import { visitPage } from './visit-pages.ts'

/** What is said to whoever comes with a form that is not of a page of ours, or no longer. */
export const tooLate = (visit: Visit): Promise<HttpResponse> =>
  signInForm(visit, { fault: visit.texts.tooLate })

/** `/login`: a name and a password, or a name alone where there is a choice. */
export const signInPages = [
  visitPage('GET', '/login', (visit) => signInForm(visit)),
  visitPage('POST', '/login', signIn, { late: tooLate }),
]

async function signIn(visit: Visit): Promise<HttpResponse> {
  const { hosted, asked, ctx, form } = visit
  if (form.get('again') === 'yes') {
    const found = await ssoSession(hosted, asked)
    return found === undefined
      ? signInForm(visit)
      : onwards(visit, await resumed(hosted, asked, found.user, found.session))
  }
  const name = sentName(visit)
  const route = await routeOf(visit, name)
  if (route !== undefined) return redirectTo(route)
  if (!(await waysOf(visit.app, visit)).local) return signInForm(visit, { name })
  const target = aim(visit)
  try {
    return await advanced(visit, name, (app) =>
      hasChoices(visit)
        ? begun(app, 'USER_AUTH', { USERNAME: name, ...target }, ctx)
        : target === undefined
          ? begun(
              app,
              'USER_PASSWORD_AUTH',
              { USERNAME: name, PASSWORD: sent(visit, 'password') },
              ctx,
            )
          : begun(app, 'USER_AUTH', passwordAlone(visit, target), ctx),
    )
  } catch (error) {
    return failed(visit, error, { name, again: (fault) => signInForm(visit, { name, fault }) })
  }
}

/** The level that the app asks for. What is not known as one is no level, and classic pages know none. */
function aim({ app, asked, hosted }: Visit): { TARGET_ACR_VALUES: string } | undefined {
  const { acrValues } = asked
  const { settings } = app.pool
  if (hosted.domain.version !== 2 || settings.UserPoolTier === 'LITE') return undefined
  const known = Object.values(levelNames(settings)).map(({ AcrValue }) => AcrValue)
  const isAsked = acrValues?.split(' ').some((name) => known.includes(name))
  return isAsked ? { TARGET_ACR_VALUES: acrValues! } : undefined
}

const passwordAlone = (visit: Visit, target: { TARGET_ACR_VALUES: string }) => ({
  USERNAME: sentName(visit),
  PREFERRED_CHALLENGE: 'PASSWORD',
  PASSWORD: sent(visit, 'password'),
  ...target,
})
