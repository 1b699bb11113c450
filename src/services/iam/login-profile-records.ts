import { collection } from '../../kernel/store.ts'

/** That a user has a password, and what is known of it. */
export interface LoginProfileRecord {
  /** Unique id of the user. */
  readonly userId: string
  readonly createdAt: Date
  /** A hash that says how it was made (`crypto/passwords.ts`). */
  readonly hash: string
  /** When this password was set: its age counts from here. */
  readonly setAt: Date
  readonly resetRequired: boolean
  /** Hashes of earlier passwords, newest first. */
  readonly earlier: readonly string[]
}

/** Earlier passwords that are kept: as many as a policy may forbid to use again. */
export const longestMemory = 24

export const loginProfiles = collection<LoginProfileRecord>('iam.login-profiles')({
  scope: 'account',
  version: 1,
  key: (profile) => [profile.userId],
})

interface PasswordUseRecord {
  readonly userId: string
  readonly at: Date
}

/** When passwords were last used to sign in; outlives the password, as AWS tells it. */
export const passwordUses = collection<PasswordUseRecord>('iam.password-uses')({
  scope: 'account',
  version: 1,
  key: (use) => [use.userId],
})
