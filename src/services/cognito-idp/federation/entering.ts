import type { HttpResponse } from '../../../kernel/http.ts'
import { timedUuid } from '../../../kernel/ids.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import { completed } from '../oauth/grants.ts'
import type { Hosted } from '../oauth/hosted.ts'
import type { Proven } from '../oauth/sso-sessions.ts'
import { noteSignIn } from '../user-session-records.ts'
import { normalized } from '../usernames.ts'
import type { Arrival } from './arrivals.ts'
import { mappedAttributes, writableOf } from './mapping.ts'
import { welcomed } from './newcomers.ts'
import { knownUser, welcomedBack } from './returning.ts'

/** What a provider says of its sign-in. */
export type Manner = Pick<Proven, 'amr' | 'federated' | 'saml'>

/** Signs in whom a provider has vouched for, and sends the browser back to the app. */
export async function entered(
  hosted: Hosted,
  asked: AuthorizationRequest,
  arrival: Arrival,
  manner: Manner,
): Promise<HttpResponse> {
  const { ctx } = hosted
  const { app } = asked
  const username = normalized(app.pool, `${arrival.provider.name}_${arrival.subject}`)
  const mapped = await mappedAttributes(app, username, arrival, ctx)
  const known = await knownUser(ctx.store, app.pool, arrival, mapped)
  const list = writableOf(app.client, mapped)
  const user =
    known === undefined
      ? await welcomed(app, username, arrival, list, ctx)
      : await welcomedBack(app, known, arrival, list, ctx)
  const now = ctx.now().getTime()
  const signIn: Proven = {
    origin: timedUuid(now, ctx.random),
    authTime: Math.floor(now / 1_000),
    ...manner,
  }
  await noteSignIn(app, user, signIn, ctx)
  return completed(hosted, asked, user, signIn)
}
