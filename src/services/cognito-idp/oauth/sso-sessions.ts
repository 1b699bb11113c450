import type { HttpResponse } from '../../../kernel/http.ts'
import { levelReached } from '../authentication-levels.ts'
import { tracksSessions } from '../session-settings.ts'
import type { FederatedSignIn, Method, SamlSession, SignIn } from '../sign-in-steps.ts'
import { levelsIn } from '../step-up.ts'
import { deviceTypeOf } from '../user-agents.ts'
import { type UserRecord, users } from '../user-records.ts'
import { sessionId, userSessions } from '../user-session-records.ts'
import type { AuthorizationRequest } from './authorization-requests.ts'
import type { Hosted } from './hosted.ts'

/** What a browser keeps of a sign-in, sealed in its cookie. */
export interface SsoSession {
  /** As it is told where the pool lists sessions: `sso` and 25 letters and digits. */
  readonly id: string
  readonly pool: string
  readonly sub: string
  /** Seconds since 1970. */
  readonly authTime: number
  readonly amr?: readonly Method[] | undefined
  readonly federated?: FederatedSignIn | undefined
  readonly saml?: SamlSession | undefined
  /** Milliseconds since 1970. */
  readonly until: number
}

/** How and when a user has signed in at the pages of a domain, or at another provider. */
export type Proven = Omit<SignIn, 'oauth'> & { readonly saml?: SamlSession | undefined }

/** Minutes for which an app takes a session where it does not say otherwise, and at most. */
const minutes = { usual: 60, most: 129_600 }

const name = 'cognito'
const bound = 'cognito-idp/sso'

/** The session that a sign-in leaves behind: each app says for itself how long it takes one. */
export function newSsoSession(
  { pool, ctx }: Hosted,
  { sub }: UserRecord,
  { authTime, amr, federated, saml }: Proven,
): SsoSession {
  const life = tracksSessions(pool) ? minutes.most : minutes.usual
  const until = ctx.now().getTime() + life * 60_000
  return { id: sessionId('sso', ctx), pool: pool.id, sub, authTime, amr, federated, saml, until }
}

/** Lists a session of a browser, and ties the sign-in of an app to it, where the pool keeps a list. */
export async function noteSsoSession(
  { pool, ctx }: Hosted,
  { id, sub, until }: SsoSession,
  { app }: AuthorizationRequest,
  { origin }: Proven,
): Promise<void> {
  if (!tracksSessions(pool)) return
  const now = ctx.now()
  const seen = { activeAt: now, device: deviceTypeOf(ctx.source), ip: ctx.source.ip }
  await ctx.store.transaction(async (tx) => {
    const sessions = tx.of(userSessions)
    const old = await sessions.get([pool.id, sub, id])
    const first = { client: app.client.id, createdAt: now, until: new Date(until) }
    await sessions.put({ ...first, ...old, ...seen, pool: pool.id, sub, origin: id, id })
    const token = await sessions.get([pool.id, sub, origin])
    if (token !== undefined) await sessions.put({ ...token, sso: id })
  })
}

const attributes = ({ base, request }: Hosted) =>
  `Path=${base || '/'}; HttpOnly; SameSite=Lax${request.origin.startsWith('https:') ? '; Secure' : ''}`

/** The answer with the session in a cookie, until its time is over. */
export async function withSession(
  hosted: Hosted,
  response: HttpResponse,
  session: SsoSession,
): Promise<HttpResponse> {
  const { ctx } = hosted
  const seal = await ctx.ports.seals.ready('cognito-idp.sso')
  const sealed = seal.seal(new TextEncoder().encode(JSON.stringify(session)), bound)
  const seconds = Math.max(Math.floor((session.until - ctx.now().getTime()) / 1_000), 0)
  const cookie = `${name}=${sealed}; Max-Age=${seconds}; ${attributes(hosted)}`
  return { ...response, headers: { ...response.headers, 'set-cookie': cookie } }
}

/** What takes the session away. */
const noSessionCookie = (hosted: Hosted): string => `${name}=; Max-Age=0; ${attributes(hosted)}`

/** Ends the session of the browser; answers the cookie that makes the browser forget it. */
export async function endSsoSession(hosted: Hosted): Promise<string> {
  const { ctx, pool } = hosted
  const session = await sessionOf(hosted)
  if (session !== undefined && tracksSessions(pool))
    await ctx.store.transaction((tx) =>
      tx.of(userSessions).delete([pool.id, session.sub, session.id]),
    )
  return noSessionCookie(hosted)
}

/** The session of a request, whoever may take it. */
export async function sessionOf({ request, ctx, pool }: Hosted): Promise<SsoSession | undefined> {
  const seal = await ctx.ports.seals.ready('cognito-idp.sso')
  const opened = seal.open(request.cookies.get(name) ?? '', bound)
  if (opened === undefined) return undefined
  const session: SsoSession = JSON.parse(new TextDecoder().decode(opened))
  return session.pool === pool.id && session.until > ctx.now().getTime() ? session : undefined
}

/** The session of a request, with its user; undefined when there is none that is good for the app. */
export async function ssoSession(
  hosted: Hosted,
  { app, maxAge, prompt, acrValues }: AuthorizationRequest,
): Promise<{ readonly session: SsoSession; readonly user: UserRecord } | undefined> {
  const { ctx, pool } = hosted
  const session = await sessionOf(hosted)
  if (session === undefined || prompt.includes('login')) return undefined
  // A client signs in nobody by a provider that is not one of its own.
  const by = session.federated?.provider ?? 'COGNITO'
  const { SupportedIdentityProviders: known = ['COGNITO'] } = app.client.settings
  if (!known.includes(by)) return undefined
  const age = ctx.now().getTime() / 1_000 - session.authTime
  if (age >= (app.client.ssoMinutes ?? minutes.usual) * 60) return undefined
  if (maxAge !== undefined && age > maxAge) return undefined
  // A sign-in that does not reach the level is no answer; another one may be.
  const [target = 0] = levelsIn(acrValues ?? '', pool)
  if (pool.settings.UserPoolTier !== 'LITE' && (levelReached(session) ?? 0) < target)
    return undefined
  const { store } = ctx
  const listed = () => store.of(userSessions).get([pool.id, session.sub, session.id])
  if (tracksSessions(pool) && (await listed()) === undefined) return undefined
  const user = await store.of(users).get([pool.id, session.sub])
  return user?.enabled ? { session, user } : undefined
}
