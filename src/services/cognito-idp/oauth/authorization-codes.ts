import { createHash, timingSafeEqual } from 'node:crypto'
import type { CallContext } from '../../../kernel/context.ts'
import { changeUser, credentialsOf } from '../changing.ts'
import type { App } from '../client-places.ts'
import { validityOf } from '../client-settings.ts'
import { marked } from '../credential-records.ts'
import { isRevoked } from '../revocation.ts'
import type { SignIn } from '../sign-in-steps.ts'
import { type UserRecord, users } from '../user-records.ts'
import type { AuthorizationRequest } from './authorization-requests.ts'

/** What a code stands for, sealed in it. */
interface CodeClaims {
  readonly id: string
  readonly pool: string
  readonly client: string
  readonly sub: string
  readonly redirectUri: string
  readonly challenge?: string | undefined
  readonly signIn: SignIn
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

const bound = 'cognito-idp/authorization-code'
const life = 5 * 60_000

/** A code for the tokens of a sign-in: good once, for five minutes, at any node. */
export async function newAuthorizationCode(
  { app, redirectUri, challenge }: AuthorizationRequest,
  { sub }: UserRecord,
  signIn: SignIn,
  ctx: CallContext,
): Promise<string> {
  const claims: CodeClaims = {
    id: ctx.random.uuid(),
    pool: app.pool.id,
    client: app.client.id,
    sub,
    redirectUri,
    challenge,
    signIn,
    expiresAt: ctx.now().getTime() + life,
  }
  const seal = await ctx.ports.seals.ready('cognito-idp.authorization-code')
  return seal.seal(new TextEncoder().encode(JSON.stringify(claims)), bound)
}

/** What comes with a code. */
interface Redeeming {
  readonly code: string
  readonly redirectUri: string
  readonly verifier?: string | undefined
}

/**
 * The sign-in that a code stands for; undefined for one that is not good, or not this client's. A code that
 * comes a second time was stolen once: the tokens of the first are revoked (RFC 6749, section 4.1.2).
 */
export async function redeemed(
  { pool, client }: App,
  { code, redirectUri, verifier }: Redeeming,
  ctx: CallContext,
): Promise<{ readonly user: UserRecord; readonly signIn: SignIn } | undefined> {
  const seal = await ctx.ports.seals.ready('cognito-idp.authorization-code')
  const opened = seal.open(code, bound)
  if (opened === undefined) return undefined
  const claims: CodeClaims = JSON.parse(new TextDecoder().decode(opened))
  const { id, signIn, expiresAt } = claims
  const now = ctx.now()
  const ours = claims.pool === pool.id && claims.client === client.id
  if (!ours || expiresAt <= now.getTime() || claims.redirectUri !== redirectUri) return undefined
  if (!isVerified(claims.challenge, verifier)) return undefined
  const user = await ctx.store.of(users).get([pool.id, claims.sub])
  if (!user?.enabled || isRevoked(await credentialsOf(ctx, user), signIn)) return undefined
  let fresh = true
  const mark = { id, until: new Date(expiresAt) }
  const theft = {
    id: signIn.origin,
    until: new Date(now.getTime() + validityOf(client.settings).refresh * 1_000),
  }
  await changeUser(ctx, user, {
    credential(old) {
      fresh = !old.used.some((one) => one.id === id)
      return fresh
        ? { ...old, used: marked(old.used, mark, now) }
        : { ...old, revoked: marked(old.revoked, theft, now) }
    },
  })
  return fresh ? { user, signIn } : undefined
}

/** Whether the secret is the one that the challenge is the hash of; without a challenge none is needed. */
function isVerified(challenge: string | undefined, verifier: string | undefined): boolean {
  if (challenge === undefined) return verifier === undefined
  if (verifier === undefined || !/^[\w.~-]{43,128}$/.test(verifier)) return false
  const hash = Buffer.from(createHash('sha256').update(verifier).digest('base64url'))
  const asked = Buffer.from(challenge)
  return hash.length === asked.length && timingSafeEqual(hash, asked)
}
