import { saltLength } from '../../crypto/passwords.ts'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { Transaction } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { aliasOf } from './account-aliases.ts'
import { fail, operation } from './contract.ts'
import { stillThere } from './credential-owners.ts'
import { found, holderTarget } from './holders.ts'
import { type LoginProfileRecord, loginProfiles, longestMemory } from './login-profile-records.ts'
import { type PasswordPolicyRecord, passwordPolicies } from './password-policy-records.ts'
import { checkPassword, checkReuse } from './password-rules.ts'
import { type UserRecord, userKind } from './user-records.ts'
import { ownName } from './users.ts'

const userTarget = async (
  name: string | undefined,
  read: ReadContext,
): Promise<[Target<UserRecord | undefined>]> => [
  await holderTarget(userKind, ownName(name, read), read),
]

const shape = (profile: LoginProfileRecord, user: UserRecord) => ({
  UserName: user.name,
  CreateDate: profile.createdAt,
  PasswordResetRequired: profile.resetRequired,
})

function foundProfile(profile: LoginProfileRecord | undefined, name: string): LoginProfileRecord {
  if (profile === undefined)
    throw fail('NoSuchEntityException', `Login Profile for User ${name} cannot be found.`)
  return profile
}

/** What choosing a password needs. */
type PasswordContext = Pick<CallContext, 'store' | 'account' | 'now' | 'random'> & {
  readonly ports: Pick<Ports, 'passwords'>
}

/** A password that the account's policy takes, hashed: done before a transaction, not within. */
async function newHash(
  password: string,
  policy: PasswordPolicyRecord | undefined,
  ctx: PasswordContext,
): Promise<string> {
  checkPassword(password, policy, await aliasOf(ctx.store, ctx.account))
  return ctx.ports.passwords.hash(password, ctx.random.bytes(saltLength))
}

const policyOf = (ctx: PasswordContext) => ctx.store.of(passwordPolicies).get(['policy'])

/**
 * Replaces the profile that was looked at. Passwords are checked before the transaction, because
 * that takes long; when the profile has changed since, it was checked against another.
 */
async function replace(
  tx: Transaction,
  user: UserRecord,
  seen: LoginProfileRecord,
  next: Partial<LoginProfileRecord>,
): Promise<void> {
  await stillThere(tx, user)
  const profile = foundProfile(await tx.of(loginProfiles).get([user.id]), user.name)
  if (profile.hash !== seen.hash)
    throw fail(
      'EntityTemporarilyUnmodifiableException',
      `Login Profile for User ${user.name} cannot be modified while login profile is being created.`,
    )
  await tx.of(loginProfiles).put({ ...profile, ...next })
}

/** A new password in the place of the old one, which is remembered. */
async function withPassword(
  password: string,
  seen: LoginProfileRecord,
  ctx: PasswordContext,
): Promise<Pick<LoginProfileRecord, 'hash' | 'setAt' | 'earlier'>> {
  const policy = await policyOf(ctx)
  const hash = await newHash(password, policy, ctx)
  await checkReuse(password, policy, seen, ctx.ports.passwords)
  return { hash, setAt: ctx.now(), earlier: [seen.hash, ...seen.earlier].slice(0, longestMemory) }
}

export const CreateLoginProfile = operation('CreateLoginProfile', {
  access: { kind: 'iam', targets: (input, read) => userTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const user = found(target.record, 'user', input.UserName ?? '')
    if (input.Password === undefined)
      throw fail(
        'ValidationError',
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
      )
    if ((await ctx.store.of(loginProfiles).get([user.id])) !== undefined) throw taken(user)
    const now = ctx.now()
    const profile: LoginProfileRecord = {
      userId: user.id,
      createdAt: now,
      hash: await newHash(input.Password, await policyOf(ctx), ctx),
      setAt: now,
      resetRequired: input.PasswordResetRequired ?? false,
      earlier: [],
    }
    await ctx.store.transaction(async (tx) => {
      await stillThere(tx, user)
      if ((await tx.of(loginProfiles).get([user.id])) !== undefined) throw taken(user)
      await tx.of(loginProfiles).create(profile)
    })
    return { LoginProfile: shape(profile, user) }
  },
})

const taken = (user: UserRecord) =>
  fail('EntityAlreadyExistsException', `Login Profile for user ${user.name} already exists.`)

export const GetLoginProfile = operation('GetLoginProfile', {
  access: { kind: 'iam', targets: (input, read) => userTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const user = found(target.record, 'user', input.UserName ?? '')
    const profile = foundProfile(await ctx.store.of(loginProfiles).get([user.id]), user.name)
    return { LoginProfile: shape(profile, user) }
  },
})

export const UpdateLoginProfile = operation('UpdateLoginProfile', {
  access: { kind: 'iam', targets: (input, read) => userTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const user = found(target.record, 'user', input.UserName)
    const seen = foundProfile(await ctx.store.of(loginProfiles).get([user.id]), user.name)
    const next = {
      ...(input.Password !== undefined && (await withPassword(input.Password, seen, ctx))),
      ...(input.PasswordResetRequired !== undefined && {
        resetRequired: input.PasswordResetRequired,
      }),
    }
    await ctx.store.transaction((tx) => replace(tx, user, seen, next))
    return {}
  },
})

export const DeleteLoginProfile = operation('DeleteLoginProfile', {
  access: { kind: 'iam', targets: (input, read) => userTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const user = found(target.record, 'user', input.UserName ?? '')
    await ctx.store.transaction(async (tx) => {
      await stillThere(tx, user)
      if (!(await tx.of(loginProfiles).delete([user.id]))) foundProfile(undefined, user.name)
    })
    return {}
  },
})

/** A new password of a user who has just proven the old one, which is that of `seen`. */
export async function choosePassword(
  user: UserRecord,
  seen: LoginProfileRecord | undefined,
  password: string,
  ctx: PasswordContext,
): Promise<void> {
  const profile = foundProfile(seen, user.name)
  const next = await withPassword(password, profile, ctx)
  await ctx.store.transaction((tx) => replace(tx, user, profile, { ...next, resetRequired: false }))
}

/** The caller's own password, by who knows the old one. */
export const ChangePassword = operation('ChangePassword', {
  access: {
    kind: 'iam',
    targets(_input, read) {
      if (read.caller.principal.kind !== 'user')
        throw fail('InvalidUserTypeException', 'Only IAM Users can change their own password')
      return userTarget(undefined, read)
    },
  },
  async handle(input, ctx, [target]) {
    const user = found(target.record, 'user', '')
    const seen = await ctx.store.of(loginProfiles).get([user.id])
    const known = await ctx.ports.passwords.matches(input.OldPassword, seen?.hash)
    const profile = foundProfile(seen, user.name)
    if (!known) throw fail('AccessDenied', 'The old password was incorrect.')
    await choosePassword(user, profile, input.NewPassword, ctx)
    return {}
  },
})
