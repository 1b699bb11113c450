import type { HttpResponse } from '../../../kernel/http.ts'
import { timedUuid } from '../../../kernel/ids.ts'
import type { SignIn } from '../sign-in-steps.ts'
import { newTokens } from '../tokens.ts'
import type { UserRecord } from '../user-records.ts'
import { noteSignIn } from '../user-session-records.ts'
import { newAuthorizationCode } from './authorization-codes.ts'
import type { AuthorizationRequest } from './authorization-requests.ts'
import type { Hosted } from './hosted.ts'
import { redirectWith } from './redirects.ts'
import {
  newSsoSession,
  noteSsoSession,
  type Proven,
  type SsoSession,
  withSession,
} from './sso-sessions.ts'

/**
 * Ends a sign-in: the browser gets a session, so that it need not sign in again soon, and goes back
 * to the app with a code or with tokens.
 * @param signIn a sign-in that is noted already (`noteSignIn`)
 */
export async function completed(
  hosted: Hosted,
  asked: AuthorizationRequest,
  user: UserRecord,
  signIn: Proven,
): Promise<HttpResponse> {
  const response = await granted(hosted, asked, user, signIn)
  const session = newSsoSession(hosted, user, signIn)
  await noteSsoSession(hosted, session, asked, signIn)
  return withSession(hosted, response, session)
}

/** Goes on with a session: a new sign-in for the app, as old as the session's. */
export async function resumed(
  hosted: Hosted,
  asked: AuthorizationRequest,
  user: UserRecord,
  session: SsoSession,
): Promise<HttpResponse> {
  const { ctx } = hosted
  const { authTime, amr, federated } = session
  const origin = timedUuid(ctx.now().getTime(), ctx.random)
  const signIn: Proven = { origin, authTime, amr, federated }
  await noteSignIn(asked.app, user, signIn, ctx)
  await noteSsoSession(hosted, session, asked, signIn)
  return granted(hosted, asked, user, signIn)
}

async function granted(
  { ctx }: Hosted,
  asked: AuthorizationRequest,
  user: UserRecord,
  proven: Proven,
): Promise<HttpResponse> {
  const { app, scopes, nonce, resource } = asked
  // What a provider calls its session is for the browser's own, not for tokens.
  const { saml: _, ...lasting } = proven
  const signIn: SignIn = { ...lasting, oauth: { scopes, nonce, resource } }
  if (asked.responseType === 'code')
    return redirectWith(asked, { code: await newAuthorizationCode(asked, user, signIn, ctx) })
  const tokens = await newTokens(app, user, signIn, ctx, 'HostedAuth')
  return redirectWith(asked, {
    ...(tokens.IdToken !== undefined && { id_token: tokens.IdToken }),
    access_token: tokens.AccessToken!,
    token_type: 'bearer',
    expires_in: String(tokens.ExpiresIn),
  })
}
