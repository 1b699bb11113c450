import type {
  CodeDeliveryDetailsType,
  SignUpCommandOutput,
} from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { freshUser } from './AdminCreateUser.ts'
import {
  type AttributeList,
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
import type { CodeRecord } from './code-records.ts'
import { expired, newCode, tryCode } from './codes.ts'
import { checkCompromise, compromisedMark } from './compromised-passwords.ts'
import { fail, invalid, operation } from './contract.ts'
import { credentials, noCredentials } from './credential-records.ts'
import { deliver, deliveryDetails } from './delivery.ts'
import { eventNote, noteEvent } from './event-notes.ts'
import { methodOf } from './factor-answers.ts'
import { isPasswordless } from './first-factors.ts'
import { sendLater } from './hidden-deliveries.ts'
import { asLink, confirmationMessage, type Destination, destinationOf } from './messages.ts'
import { originOf } from './origins.ts'
import { checkPassword, newPassword, withPassword } from './passwords.ts'
import type { PoolRecord } from './pool-records.ts'
import { livingPool } from './pool-targets.ts'
import { hides, pretendedDelivery } from './pretence.ts'
import { isAllowed } from './sign-in.ts'
import { checkSession, newSession, openSession } from './sign-in-sessions.ts'
import { postConfirmation, preSignUp } from './sign-up-triggers.ts'
import { checkAddress } from './threat-protection.ts'
import type { Asking } from './triggers.ts'
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
    const known = await appOf(input, ctx)
    const from = originOf(known, input.UserContextData, ctx)
    const app = { ...known, metadata: input.ClientMetadata, from }
    checkSecretHash(app.client, input.Username, input.SecretHash)
    return signUp(app, input, ctx)
  },
})

/** What somebody tells who signs up. */
interface Newcomer {
  readonly Username: string
  readonly Password?: string | undefined
  readonly UserAttributes?: AttributeList | undefined
  readonly ValidationData?: AttributeList | undefined
}

/** Makes a user who signs up, and sends the code that confirms it. */
export async function signUp(
  app: App,
  input: Newcomer,
  ctx: CallContext,
): Promise<Omit<SignUpCommandOutput, '$metadata'>> {
  const { pool, client } = app
  await checkAddress(app, ctx)
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
  const compromised = await checkCompromise(app, plain ?? '', 'SIGN_UP', ctx)
  const verdict = await preSignUp(
    app,
    {
      source: 'PreSignUp_SignUp',
      userName: input.Username,
      attributes: wanted,
      validation: input.ValidationData,
    },
    ctx,
  )
  const proven = verdict.verified.map((name) => [`${name}_verified`, 'true'])
  const attributes = { ...changed({}, wanted), ...Object.fromEntries(proven) }
  const status = verdict.confirmed ? 'CONFIRMED' : 'UNCONFIRMED'
  const fresh = freshUser(pool, input.Username, attributes, status, ctx)
  const password =
    plain === undefined ? undefined : await newPassword(pool, fresh.username, plain, ctx)
  const to = verdict.confirmed ? undefined : confirmation(app, fresh)
  const mark = compromised ? compromisedMark(ctx) : undefined
  const response = verdict.confirmed ? 'Pass' : 'InProgress'
  const note = await eventNote(app, fresh, { type: 'SignUp', response, mark }, ctx)
  const code = await ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool.id)
    await putUser(tx, pool, fresh)
    const none = noCredentials(pool.id, fresh.sub)
    const own = password === undefined ? none : withPassword(none, password, pool)
    await tx.of(credentials).put(own)
    await note(tx)
    return to && newCode(tx, fresh, 'confirm', to, ctx)
  })
  if (to !== undefined) await deliver(ctx, app, to, confirming('SignUp', app, fresh, to), code!)
  if (verdict.confirmed) await postConfirmation(app, fresh, 'PostConfirmation_ConfirmSignUp', ctx)
  return {
    UserConfirmed: verdict.confirmed,
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
}

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
    const app = { ...(await appOf(input, ctx)), metadata: input.ClientMetadata }
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
    const attempt = await confirmed(app, user, input, ctx)
    // Amplify tells no session here, and expects one: the code is what counts.
    if (!isAllowed(app, 'USER_AUTH', '')) return {}
    const code = attempt.good.attribute === 'email' ? 'EMAIL_OTP' : 'SMS_OTP'
    const amr = [methodOf(code)]
    const challenge = signUpSessions.confirmed
    return { Session: await newSession(app, { sub: user.sub, challenge, code, amr }, ctx) }
  },
})

/** The code that was good, and the user as it is by now. */
interface Confirmed {
  readonly good: CodeRecord
  readonly user: UserRecord
}

/** Confirms a user by the code that was sent, and tells the pool's function. */
export async function confirmed(
  app: App,
  user: UserRecord,
  {
    ConfirmationCode: code,
    ForceAliasCreation: force = false,
  }: { readonly ConfirmationCode: string; readonly ForceAliasCreation?: boolean | undefined },
  ctx: Pick<CallContext, 'store' | 'now'> & Asking,
): Promise<Confirmed> {
  const now = ctx.now()
  const attempt = await ctx.store.transaction(async (tx) => {
    const attempt = await tryCode(tx, user, 'confirm', code, now)
    if (!('good' in attempt)) return attempt
    const change = (old: UserRecord): UserRecord => {
      if (old.status !== 'UNCONFIRMED') throw alreadyConfirmed(old)
      return { ...verified(old, attempt.good), status: 'CONFIRMED' }
    }
    const next = await changeUserIn(tx, user, { user: change, force }, now)
    return { ...attempt, user: next }
  })
  if ('refused' in attempt)
    throw user.status === 'UNCONFIRMED' ? attempt.refused() : alreadyConfirmed(user)
  await postConfirmation(app, attempt.user, 'PostConfirmation_ConfirmSignUp', ctx)
  return attempt
}

const alreadyConfirmed = ({ status }: UserRecord) =>
  fail('NotAuthorizedException', `User cannot be confirmed. Current status is ${status}`)

export const ResendConfirmationCode = operation('ResendConfirmationCode', {
  access: open,
  async handle(input, ctx) {
    const known = await appOf(input, ctx)
    const from = originOf(known, input.UserContextData, ctx)
    const app = { ...known, metadata: input.ClientMetadata, from }
    checkSecretHash(app.client, input.Username, input.SecretHash)
    return { CodeDeliveryDetails: await resend(app, input.Username, ctx) }
  },
})

/** The message that asks somebody to confirm a sign-up. */
const confirming = (
  occasion: 'SignUp' | 'ResendCode',
  { pool }: App,
  user: UserRecord,
  { attribute }: Destination,
) => ({
  occasion,
  user,
  message: confirmationMessage(pool),
  asLink: attribute === 'email' && asLink(pool),
})

/**
 * Sends another code to whoever has signed up by a name; strangers hear what users hear.
 * @param told calls tell that a user is confirmed already, also where the client hides who exists
 */
export async function resend(
  app: App,
  name: string,
  ctx: CallContext,
  told = true,
): Promise<CodeDeliveryDetailsType> {
  const { pool } = app
  const user = await findUser(ctx.store, pool, name)
  const waits = user?.status === 'UNCONFIRMED'
  if (hides(app) && (waits || !told || user?.status !== 'CONFIRMED')) {
    await sendLater('confirm', app, waits || told ? user : undefined, ctx)
    const to = waits || told ? user && confirmation(app, user) : undefined
    return to === undefined ? pretendedDelivery(pool, name) : deliveryDetails(to)
  }
  if (user === undefined) throw noCombination()
  return resendConfirmation(app, user, ctx)
}

/** Sends another code to a user who is not confirmed. */
export async function resendConfirmation(
  app: App,
  user: UserRecord,
  ctx: CallContext,
): Promise<CodeDeliveryDetailsType> {
  const { pool } = app
  if (user.status !== 'UNCONFIRMED') throw invalid('User is already confirmed.')
  const to = confirmation(app, user)
  if (to === undefined) throw invalid('Auto verification not turned on.')
  const code = await ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool.id)
    return newCode(tx, user, 'confirm', to, ctx)
  })
  await deliver(ctx, app, to, confirming('ResendCode', app, user, to), code)
  await noteEvent(app, user, { type: 'ResendCode', response: 'Pass' }, ctx)
  return deliveryDetails(to)
}
