import type { AdminCreateUserCommandInput } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import type { Validated } from '../../kernel/contract.ts'
import { type Attributes, changed, checkedAttributes } from './attributes.ts'
import { changeUser } from './changing.ts'
import { fail, invalid, operation } from './contract.ts'
import { credentials, noCredentials } from './credential-records.ts'
import { deliver } from './delivery.ts'
import { isPasswordless } from './first-factors.ts'
import { destinationOf, invitationMessage } from './messages.ts'
import { checkPassword, newPassword, randomPassword, withPassword } from './passwords.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'
import { preSignUp } from './sign-up-triggers.ts'
import type { UserRecord } from './user-records.ts'
import { userShape } from './user-shape.ts'
import { attributesOfName, foundUser, normalized, putUser } from './usernames.ts'

type Asked = Validated<AdminCreateUserCommandInput>

/** A user who has just come to be. */
export function freshUser(
  pool: PoolRecord,
  username: string,
  attributes: UserRecord['attributes'],
  status: UserRecord['status'],
  ctx: Pick<CallContext, 'random' | 'now'>,
): UserRecord {
  const sub = ctx.random.uuid()
  return {
    pool: pool.id,
    sub,
    // Where addresses serve as names, the name itself is the UUID.
    username: pool.usernameAttributes.length > 0 ? sub : normalized(pool, username),
    attributes,
    names: [],
    enabled: true,
    status,
    createdAt: ctx.now(),
    modifiedAt: ctx.now(),
    groups: [],
    mfa: { enabled: [] },
  }
}

async function invite(
  pool: PoolRecord,
  user: UserRecord,
  code: string,
  input: Asked,
  ctx: CallContext,
) {
  const { DesiredDeliveryMediums: mediums = ['SMS'] } = input
  for (const medium of new Set(mediums)) {
    const attribute = medium === 'EMAIL' ? 'email' : 'phone_number'
    const to = destinationOf(user.attributes, attribute)
    const username = to && pool.usernameAttributes.length > 0 ? to.address : user.username
    if (to === undefined) continue
    const via = { pool, metadata: input.ClientMetadata }
    const message = invitationMessage(pool)
    await deliver(ctx, via, to, { occasion: 'AdminCreateUser', message, user, username }, code)
  }
}

async function inviteAgain(pool: PoolRecord, input: Asked, ctx: CallContext) {
  const user = await foundUser(ctx.store, pool, input.Username)
  if (user.status !== 'FORCE_CHANGE_PASSWORD')
    throw fail(
      'UnsupportedUserStateException',
      `Resend not possible. ${user.username} status is not FORCE_CHANGE_PASSWORD`,
    )
  const code = input.TemporaryPassword ?? randomPassword(pool, ctx)
  checkPassword(pool, code)
  const password = await newPassword(pool, user.username, code, ctx, true)
  const credential = (old: Parameters<typeof withPassword>[0]) => withPassword(old, password, pool)
  const invited = await changeUser(ctx, user, { user: (old) => old, credential })
  await invite(pool, invited, code, input, ctx)
  return { User: userShape(invited) }
}

/** The temporary password of a new user; none where one can sign in by codes, unless it is given. */
function temporaryPassword(
  pool: PoolRecord,
  { TemporaryPassword: given }: Asked,
  { email, phone_number }: Attributes,
  ctx: CallContext,
): string | undefined {
  if (given === undefined && isPasswordless(pool)) {
    if (!email && !phone_number)
      throw invalid('Users without a password need an email address or a phone number.')
    return undefined
  }
  const password = given ?? randomPassword(pool, ctx)
  checkPassword(pool, password)
  return password
}

export const AdminCreateUser = operation('AdminCreateUser', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    if (input.MessageAction === 'RESEND') return inviteAgain(pool, input, ctx)
    const wanted: Record<string, string> = {
      ...attributesOfName(pool, input.Username),
      ...checkedAttributes(pool, input.UserAttributes),
    }
    for (const [name, value] of Object.entries(attributesOfName(pool, input.Username) ?? {}))
      if (wanted[name] !== value) throw invalid(`User ${name} and username must be the same.`)
    const verdict = await preSignUp(
      { pool, metadata: input.ClientMetadata },
      {
        source: 'PreSignUp_AdminCreateUser',
        userName: input.Username,
        attributes: wanted,
        validation: input.ValidationData,
      },
      ctx,
    )
    for (const name of verdict.verified) wanted[`${name}_verified`] = 'true'
    const code = temporaryPassword(pool, input, wanted, ctx)
    const attributes = changed({}, wanted)
    for (const name of ['email_verified', 'phone_number_verified'])
      if (wanted[name] === undefined) delete (attributes as Record<string, string>)[name]
    const fresh = freshUser(
      pool,
      input.Username,
      attributes,
      code === undefined ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
      ctx,
    )
    const password = code && (await newPassword(pool, fresh.username, code, ctx, true))
    const user = await ctx.store.transaction(async (tx) => {
      await livingPool(tx, pool.id)
      const known = noCredentials(pool.id, fresh.sub)
      await tx.of(credentials).put(password ? withPassword(known, password, pool) : known)
      return putUser(tx, pool, fresh, input.ForceAliasCreation)
    })
    if (input.MessageAction !== 'SUPPRESS' && code !== undefined)
      await invite(pool, user, code, input, ctx)
    return { User: userShape(user) }
  },
})
