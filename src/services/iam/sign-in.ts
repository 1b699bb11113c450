import { ServiceError } from '../../kernel/errors.ts'
import type { Passwords, Random } from '../../kernel/ports.ts'
import type { KnownUser, OpenStore, PasswordSignIn } from '../../kernel/principals.ts'
import type { Store } from '../../kernel/store.ts'
import { accountNamed } from './account-aliases.ts'
import { loginProfiles, passwordUses } from './login-profile-records.ts'
import { choosePassword } from './login-profiles.ts'
import { devicesOf } from './mfa-assignments.ts'
import { serialOf } from './mfa-device-records.ts'
import { passwordPolicies } from './password-policy-records.ts'
import { expiryOf } from './password-rules.ts'
import { users } from './user-records.ts'

/**
 * Whether this is the password of a user of the store's account. Undefined when it is not, when the
 * user has no password, or when there is no such user: each takes the same time. Not inside a
 * transaction.
 */
export async function verifyPassword(
  store: Store,
  userName: string,
  password: string,
  now: Date,
  passwords: Passwords,
): Promise<KnownUser | undefined> {
  const user = await store.of(users).findOne('name', userName.toLowerCase())
  const profile = await store.of(loginProfiles).get([user?.id ?? 'nobody'])
  const known = await passwords.matches(password, profile?.hash)
  if (!known || user === undefined || profile === undefined) return undefined
  const policy = await store.of(passwordPolicies).get(['policy'])
  const expiry = expiryOf(profile, policy)
  const expired = expiry !== undefined && expiry <= now
  const late = policy?.hardExpiry === true ? 'expired-hard' : 'expired'
  return {
    userId: user.id,
    userName: user.name,
    password: expired ? late : profile.resetRequired ? 'reset' : 'good',
    mfa: (await devicesOf(store, user.id)).map((device) => serialOf(store.owner.account, device)),
  }
}

/** Seconds in which several uses count as the first of them, as AWS tells `PasswordLastUsed`. */
const oneUse = 5 * 60

/** Remembers that the user has signed in by password, for `PasswordLastUsed`. */
export function recordPasswordUse(store: Store, userId: string, now: Date): Promise<void> {
  return store.transaction(async (tx) => {
    const last = await tx.of(passwordUses).get([userId])
    if (last !== undefined && now.getTime() - last.at.getTime() < oneUse * 1_000) return
    if ((await tx.of(users).get([userId])) === undefined) return
    await tx.of(passwordUses).put({ userId, at: now })
  })
}

/** Signing in by password, as `ctx.principals.signIn` offers it. */
export const passwordSignIn = (
  open: OpenStore,
  now: () => Date,
  random: Random,
  passwords: Passwords,
): PasswordSignIn => {
  const at = (account: string) => open({ account, region: 'us-east-1' })
  return {
    account: (idOrAlias) => accountNamed(at('000000000000'), idOrAlias),
    verify: (account, userName, password) =>
      verifyPassword(at(account), userName, password, now(), passwords),
    used: (account, userId) => recordPasswordUse(at(account), userId, now()),
    async choose(account, userId, password) {
      try {
        const store = at(account)
        const user = await store.of(users).get([userId])
        const seen = await store.of(loginProfiles).get([userId])
        if (user === undefined) return 'The user is gone.'
        await choosePassword(user, seen, password, {
          store,
          account,
          now,
          random,
          ports: { passwords },
        })
        return undefined
      } catch (error) {
        if (error instanceof ServiceError) return error.message
        throw error
      }
    },
  }
}
