import type { CallContext } from '../../kernel/context.ts'
import type { Collection, Key, Transaction } from '../../kernel/store.ts'
import { attributeList } from './attributes.ts'
import { authEvents } from './auth-event-records.ts'
import { changeUser } from './changing.ts'
import { codes } from './code-records.ts'
import { operation } from './contract.ts'
import { credentials } from './credential-records.ts'
import { devices } from './device-records.ts'
import { passkeys } from './passkey-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'
import { rotations } from './refresh-rotation.ts'
import { type UserRecord, users } from './user-records.ts'
import { userSessions } from './user-session-records.ts'
import { mfaShape } from './user-shape.ts'
import { foundUser, noUser } from './usernames.ts'

export const AdminGetUser = operation('AdminGetUser', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    return {
      Username: user.username,
      UserAttributes: attributeList(user),
      UserCreateDate: user.createdAt,
      UserLastModifiedDate: user.modifiedAt,
      Enabled: user.enabled,
      UserStatus: user.status,
      ...mfaShape(user),
    }
  },
})

/** What users have beside their credentials; its keys begin with pool and `sub`. */
export const belongings = [codes, rotations, passkeys, devices, userSessions, authEvents] as const

async function deleteAll(tx: Transaction, of: Collection<unknown>, prefix: Key): Promise<void> {
  const { records, after } = await tx.of(of).list({ prefix, limit: 1_000 })
  for (const record of records) await tx.of(of).delete(of.options.key(record))
  if (after !== undefined) await deleteAll(tx, of, prefix)
}

/** Deletes a user with all that belongs to it. */
export const deleteUser = (ctx: Pick<CallContext, 'store'>, { pool, sub }: UserRecord) =>
  ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool)
    if (!(await tx.of(users).delete([pool, sub]))) throw noUser()
    await tx.of(credentials).delete([pool, sub])
    for (const collection of belongings)
      await deleteAll(tx, collection as Collection<unknown>, [pool, sub])
  })

export const AdminDeleteUser = operation('AdminDeleteUser', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    await deleteUser(ctx, await foundUser(ctx.store, pool, input.Username))
    return {}
  },
})

export const AdminDisableUser = operation('AdminDisableUser', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    await changeUser(ctx, user, {
      user: (old) => ({ ...old, enabled: false }),
      credential: (old) => ({ ...old, signedOutAt: ctx.now() }),
    })
    return {}
  },
})

export const AdminEnableUser = operation('AdminEnableUser', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    await changeUser(ctx, user, { user: (old) => ({ ...old, enabled: true }) })
    return {}
  },
})
