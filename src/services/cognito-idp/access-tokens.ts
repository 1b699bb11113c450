import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { ReadContext } from '../../kernel/context.ts'
import type { Owner, Readable } from '../../kernel/store.ts'
import { placeOf, reading } from './client-places.ts'
import { type ClientRecord, clients } from './client-records.ts'
import { fail } from './contract.ts'
import { credentials } from './credential-records.ts'
import { type PoolRecord, pools } from './pool-records.ts'
import { isRevoked } from './revocation.ts'
import type { Method } from './sign-in-steps.ts'
import { knownKeys } from './signing-keys.ts'
import { adminScope } from './tokens.ts'
import { type UserRecord, users } from './user-records.ts'
import { noUser } from './usernames.ts'

/** Who carries an access token. */
export interface Bearer {
  readonly pool: PoolRecord
  readonly client: ClientRecord
  readonly user: UserRecord
  /** `origin_jti`, where the token has one. */
  readonly origin?: string | undefined
  /** The device that signed in. */
  readonly device?: string | undefined
  /** How, and when, in seconds since 1970. */
  readonly amr: readonly Method[]
  readonly authTime: number
  readonly scopes: readonly string[]
}

/** What `locate` has verified, for the handler of the same call. */
const bearers = new WeakMap<object, Bearer>()

/** The bearer of a call whose token was verified. */
export function bearerOf(input: object): Bearer {
  const bearer = bearers.get(input)
  if (bearer === undefined) throw new Error('a token that was not verified')
  return bearer
}

const notAuthorized = (message: string) => fail('NotAuthorizedException', message)
const invalidToken = () => notAuthorized('Invalid Access Token')

/** The pool that a token says it is of; nothing is proven by it. */
function poolIn(token: string): string {
  try {
    const { iss = '' } = decodeJwt(token)
    return iss.slice(iss.lastIndexOf('/') + 1)
  } catch {
    throw invalidToken()
  }
}

/** The key that a token says it was signed with. */
function keyIdIn(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid
  } catch {
    throw invalidToken()
  }
}

/** Verifies the access token of a call: signature, time, use, scope, and that nobody revoked it. */
export async function byToken(
  input: { readonly AccessToken: string },
  read: ReadContext,
): Promise<Owner> {
  const token = input.AccessToken
  const place = await placeOf(poolIn(token), reading(read), invalidToken)
  const { account, region } = place
  const store = read.storeOf({ account, region })
  const cached: ReadContext['cached'] = (...asked) => read.cached(...asked)
  const now = () => read.now()
  bearers.set(input, await bearerIn(token, place.pool, { account, region, store, cached, now }))
  return { account, region }
}

type Reading = Pick<ReadContext, 'account' | 'region' | 'cached' | 'now'> & {
  readonly store: Readable
}

/** Who carries an access token of a pool; refuses any that is not good. */
export async function bearerIn(
  token: string,
  poolId: string,
  ctx: Reading,
  scope = adminScope,
): Promise<Bearer> {
  const { store } = ctx
  const { payload, scopes } = await verifiedIn(token, poolId, ctx, scope)
  const [pool, client, user, credential] = await Promise.all([
    store.of(pools).get([poolId]),
    store.of(clients).get([poolId, String(payload.client_id)]),
    store.of(users).get([poolId, String(payload.sub)]),
    store.of(credentials).get([poolId, String(payload.sub)]),
  ])
  if (pool === undefined || client === undefined) throw invalidToken()
  if (user === undefined) throw noUser()
  const signIn = { origin: payload.origin_jti as string, authTime: Number(payload.auth_time) }
  if (credential !== undefined && isRevoked(credential, signIn))
    throw notAuthorized('Access Token has been revoked')
  if (!user.enabled) throw notAuthorized('User is disabled.')
  const device = payload.device_key as string | undefined
  const amr = (payload.amr as readonly Method[] | undefined) ?? []
  return { pool, client, user, ...signIn, device, amr, scopes }
}

/** What an access token of a pool says, of a user or of an app; refuses any that is not good. */
export async function verifiedIn(
  token: string,
  poolId: string,
  ctx: Reading,
  scope: string,
): Promise<{ readonly payload: JWTPayload; readonly scopes: readonly string[] }> {
  const keys = await knownKeys(poolId, ctx)
  const kid = keyIdIn(token)
  const key = keys.find(({ use, id }) => use === 'access' && id === kid)
  if (key === undefined) throw invalidToken()
  const { payload } = await jwtVerify(token, key.publicKey, {
    algorithms: ['RS256'],
    currentDate: ctx.now(),
  }).catch((error) => {
    if (error instanceof errors.JWTExpired) throw notAuthorized('Access Token has expired')
    throw invalidToken()
  })
  if (payload.token_use !== 'access') throw invalidToken()
  const scopes = String(payload.scope).split(' ')
  if (!scopes.includes(scope)) throw notAuthorized('Access Token does not have required scopes')
  return { payload, scopes }
}

/** Access of operations that users call for themselves. */
export const withToken = { kind: 'token', scope: adminScope, locate: byToken } as const

/** The same where the contract would let the token be absent. */
export const withItsToken = {
  kind: 'token',
  scope: adminScope,
  locate(input: { readonly AccessToken?: string | undefined }, read: ReadContext) {
    if (input.AccessToken === undefined) throw invalidToken()
    return byToken(input as { readonly AccessToken: string }, read)
  },
} as const
