import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { freshUser } from './AdminCreateUser.ts'
import {
  type Attributes,
  changed,
  checkedAttributes,
  checkRequired,
  checkWritable,
} from './attributes.ts'
import { changeUserIn } from './changing.ts'
import { signUpSessions } from './choice-sign-in.ts'
import { type App, appOf, byClient } from './client-places.ts'
import { checkSecretHash } from './client-secrets.ts'
import { expired, newCode, tryCode } from './codes.ts'
import { fail, invalid, operation } from './contract.ts'
import { credentials, noCredentials } from './credential-records.ts'
import {
  type Destination,
  deliver,
  deliveryDetails,
  destinationOf,
  verificationMessage,
} from './delivery.ts'
import { methodOf } from './factor-answers.ts'
import { isPasswordless } from './first-factors.ts'
import { checkPassword, newPassword, withPassword } from './passwords.ts'
import type { PoolRecord } from './pool-records.ts'
import { livingPool } from './pool-targets.ts'
import { hides, pretendedDelivery } from './pretence.ts'
import { isAllowed } from './sign-in.ts'
import { checkSession, newSession, openSession } from './sign-in-sessions.ts'
import type { UserRecord } from './user-records.ts'
import { attributesOfName, findUser, putUser } from './usernames.ts'
import { verified } from './verification.ts'

const open = {
  kind: 'public',
  why: 'whoever knows the client id may sign up and confirm',
  locate: byClient,
} as const

/** The sentence about a user whom nobody has signed up. */
export const noCombination = () =>
  fail('UserNotFoundException', 'Username/client id combination not found.')

/** Where the code goes that confirms a new user: a text message before a mail. */
function confirmation({ pool }: App, { attributes }: UserRecord): Destination | undefined {
  const auto: readonly string[] = pool.settings.AutoVerifiedAttributes ?? []
  for (const attribute of ['phone_number', 'email'] as const)
    if (auto.includes(attribute) && attributes[attribute] !== undefined)
      return destinationOf(attributes, attribute)
  return undefined
}

export const SignUp = operation('SignUp', {
  access: open,
  async handle(input, ctx) {
    const app = await appOf(input, ctx)
    const { pool, client } = app
    checkSecretHash(client, input.Username, input.SecretHash)
    if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly)
      throw fail('NotAuthorizedException', 'SignUp is not permitted for this user pool')
    const ofName = attributesOfName(pool, input.Username)
    const asked = checkedAttributes(pool, input.UserAttributes)
    checkWritable(pool, client, Object.keys(asked))
    for (const [name, value] of Object.entries(ofName ?? {}))
      if (asked[name] !== undefined && asked[name] !== value)
        throw invalid(`User ${name} and username must be the same.`)
    const wanted = { ...asked, ...ofName }
    checkRequired(pool, wanted)
    const plain = passwordOf(pool, input.Password, wanted)
    const fresh = freshUser(pool, input.Username, changed({}, wanted), 'UNCONFIRMED', ctx)
    const password =
      plain === undefined ? undefined : await newPassword(pool, fresh.username, plain, ctx)
    const to = confirmation(app, fresh)
    const code = await ctx.store.transaction(async (tx) => {
      await livingPool(tx, pool.id)
      await putUser(tx, pool, fresh)
      const none = noCredentials(pool.id, fresh.sub)
      const known = password === undefined ? none : withPassword(none, password, pool)
      await tx.of(credentials).put(known)
      return to && newCode(tx, fresh, 'confirm', to, ctx)
    })
    if (to !== undefined)
      await deliver(ctx, pool, to, verificationMessage(pool), {
        code: code!,
        username: fresh.username,
      })
    return {
      UserConfirmed: false,
      UserSub: fresh.sub,
      ...(to !== undefined && { CodeDeliveryDetails: deliveryDetails(to) }),
      ...(isAllowed(app, 'USER_AUTH', '') && {
        Session: await newSession(
          app,
          { sub: fresh.sub, challenge: signUpSessions.waiting, amr: [] },
          ctx,
        ),
      }),
    }
  },
})

/** The password of a new user; none where one can sign in by codes. */
function passwordOf(
  pool: PoolRecord,
  password: string | undefined,
  { email, phone_number }: Attributes,
): string | undefined {
  if (password !== undefined && password !== '') {
    checkPassword(pool, password)
    return password
  }
  if (!isPasswordless(pool)) throw invalid('Missing required parameter Password')
  if (!email && !phone_number)
    throw invalid('Users without a password need an email address or a phone number.')
  return undefined
}

export const ConfirmSignUp = operation('ConfirmSignUp', {
  access: open,
  async handle(input, ctx) {
    const app = await appOf(input, ctx)
    const { pool, client } = app
    checkSecretHash(client, input.Username, input.SecretHash)
    const user = await findUser(ctx.store, pool, input.Username)
    const session = input.Session && (await openSession(input.Session, ctx))
    if (session) {
      checkSession(session, app, signUpSessions.waiting)
      if (session.sub !== user?.sub)
        throw fail('NotAuthorizedException', 'Invalid session for the user.')
    }
    if (user === undefined) throw hides(app) ? expired() : noCombination()
    const attempt = await ctx.store.transaction(async (tx) => {
      const attempt = await tryCode(tx, user, 'confirm', input.ConfirmationCode, ctx.now())
      if (!('good' in attempt)) return attempt
      await changeUserIn(
        tx,
        user,
        {
          user(old) {
            if (old.status !== 'UNCONFIRMED') throw alreadyConfirmed(old)
            return { ...verified(old, attempt.good), status: 'CONFIRMED' }
          },
          force: input.ForceAliasCreation ?? false,
        },
        ctx.now(),
      )
      return attempt
    })
    if ('refused' in attempt)
      throw user.status === 'UNCONFIRMED' ? attempt.refused() : alreadyConfirmed(user)
    if (!session) return {}
    const code = attempt.good.attribute === 'email' ? 'EMAIL_OTP' : 'SMS_OTP'
    const amr = [methodOf(code)]
    const challenge = signUpSessions.confirmed
    return { Session: await newSession(app, { sub: user.sub, challenge, code, amr }, ctx) }
  },
})

const alreadyConfirmed = ({ status }: UserRecord) =>
  fail('NotAuthorizedException', `User cannot be confirmed. Current status is ${status}`)

export const ResendConfirmationCode = operation('ResendConfirmationCode', {
  access: open,
  async handle(input, ctx) {
    const app = await appOf(input, ctx)
    checkSecretHash(app.client, input.Username, input.SecretHash)
    return { CodeDeliveryDetails: await resend(app, input.Username, ctx) }
  },
})

async function resend(app: App, name: string, ctx: CallContext): Promise<CodeDeliveryDetailsType> {
  const { pool } = app
  const user = await findUser(ctx.store, pool, name)
  if (user === undefined) {
    if (hides(app)) return pretendedDelivery(pool, name)
    throw noCombination()
  }
  if (user.status !== 'UNCONFIRMED') throw invalid('User is already confirmed.')
  const to = confirmation(app, user)
  if (to === undefined) throw invalid('Auto verification not turned on.')
  const code = await ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool.id)
    return newCode(tx, user, 'confirm', to, ctx)
  })
  await deliver(ctx, pool, to, verificationMessage(pool), { code, username: user.username })
  return deliveryDetails(to)
}
