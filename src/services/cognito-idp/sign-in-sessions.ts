import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import { type CredentialRecord, marked } from './credential-records.ts'
import type { Progress } from './sign-in-steps.ts'
import type { Factor } from './user-records.ts'

/** Where a sign-in stands between two calls; sealed, so that any node can go on. */
export interface SignInSession extends Progress {
  readonly id: string
  readonly pool: string
  readonly client: string
  readonly sub: string
  readonly challenge: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** The code that was sent, and where. */
  readonly code?: string | undefined
  readonly address?: string | undefined
  /** It asks for the first factor, not for one after it. */
  readonly first?: boolean | undefined
  /** What a passkey must sign; base64url. */
  readonly passkeyChallenge?: string | undefined
  /** First factors that are on offer; undefined when all that the user has are. */
  readonly factors?: readonly string[] | undefined
  readonly choices?: readonly Factor[] | undefined
  /** The second factor has been set up in this session. */
  readonly setUp?: boolean | undefined
}

/** What a step of a sign-in tells the next one. */
type SignInState = Omit<SignInSession, 'id' | 'pool' | 'client' | 'expiresAt'>

const bound = 'cognito-idp/session'

/** Bytes of a session at least: how long one is must not tell whether there is an address in it. */
const least = 768

const notAuthorized = (why = '') =>
  fail('NotAuthorizedException', `Invalid session for the user${why}.`)

/** Seals where a sign-in stands, for as long as the client allows, or for as many minutes as are given. */
export async function newSession(
  { pool, client }: App,
  state: SignInState,
  ctx: CallContext,
  minutes: number = client.settings.AuthSessionValidity ?? 3,
): Promise<string> {
  const seal = await ctx.ports.seals.ready('cognito-idp.session')
  const session: SignInSession = {
    ...state,
    id: ctx.random.uuid(),
    pool: pool.id,
    client: client.id,
    expiresAt: ctx.now().getTime() + minutes * 60_000,
  }
  return seal.seal(new TextEncoder().encode(JSON.stringify(session).padEnd(least)), bound)
}

/** Where a sign-in stands; refuses texts that are not ours, or too old. */
export async function openSession(
  text: string | undefined,
  ctx: Pick<ReadContext, 'ports' | 'now'>,
): Promise<SignInSession> {
  const seal = await ctx.ports.seals.ready('cognito-idp.session')
  const opened = text === undefined ? undefined : seal.open(text, bound)
  if (opened === undefined) throw notAuthorized()
  const session: SignInSession = JSON.parse(new TextDecoder().decode(opened))
  if (session.expiresAt <= ctx.now().getTime()) throw notAuthorized(', session is expired')
  return session
}

/** The credentials with the session used up; refuses one that was used before. */
export function spent(
  credential: CredentialRecord,
  { id, expiresAt }: Pick<SignInSession, 'id' | 'expiresAt'>,
  now: Date,
): CredentialRecord {
  if (credential.used.some((mark) => mark.id === id))
    throw notAuthorized(', session can only be used once')
  return { ...credential, used: marked(credential.used, { id, until: new Date(expiresAt) }, now) }
}

/** Refuses a session of another client, user pool or challenge. */
export function checkSession(
  session: SignInSession,
  { pool, client }: App,
  challenge: string,
): void {
  const same = session.pool === pool.id && session.client === client.id
  if (!same || session.challenge !== challenge) throw notAuthorized()
}
