import { collection } from '../../kernel/store.ts'

export interface PasswordPolicyRecord {
  readonly minimumLength: number
  readonly symbols: boolean
  readonly numbers: boolean
  readonly uppercase: boolean
  readonly lowercase: boolean
  readonly usersMayChange: boolean
  /** Days; undefined when passwords do not expire. */
  readonly maximumAge: number | undefined
  readonly remembered: number | undefined
  readonly hardExpiry: boolean | undefined
}

/** One at most. Cached with principals, because it may give every user a permission. */
export const passwordPolicies = collection<PasswordPolicyRecord>('iam.password-policies')({
  scope: 'account',
  version: 1,
  key: () => ['policy'],
  cached: 'iam',
})
