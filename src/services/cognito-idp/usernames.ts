import type { Readable, Transaction } from '../../kernel/store.ts'
import type { Attributes } from './attributes.ts'
import { fail, invalid } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'
import { primaryIdentity, type UserRecord, users } from './user-records.ts'

export const noUser = () => fail('UserNotFoundException', 'User does not exist.')

/** A name as the pool compares it, and keeps it: without case where that does not count. */
export const normalized = (pool: PoolRecord, name: string): string =>
  pool.caseSensitive === false ? name.toLowerCase() : name

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The user whom a name, an alias or a `sub` means. */
export async function findUser(
  store: Readable,
  pool: PoolRecord,
  name: string,
): Promise<UserRecord | undefined> {
  const found = await store.of(users).findOne('name', `${pool.id}|${normalized(pool, name)}`)
  if (found !== undefined || !uuid.test(name)) return found
  return store.of(users).get([pool.id, name])
}

/** As `findUser`; refuses when there is none. */
export async function foundUser(
  store: Readable,
  pool: PoolRecord,
  name: string,
): Promise<UserRecord> {
  const user = await findUser(store, pool, name)
  if (user === undefined) throw noUser()
  return user
}

/**
 * All by which the user may be called: aliases count once they are verified. What another provider tells
 * of the users that it makes takes no name from anybody.
 */
export function namesOf(
  pool: PoolRecord,
  user: Pick<UserRecord, 'username' | 'attributes' | 'identities'>,
): readonly string[] {
  const { username, attributes } = user
  if (primaryIdentity(user) !== undefined) return [normalized(pool, username)]
  const names = [username]
  for (const name of pool.usernameAttributes) if (attributes[name]) names.push(attributes[name])
  for (const name of pool.aliasAttributes) {
    const verified = name === 'preferred_username' || attributes[`${name}_verified`] === 'true'
    if (attributes[name] && verified) names.push(attributes[name])
  }
  return [...new Set(names.map((name) => normalized(pool, name)))]
}

const isEmail = (name: string) => name.includes('@')
const isPhone = (name: string) => /^\+\d+$/.test(name)

/**
 * The attributes that a new user's name brings along, where addresses serve as names.
 * @returns undefined when the name is one of its own
 */
export function attributesOfName(pool: PoolRecord, username: string): Attributes | undefined {
  const { usernameAttributes: by, aliasAttributes: aliases } = pool
  if (by.length === 0) {
    if (aliases.includes('email') && isEmail(username))
      throw invalid(
        'Username cannot be of email format, since user pool is configured for email alias.',
      )
    if (aliases.includes('phone_number') && isPhone(username))
      throw invalid(
        'Username cannot be of phone number format, since user pool is configured for phone number alias.',
      )
    return undefined
  }
  if (by.includes('email') && isEmail(username)) return { email: username }
  if (by.includes('phone_number') && isPhone(username)) return { phone_number: username }
  const what =
    by.length === 2
      ? 'either an email or a phone number'
      : by[0] === 'email'
        ? 'an email'
        : 'a phone number'
  throw invalid(`Username should be ${what}.`)
}

/** What the pool calls the attribute behind one of a user's names. */
const attributeBehind = ({ attributes }: UserRecord, pool: PoolRecord, name: string) =>
  (['email', 'phone_number', 'preferred_username'] as const).find(
    (one) => attributes[one] !== undefined && normalized(pool, attributes[one]) === name,
  )

/**
 * Writes a user under its names, which nobody else has then.
 * @param force takes aliases away from whoever has them
 */
export async function putUser(
  tx: Transaction,
  pool: PoolRecord,
  changed: UserRecord,
  force = false,
): Promise<UserRecord> {
  const user = { ...changed, names: namesOf(pool, changed) }
  for (const name of user.names) {
    const other = await tx.of(users).findOne('name', `${pool.id}|${name}`)
    if (other === undefined || other.sub === user.sub) continue
    const attribute = attributeBehind(user, pool, name)
    if (name === normalized(pool, user.username) || attribute === undefined)
      throw fail('UsernameExistsException', 'User already exists')
    if (pool.usernameAttributes.length > 0)
      throw fail(
        'UsernameExistsException',
        `An account with the given ${attribute} already exists.`,
      )
    const own = normalized(pool, other.username) === name
    if (!force || own || attribute === 'preferred_username')
      throw fail('AliasExistsException', `An account with the ${attribute} already exists.`)
    const attributes = { ...other.attributes, [`${attribute}_verified`]: 'false' }
    const without = { ...other, attributes }
    await tx.of(users).put({ ...without, names: namesOf(pool, without) })
  }
  await tx.of(users).put(user)
  return user
}
