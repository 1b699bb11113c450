import { base32 } from '../../crypto/base32.ts'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { bearerOf, byToken } from './access-tokens.ts'
import { changeUser, credentialsOf } from './changing.ts'
import { type App, appOf, placeOf, reading } from './client-places.ts'
import { fail, invalid, operation } from './contract.ts'
import { withCode } from './factor-answers.ts'
import { checkLock, failedOnce } from './lockout.ts'
import { withSetting } from './mfa-preferences.ts'
import { foundPool, noPool, onPool } from './pool-targets.ts'
import { newSession, openSession, type SignInSession, spent } from './sign-in-sessions.ts'
import { type UserRecord, users } from './user-records.ts'
import { foundUser, noUser } from './usernames.ts'

interface Asked {
  readonly AccessToken?: string | undefined
  readonly Session?: string | undefined
}

/** Either a token or the session of a sign-in that stands at MFA_SETUP says who it is. */
const byTokenOrSession = {
  kind: 'public',
  why: 'the access token or the sealed session is verified while the account is found',
  async locate(input: Asked, read: ReadContext) {
    if (input.AccessToken !== undefined) return byToken(input as { AccessToken: string }, read)
    if (input.Session === undefined) throw invalid('Either AccessToken or Session is required.')
    const { pool } = await openSession(input.Session, read)
    const { account, region } = await placeOf(pool, reading(read), () => noPool(pool))
    return { account, region }
  },
} as const

interface Holder {
  readonly app: App
  readonly user: UserRecord
  readonly session?: SignInSession | undefined
}

/** Who sets up a software token. */
export async function holderOf(input: Asked, ctx: CallContext): Promise<Holder> {
  if (input.AccessToken !== undefined) {
    const { pool, client, user } = bearerOf(input)
    return { app: { pool, client }, user }
  }
  const session = await openSession(input.Session, ctx)
  if (session.challenge !== 'MFA_SETUP')
    throw fail('NotAuthorizedException', 'Invalid session for the user.')
  const user = await ctx.store.of(users).get([session.pool, session.sub])
  if (user === undefined) throw noUser()
  return { app: await appOf({ ClientId: session.client }, ctx), user, session }
}

/** The next session in the place of one that is used up. */
const nextSession = async (
  { app, session }: Holder,
  setUp: boolean,
  ctx: CallContext,
): Promise<{ Session?: string }> =>
  session === undefined ? {} : { Session: await newSession(app, { ...session, setUp }, ctx) }

export const AssociateSoftwareToken = operation('AssociateSoftwareToken', {
  access: byTokenOrSession,
  async handle(input, ctx) {
    const holder = await holderOf(input, ctx)
    const { secret, session } = await newSecret(holder, ctx)
    return { SecretCode: base32(secret), ...session }
  },
})

/** Gives the holder a secret for an authenticator app, which counts from its first code on. */
async function newSecret(holder: Holder, ctx: CallContext) {
  const { app, user, session } = holder
  if (!app.pool.mfa.softwareToken)
    throw fail(
      'SoftwareTokenMFANotFoundException',
      'Software Token MFA has not been enabled by the userPool.',
    )
  const secret = ctx.random.bytes(32)
  await changeUser(ctx, user, {
    credential(old) {
      const next = session === undefined ? old : spent(old, session, ctx.now())
      // A sign-in that has not ended cannot replace a token that works.
      if (session !== undefined && old.totp?.verified && user.mfa.enabled.length > 0)
        throw fail('NotAuthorizedException', 'Invalid session for the user.')
      return { ...next, newTotp: { secret, verified: false } }
    },
  })
  return { secret, session: await nextSession(holder, false, ctx) }
}

/** As AssociateSoftwareToken, for the session of a sign-in. */
export async function associated(Session: string, ctx: CallContext) {
  const holder = await holderOf({ Session }, ctx)
  const { session } = await newSecret(holder, ctx)
  return session.Session!
}

export const VerifySoftwareToken = operation('VerifySoftwareToken', {
  access: byTokenOrSession,
  async handle(input, ctx) {
    const holder = await holderOf(input, ctx)
    return { Status: 'SUCCESS' as const, ...(await verifiedToken(holder, input, ctx)) }
  },
})

/** Proves that the holder's app has the secret, by its first code. */
export async function verifiedToken(
  holder: Holder,
  input: { readonly UserCode: string; readonly FriendlyDeviceName?: string | undefined },
  ctx: CallContext,
): Promise<{ Session?: string }> {
  const { user, session } = holder
  const { newTotp } = await credentialsOf(ctx, user)
  if (newTotp === undefined)
    throw fail(
      'SoftwareTokenMFANotFoundException',
      'Software Token MFA is not set up for the user.',
    )
  const now = ctx.now()
  let good = false
  await changeUser(ctx, user, {
    credential(old) {
      checkLock(old, now)
      const proven = old.newTotp && withCode(old.newTotp, input.UserCode, now)
      good = proven !== undefined
      if (proven === undefined) return failedOnce(old, now)
      const next = session === undefined ? old : spent(old, session, now)
      const name = input.FriendlyDeviceName
      const totp = { ...proven, verified: true, ...(name !== undefined && { name }) }
      return { ...next, newTotp: undefined, totp }
    },
  })
  if (!good) throw fail('EnableSoftwareTokenMFAException', 'Code mismatch')
  return nextSession(holder, true, ctx)
}

export const AdminDeleteSoftwareToken = operation('AdminDeleteSoftwareToken', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const user = await foundUser(ctx.store, foundPool(target, input), input.Username)
    await changeUser(ctx, user, {
      user(old) {
        const mfa = withSetting(old.mfa, ['SOFTWARE_TOKEN_MFA', { Enabled: false }])
        // A passkey does for both factors only beside another one.
        const passkey = mfa.enabled.length > 0 ? old.mfa.passkey : false
        return { ...old, mfa: { ...mfa, passkey } }
      },
      credential(old) {
        if (old.totp === undefined)
          throw fail('ResourceNotFoundException', 'The user does not have a software token.')
        return { ...old, totp: undefined, newTotp: undefined }
      },
    })
    return {}
  },
})
