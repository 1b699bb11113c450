import type { Method, SignIn } from '../sign-in-steps.ts'
import type { UserRecord } from '../user-records.ts'
import { users } from '../user-records.ts'
import type { AuthorizationRequest } from './authorization-requests.ts'
import type { Hosted } from './hosted.ts'

/** What a browser keeps of a sign-in, sealed in its cookie. */
export interface SsoSession {
  readonly pool: string
  readonly sub: string
  /** Seconds since 1970. */
  readonly authTime: number
  readonly amr?: readonly Method[] | undefined
  /** Milliseconds since 1970. */
  readonly until: number
}

/** How and when a user has signed in at the pages of a domain, or at another provider. */
export type Proven = Omit<SignIn, 'oauth'>

/** Minutes that a session lasts where the client does not say otherwise. */
const usual = 60

const name = 'cognito'
const bound = 'cognito-idp/sso'

/** The session that a sign-in leaves behind; undefined where the client wants none. */
export function newSsoSession(
  { pool, ctx }: Hosted,
  { app }: AuthorizationRequest,
  { sub }: UserRecord,
  { authTime, amr }: Proven,
): SsoSession | undefined {
  const minutes = app.client.ssoMinutes ?? usual
  if (minutes === 0) return undefined
  return { pool: pool.id, sub, authTime, amr, until: ctx.now().getTime() + minutes * 60_000 }
}

const attributes = ({ base, request }: Hosted) =>
  `Path=${base || '/'}; HttpOnly; SameSite=Lax${request.origin.startsWith('https:') ? '; Secure' : ''}`

/** The cookie of a session; it goes with the browser's window, or when its time is over. */
export async function sessionCookie(hosted: Hosted, session: SsoSession): Promise<string> {
  const { ctx } = hosted
  const seal = await ctx.ports.seals.ready('cognito-idp.sso')
  const sealed = seal.seal(new TextEncoder().encode(JSON.stringify(session)), bound)
  const seconds = Math.max(Math.floor((session.until - ctx.now().getTime()) / 1_000), 0)
  return `${name}=${sealed}; Max-Age=${seconds}; ${attributes(hosted)}`
}

/** What takes the session away. */
export const noSessionCookie = (hosted: Hosted): string =>
  `${name}=; Max-Age=0; ${attributes(hosted)}`

/** The session of a request, with its user; undefined when there is none that is good for the app. */
export async function ssoSession(
  { request, ctx, pool }: Hosted,
  { app, maxAge, prompt }: Pick<AuthorizationRequest, 'app' | 'maxAge' | 'prompt'>,
): Promise<{ readonly session: SsoSession; readonly user: UserRecord } | undefined> {
  const seal = await ctx.ports.seals.ready('cognito-idp.sso')
  const opened = seal.open(request.cookies.get(name) ?? '', bound)
  if (opened === undefined || prompt.includes('login') || app.client.ssoMinutes === 0)
    return undefined
  const session: SsoSession = JSON.parse(new TextDecoder().decode(opened))
  const now = ctx.now().getTime()
  if (session.pool !== pool.id || session.until <= now) return undefined
  if (maxAge !== undefined && now / 1_000 - session.authTime > maxAge) return undefined
  const user = await ctx.store.of(users).get([pool.id, session.sub])
  return user?.enabled ? { session, user } : undefined
}
