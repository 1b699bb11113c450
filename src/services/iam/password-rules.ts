import type { Passwords } from '../../kernel/ports.ts'
import { fail } from './contract.ts'
import { type LoginProfileRecord, longestMemory } from './login-profile-records.ts'
import type { PasswordPolicyRecord } from './password-policy-records.ts'

const day = 24 * 60 * 60 * 1_000

/** What AWS asks of a password where the account has no policy of its own. */
const byDefault = { minimumLength: 8, kinds: 3 }

/** Kinds of characters in the order in which AWS names them. */
const kinds = [
  { flag: 'uppercase', form: /[A-Z]/, spoken: 'uppercase letter' },
  { flag: 'lowercase', form: /[a-z]/, spoken: 'lowercase letter' },
  { flag: 'numbers', form: /[0-9]/, spoken: 'number' },
  { flag: 'symbols', form: /[!@#$%^&*()_+\-=[\]{}|']/, spoken: 'symbol' },
] as const

const demand = ({ spoken }: (typeof kinds)[number]): string =>
  `Password should have at least one ${spoken}`

const violation = (message: string) => fail('PasswordPolicyViolationException', message)

/**
 * Refuses a password that the account's policy, or AWS's default policy where there is none, does
 * not take.
 * @param accountName the account's alias, which the default policy forbids as a password
 */
export function checkPassword(
  password: string,
  policy: PasswordPolicyRecord | undefined,
  accountName: string | undefined,
): void {
  const { minimumLength } = policy ?? byDefault
  if (password.length < minimumLength)
    throw violation(`Password should have a minimum length of ${minimumLength}`)
  const missing = kinds.filter(({ form }) => !form.test(password))
  if (policy !== undefined) {
    const demanded = missing.filter(({ flag }) => policy[flag])
    if (demanded.length > 0) throw violation(demanded.map(demand).join(', '))
    return
  }
  const short = byDefault.kinds - (kinds.length - missing.length)
  if (short > 0) {
    const demands = missing.map(demand).join(', ')
    throw violation(`Password should meet ${short} more of the following requirements: ${demands}`)
  }
  if (password.toLowerCase() === accountName?.toLowerCase())
    throw violation('Password should not be identical to your account name or email address')
}

/** Refuses a password that was used before, as far back as the policy remembers. */
export async function checkReuse(
  password: string,
  policy: PasswordPolicyRecord | undefined,
  { hash, earlier }: LoginProfileRecord,
  passwords: Passwords,
): Promise<void> {
  const before = [hash, ...earlier].slice(0, Math.min(policy?.remembered ?? 0, longestMemory))
  const same = await Promise.all(before.map((old) => passwords.matches(password, old)))
  if (same.includes(true))
    throw violation(
      'Policy constraint violation with password reuse prevention during password change.',
    )
}

/** When the password expires by a policy that may be younger than it; undefined when never. */
export const expiryOf = (
  profile: Pick<LoginProfileRecord, 'setAt'>,
  policy: PasswordPolicyRecord | undefined,
): Date | undefined =>
  policy?.maximumAge === undefined
    ? undefined
    : new Date(profile.setAt.getTime() + policy.maximumAge * day)
