import { timingSafeEqual } from 'node:crypto'
import type { Principal } from '../../kernel/authorization.ts'
import { html } from '../../kernel/html.ts'
import type { HttpResponse } from '../../kernel/http.ts'
import type { Page, PageContext, PageRequest } from '../../kernel/page.ts'
import type { SessionClaims } from '../../kernel/principals.ts'
import { closeConsole, openConsole } from './console-sessions.ts'
import { destination, home, issuerOf } from './destinations.ts'
import { page, redirect } from './html.ts'

/** Milliseconds in which a sign-in link may be used. */
const linkLife = 900_000
const longestSession = 65_536

/** What a sign-in token carries, sealed. */
interface SigninToken {
  readonly claims: Omit<SessionClaims, 'accessKeyId' | 'secret'>
  /** Milliseconds: until when the link works. */
  readonly usableUntil: number
  /** Seconds that the console session lasts; that of the credentials when there are none. */
  readonly duration: number | undefined
}

const bad = (reason: string): HttpResponse =>
  page('This sign-in does not work', html`<p>${reason}</p>`, { status: 400 })

/**
 * The federation endpoint: a broker exchanges temporary credentials for a sign-in token, and sends a
 * browser here with it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
 */
function federation(request: PageRequest, ctx: PageContext) {
  const field = (name: string) => request.query.get(name) ?? request.form.get(name)
  switch (field('Action')) {
    case 'getSigninToken':
      return getSigninToken(field, ctx)
    case 'login':
      return login(field, ctx)
    case 'logout':
      return logout(request, ctx)
    default:
      return bad('Action must be getSigninToken, login or logout.')
  }
}

type Field = (name: string) => string | null

async function getSigninToken(field: Field, ctx: PageContext): Promise<HttpResponse> {
  const credentials = parseCredentials(field('Session'))
  if (credentials === undefined)
    return bad('Session must be a JSON object with sessionId, sessionKey and sessionToken.')
  const { sessionId, sessionKey, sessionToken } = credentials
  const claims = await ctx.openSession(sessionToken, sessionId)
  const now = ctx.now().getTime()
  if (
    claims === undefined ||
    !isSame(claims.secret, sessionKey) ||
    claims.session.expiresAt <= now ||
    (await ctx.principals.caller(claims)) === undefined
  )
    return bad('The credentials are not valid.')
  if (claims.kind !== 'role' && claims.kind !== 'federated-user')
    return bad('Only sessions of AssumeRole and GetFederationToken can sign in.')
  const wanted = field('SessionDuration') ?? field('DurationSeconds')
  const duration = wanted === null ? undefined : Number(wanted)
  if (duration !== undefined) {
    if (!Number.isInteger(duration) || duration < 900 || duration > 43_200)
      return bad('SessionDuration must be between 900 and 43200.')
    if (claims.kind === 'federated-user')
      return bad('SessionDuration cannot be used with credentials of GetFederationToken.')
    if ((claims.session.chain ?? 1) > 1)
      return bad('SessionDuration cannot be used with credentials of a chained role.')
  }
  const { accessKeyId: _id, secret: _secret, ...kept } = claims
  const token: SigninToken = { claims: kept, usableUntil: now + linkLife, duration }
  const seal = await ctx.ports.seals.ready('signin-token')
  const SigninToken = seal.seal(new TextEncoder().encode(JSON.stringify(token)), 'signin')
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ SigninToken }),
  }
}

function parseCredentials(text: string | null) {
  if (text === null || text.length > longestSession) return undefined
  try {
    const { sessionId, sessionKey, sessionToken } = JSON.parse(text)
    const all = [sessionId, sessionKey, sessionToken]
    return all.every((part) => typeof part === 'string') && /^ASIA[A-Z0-9]{12,124}$/.test(sessionId)
      ? { sessionId, sessionKey, sessionToken }
      : undefined
  } catch {
    return undefined
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function login(field: Field, ctx: PageContext): Promise<HttpResponse> {
  const seal = await ctx.ports.seals.ready('signin-token')
  const opened = seal.open(field('SigninToken') ?? '', 'signin')
  const now = ctx.now().getTime()
  const token: SigninToken | undefined = opened && JSON.parse(new TextDecoder().decode(opened))
  if (token === undefined) return bad('The sign-in token is not valid.')
  if (token.usableUntil <= now) return bad('The sign-in link has expired. Ask for a new one.')
  const to = destination(field('Destination'), ctx)
  if (to === undefined) return bad('The destination is not part of this installation.')
  const { session } = token.claims
  const ends = token.duration === undefined ? session.expiresAt : now + token.duration * 1_000
  const claims = { ...token.claims, session: { ...session, expiresAt: ends } }
  const caller = await ctx.principals.caller({ ...claims, accessKeyId: '', secret: '' })
  if (caller === undefined || ends <= now) return bad('The session is over.')
  const headers = await openConsole(claims, issuerOf(field('Issuer')), ctx)
  await recordLogin(caller.principal, to, ctx)
  return redirect(to, headers)
}

const recordLogin = ({ accessKeyId: _id, ...principal }: Principal, to: string, ctx: PageContext) =>
  ctx.record({
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    owner: { account: principal.account, region: 'us-east-1' },
    principal: principal as Principal,
    responseElements: { ConsoleLogin: 'Success' },
    additional: { LoginTo: `${ctx.baseUrl}${to}`, MobileVersion: 'No', MFAUsed: 'No' },
  })

async function logout(request: PageRequest, ctx: PageContext): Promise<HttpResponse> {
  const { issuer, headers } = await closeConsole(request, ctx)
  return redirect(issuer ?? home, headers)
}

export const federationPages: readonly Page[] = [
  { method: 'GET', path: '/federation', handle: federation },
  { method: 'POST', path: '/federation', handle: federation },
]
