import { checkedAttributes } from './attributes.ts'
import { changeUser } from './changing.ts'
import { invalid, operation } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, onPool } from './pool-targets.ts'
import type { UserRecord } from './user-records.ts'
import { foundUser } from './usernames.ts'
import { changeAttributes } from './verification.ts'

/** The user without some attributes; what the pool requires stays. */
export function withoutAttributes(
  pool: PoolRecord,
  user: UserRecord,
  names: readonly string[],
): UserRecord {
  const schema = new Map(pool.schema.map((attribute) => [attribute.Name, attribute]))
  const gone = new Set(names)
  for (const name of gone) {
    const attribute = schema.get(name)
    if (attribute === undefined)
      throw invalid(
        `Attributes did not conform to the schema: ${name}: Attribute does not exist in the schema.\n`,
      )
    if (attribute.Required || attribute.Mutable === false)
      throw invalid(
        `Attributes did not conform to the schema: user.${name}: Attribute cannot be deleted.\n`,
      )
  }
  for (const name of ['email', 'phone_number']) if (gone.has(name)) gone.add(`${name}_verified`)
  const kept = Object.entries(user.attributes).filter(([name]) => !gone.has(name))
  return { ...user, attributes: Object.fromEntries(kept) }
}

export const AdminUpdateUserAttributes = operation('AdminUpdateUserAttributes', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    const wanted = checkedAttributes(pool, input.UserAttributes, user.attributes)
    await changeAttributes(ctx, { pool, metadata: input.ClientMetadata }, user, wanted)
    return {}
  },
})

export const AdminDeleteUserAttributes = operation('AdminDeleteUserAttributes', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    await changeUser(ctx, user, {
      user: (old, now) => withoutAttributes(now, old, input.UserAttributeNames),
    })
    return {}
  },
})
