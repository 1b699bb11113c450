import type { HttpResponse } from '../../../kernel/http.ts'
import type { Quota } from '../../../kernel/quota.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import { type AuthorizationRequest, authorizationRequest } from '../oauth/authorization-requests.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { problemPage } from '../oauth/problem-page.ts'
import { clientProvider, type NamedProvider } from './providers.ts'
import { FederationRefused, tellingApp } from './refusals.ts'

/** Every arrival costs calls to somebody else; per pool. */
const quota: Quota = { rate: 25, burst: 100 }

/** Whether the pool can take another arrival by now. */
const hasRoom = ({ page, pool }: Hosted): boolean => page.allows(`federation/${pool.id}`, quota)

/** What a browser sees that does not come from where it should. */
export const lostPage = (): HttpResponse =>
  problemPage(
    400,
    'Something went wrong',
    'This sign-in was begun elsewhere, or too long ago. Go back to the app and sign in again.',
  )

type Continue = (
  asked: AuthorizationRequest,
  provider: IdentityProviderRecord,
) => Promise<HttpResponse>

/**
 * Goes on with what an app asked for when the browser is back: all of it is looked at again, for client
 * and provider may be others by now.
 */
export async function continuing(
  hosted: Hosted,
  query: URLSearchParams,
  named: NamedProvider,
  go: Continue,
): Promise<HttpResponse> {
  const asked = await authorizationRequest(hosted, query)
  if ('status' in asked) return asked
  return tellingApp(asked, async () => {
    if (!hasRoom(hosted)) throw new FederationRefused('Rate exceeded', 'temporarily_unavailable')
    return go(asked, await wantedProvider(asked, named, hosted))
  })
}

/** The provider that is meant; refused when the client signs nobody in there. */
export async function wantedProvider(
  { app }: AuthorizationRequest,
  named: NamedProvider,
  { ctx }: Hosted,
): Promise<IdentityProviderRecord> {
  const provider = await clientProvider(app, named, ctx.store)
  if (provider === undefined)
    throw new FederationRefused('The identity provider is not one of the app client')
  return provider
}
