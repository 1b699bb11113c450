import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { changeUserIn, credentialsOf } from './changing.ts'
import { type App, appOf, byClient } from './client-places.ts'
import { checkSecretHash } from './client-secrets.ts'
import { mismatch, tryCode } from './codes.ts'
import { checkCompromise, notePassword } from './compromised-passwords.ts'
import { fail, invalid, operation } from './contract.ts'
import { deliveryDetails } from './delivery.ts'
import { noteEvent } from './event-notes.ts'
import { sendLater } from './hidden-deliveries.ts'
import { originOf } from './origins.ts'
import { checkHistory, checkPassword, newPassword, withPassword } from './passwords.ts'
import { hides, pretendedDelivery } from './pretence.ts'
import { recoveryDestination, sendReset } from './recovery.ts'
import { noCombination } from './sign-up.ts'
import { postConfirmation } from './sign-up-triggers.ts'
import { migrated } from './user-migration.ts'
import type { UserRecord } from './user-records.ts'
import { findUser } from './usernames.ts'

/** Who has not chosen a password yet, or signs in elsewhere, has none to recover. */
const canRecover = ({ status }: UserRecord) =>
  status !== 'FORCE_CHANGE_PASSWORD' && status !== 'EXTERNAL_PROVIDER'

const open = {
  kind: 'public',
  why: 'who has forgotten a password cannot prove anything but an address',
  locate: byClient,
} as const

export const ForgotPassword = operation('ForgotPassword', {
  access: open,
  async handle(input, ctx) {
    const known = await appOf(input, ctx)
    const { client } = known
    const from = originOf(known, input.UserContextData, ctx)
    checkSecretHash(client, input.Username, input.SecretHash)
    const app = { ...known, metadata: input.ClientMetadata, from }
    return { CodeDeliveryDetails: await sendForgotten(app, input.Username, ctx) }
  },
})

/** Sends a code to who has forgotten a password; strangers hear what users hear, where the client hides them. */
export async function sendForgotten(
  app: App,
  name: string,
  ctx: CallContext,
): Promise<CodeDeliveryDetailsType> {
  const { pool } = app
  const user = (await findUser(ctx.store, pool, name)) ?? (await migrated(app, { name }, ctx))
  const to = user && recoveryDestination(pool, user, 'self')
  const can = user?.enabled && canRecover(user)
  if (hides(app)) {
    const reachable = can ? to : undefined
    await sendLater('reset', app, reachable && user, ctx)
    return reachable ? deliveryDetails(reachable) : pretendedDelivery(pool, name)
  }
  if (user === undefined) throw noCombination()
  if (!user.enabled) throw fail('NotAuthorizedException', 'User is disabled.')
  if (!can)
    throw fail('NotAuthorizedException', 'User password cannot be reset in the current state.')
  if (to === undefined)
    throw invalid(
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    )
  await sendReset(ctx, app, user, to)
  await noteEvent(app, user, { type: 'ForgotPassword', response: 'InProgress' }, ctx)
  return deliveryDetails(to)
}

export const ConfirmForgotPassword = operation('ConfirmForgotPassword', {
  access: open,
  async handle(input, ctx) {
    const known = await appOf(input, ctx)
    const app = { ...known, from: originOf(known, input.UserContextData, ctx) }
    checkSecretHash(app.client, input.Username, input.SecretHash)
    await resetPassword({ ...app, metadata: input.ClientMetadata }, input, ctx)
    return {}
  },
})

/** What somebody tells who has got a code. */
interface Reset {
  readonly Username: string
  readonly ConfirmationCode: string
  readonly Password: string
}

/** Gives a user another password, by the code that was sent. */
export async function resetPassword(
  { metadata, ...app }: App,
  input: Reset,
  ctx: CallContext,
): Promise<void> {
  const { pool } = app
  checkPassword(pool, input.Password)
  const shared = await checkCompromise(app, input.Password, 'PASSWORD_CHANGE', ctx)
  const user = await findUser(ctx.store, pool, input.Username)
  if (user === undefined) throw hides(app) ? mismatch() : noCombination()
  const now = ctx.now()
  const looked = await ctx.store.transaction((tx) =>
    tryCode(tx, user, 'reset', input.ConfirmationCode, now, 'look'),
  )
  // That no code was asked for would tell who exists.
  if ('refused' in looked) throw looked.none && hides(app) ? mismatch() : looked.refused()
  // Only who has the code hears which passwords were used before.
  await checkHistory(pool, await credentialsOf(ctx, user), input.Password, ctx)
  const password = await newPassword(pool, user.username, input.Password, ctx)
  const attempt = await ctx.store.transaction(async (tx) => {
    const attempt = await tryCode(tx, user, 'reset', input.ConfirmationCode, now)
    if (!('good' in attempt)) return attempt
    await changeUserIn(
      tx,
      user,
      {
        user: (old) => ({ ...old, status: 'CONFIRMED' }),
        credential: (old) => withPassword(old, password, pool),
      },
      now,
    )
    return attempt
  })
  if ('refused' in attempt) throw attempt.refused()
  await notePassword(app, user, 'ForgotPassword', shared, ctx)
  const via = { ...app, metadata }
  const confirmed = { ...user, status: 'CONFIRMED' } as const
  await postConfirmation(via, confirmed, 'PostConfirmation_ConfirmForgotPassword', ctx)
}
