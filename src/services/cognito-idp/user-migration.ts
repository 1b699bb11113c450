import type { CallContext } from '../../kernel/context.ts'
import { freshUser } from './AdminCreateUser.ts'
import { changed, checkedAttributes } from './attributes.ts'
import type { App } from './client-places.ts'
import { credentials, noCredentials } from './credential-records.ts'
import { newPassword, withPassword } from './passwords.ts'
import { livingPool } from './pool-targets.ts'
import { ask, hookOf, isObject, metadataOf, unrecognizable } from './triggers.ts'
import type { UserRecord } from './user-records.ts'
import { attributesOfName, putUser } from './usernames.ts'

interface Stranger {
  readonly name: string
  /** Undefined when the password is what was forgotten. */
  readonly password?: string | undefined
}

/**
 * Asks the pool's function for a user whom the pool does not know: another directory may. The
 * password comes over as it is, whatever the policy says.
 * @returns undefined when there is no function, or it knows nobody
 */
export async function migrated(
  app: App,
  { name, password }: Stranger,
  ctx: CallContext,
): Promise<UserRecord | undefined> {
  const { pool } = app
  if (hookOf(pool, 'UserMigration') === undefined) return undefined
  const asked = {
    source: `UserMigration_${password === undefined ? 'ForgotPassword' : 'Authentication'}`,
    userName: name,
    request: {
      ...(password !== undefined && { password }),
      validationData: app.metadata ?? null,
      ...metadataOf(app),
    },
    response: {
      userAttributes: null,
      forceAliasCreation: null,
      enableSMSMFA: null,
      finalUserStatus: null,
      messageAction: null,
      desiredDeliveryMediums: null,
    },
  }
  const told = (await ask('UserMigration', app, asked, ctx)) ?? {}
  if (!isObject(told.userAttributes)) return undefined
  const list = Object.entries(told.userAttributes)
    .filter(([attribute]) => attribute !== 'username' && attribute !== 'sub')
    .map(([attribute, value]) => ({ Name: attribute, Value: String(value) }))
  const attributes = { ...checkedAttributes(pool, list), ...attributesOfName(pool, name) }
  const status = told.finalUserStatus ?? 'RESET_REQUIRED'
  if (status !== 'CONFIRMED' && status !== 'RESET_REQUIRED') throw unrecognizable()
  const plain: UserRecord = freshUser(pool, name, changed({}, attributes), status, ctx)
  const texts = told.enableSMSMFA === true && plain.attributes.phone_number !== undefined
  const fresh: UserRecord = texts
    ? { ...plain, mfa: { enabled: ['SMS_MFA'], preferred: 'SMS_MFA' } }
    : plain
  const made =
    password === undefined || status !== 'CONFIRMED'
      ? undefined
      : await newPassword(pool, fresh.username, password, ctx)
  return ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool.id)
    const user = await putUser(tx, pool, fresh, told.forceAliasCreation === true)
    const none = noCredentials(pool.id, fresh.sub)
    await tx.of(credentials).put(made === undefined ? none : withPassword(none, made, pool))
    return user
  })
}
