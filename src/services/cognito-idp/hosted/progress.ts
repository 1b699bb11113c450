import type { HttpResponse } from '../../../kernel/http.ts'
import type { App } from '../client-places.ts'
import { completed } from '../oauth/grants.ts'
import { openSession } from '../sign-in-sessions.ts'
import type { Step } from '../sign-in-steps.ts'
import { challengePage } from './challenge-page.ts'
import { onwards } from './onwards.ts'
import type { Visit } from './visit.ts'

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
