import type { HttpResponse } from '../../../kernel/http.ts'
import type { App } from '../client-places.ts'
import { completed } from '../oauth/grants.ts'
import { openSession } from '../sign-in-sessions.ts'
import type { Step } from '../sign-in-steps.ts'
import { challengePage } from './challenge-page.ts'
import { pathTo } from './forms.ts'
import { afterwards, type Visit } from './visit.ts'

/**
 * Takes a sign-in one step on: to the page of what is asked for next, or back to the app.
 * @param name as the user was named at the beginning
 * @param act what takes the step, for an app that ends at this browser; none where it cannot be taken
 */
export async function advanced(
  visit: Visit,
  name: string,
  act: (app: App) => Promise<Step>,
): Promise<HttpResponse>
export async function advanced(
  visit: Visit,
  name: string,
  act: (app: App) => Promise<Step | undefined>,
): Promise<HttpResponse | undefined>
export async function advanced(
  visit: Visit,
  name: string,
  act: (app: App) => Promise<Step | undefined>,
): Promise<HttpResponse | undefined> {
  const { hosted, asked, ctx } = visit
  let end: HttpResponse | undefined
  const app: App = {
    ...visit.app,
    async ending(user, signIn) {
      end = await completed(hosted, asked, user, signIn)
    },
  }
  const step = await act(app)
  if (end !== undefined) return onwards(visit, end)
  if (step === undefined) return undefined
  const { Session = '' } = step
  return challengePage(visit, { name, Session, session: await openSession(Session, ctx) })
}

/** By way of the page that the sign-in was for. */
function onwards(visit: Visit, end: HttpResponse): HttpResponse {
  const { query } = visit.asked
  if (query.get(afterwards) !== '/passkeys/add') return end
  const back = new URLSearchParams(query)
  back.delete(afterwards)
  const location = pathTo({ ...visit, asked: { ...visit.asked, query: back } }, '/passkeys/add')
  return { ...end, headers: { ...end.headers, location } }
}
