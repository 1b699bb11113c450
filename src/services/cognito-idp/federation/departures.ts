import { createHash } from 'node:crypto'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import type { Hosted } from '../oauth/hosted.ts'

/** What is known of a sign-in while the browser is at the provider; it travels sealed. */
export interface Departure {
  readonly pool: string
  /** Where the domain was when it began. */
  readonly url: string
  readonly provider: string
  /** What the app asks for. */
  readonly query: string
  readonly nonce: string
  /** The secret behind the challenge that the provider got (RFC 7636). */
  readonly verifier?: string | undefined
  /** The id of a SAML request. */
  readonly request?: string | undefined
  /** Hash of the browser's cookie: nobody is signed in by what another browser began. */
  readonly browser: string
  /** Milliseconds since 1970. */
  readonly until: number
}

const life = 5 * 60_000
const bound = 'cognito-idp/departure'

/** What is asked again when the browser comes back; the rest of the query is of no use then. */
const kept = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'max_age',
]

const thisMachine = /(^|\.)localhost$|^127\.0\.0\.1$|^\[::1\]$/

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url')

/** Where nothing stands in the way, a name that no neighbouring host can set a cookie of. */
const cookieName = ({ base, request }: Hosted): string =>
  base === '' && request.origin.startsWith('https:') ? '__Host-cognito-fl' : 'cognito-fl'

/**
 * The cookie comes along when a provider POSTs from its own site, which browsers allow over TLS and on this
 * machine only.
 */
function cookie(hosted: Hosted, value: string): string {
  const { base, request } = hosted
  const { protocol, hostname } = new URL(request.origin)
  const secure = protocol === 'https:' || thisMachine.test(hostname)
  const site = secure ? 'SameSite=None; Secure' : 'SameSite=Lax'
  return `${cookieName(hosted)}=${value}; Path=${base || '/'}; Max-Age=3600; HttpOnly; ${site}`
}

const newSecret = ({ ctx }: Hosted) => Buffer.from(ctx.random.bytes(32)).toString('base64url')

/** What a sign-in at a provider begins with. */
export interface Leaving {
  /** `state` or `RelayState`: all of it, for nobody to read. */
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly cookie: string
}

/** Notes that a browser leaves for a provider. */
export async function leaving(
  hosted: Hosted,
  asked: AuthorizationRequest,
  provider: IdentityProviderRecord,
  request?: string,
): Promise<Leaving> {
  const { ctx, pool, url } = hosted
  const had = hosted.request.cookies.get(cookieName(hosted))
  const browser = had !== undefined && /^[\w-]{43}$/.test(had) ? had : newSecret(hosted)
  const query = new URLSearchParams()
  for (const name of kept) {
    const value = asked.query.get(name)
    if (value !== null) query.set(name, value)
  }
  const departure: Departure = {
    pool: pool.id,
    url,
    provider: provider.name,
    query: String(query),
    nonce: newSecret(hosted),
    verifier: newSecret(hosted),
    request,
    browser: hashOf(browser),
    until: ctx.now().getTime() + life,
  }
  const seal = await ctx.ports.seals.ready('cognito-idp.departure')
  const state = seal.seal(new TextEncoder().encode(JSON.stringify(departure)), bound)
  const { nonce, verifier } = departure
  return { state, nonce, verifier: verifier!, cookie: cookie(hosted, browser) }
}

/** The departure that a browser comes back from; undefined for a text that is not good, or not its own. */
export async function departureOf(hosted: Hosted, state: string): Promise<Departure | undefined> {
  const { ctx, pool, url, request } = hosted
  const seal = await ctx.ports.seals.ready('cognito-idp.departure')
  const opened = seal.open(state, bound)
  if (opened === undefined) return undefined
  const departure: Departure = JSON.parse(new TextDecoder().decode(opened))
  const own = departure.pool === pool.id && departure.url === url
  const browser = request.cookies.get(cookieName(hosted))
  const same = browser !== undefined && hashOf(browser) === departure.browser
  return own && same && departure.until > ctx.now().getTime() ? departure : undefined
}
