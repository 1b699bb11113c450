import type { HttpResponse } from '../../../kernel/http.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { leaveForCode } from './code-departure.ts'
import { clientProvider, type NamedProvider } from './providers.ts'
import { FederationRefused, tellingApp } from './refusals.ts'

/** Sends a browser to another provider to sign in. */
export const federated = (
  hosted: Hosted,
  asked: AuthorizationRequest,
  named: NamedProvider,
): Promise<HttpResponse> =>
  tellingApp(asked, async () => {
    const provider = await clientProvider(asked.app, named, hosted.ctx.store)
    if (provider === undefined)
      throw new FederationRefused('The identity provider is not one of the app client')
    return leaveForCode(hosted, asked, provider)
  })
