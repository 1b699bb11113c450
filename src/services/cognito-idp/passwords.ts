import { saltLength } from '../../crypto/passwords.ts'
import { srpVerifier } from '../../crypto/srp.ts'
import type { CallContext } from '../../kernel/context.ts'
import { fail } from './contract.ts'
import type { CredentialRecord } from './credential-records.ts'
import type { PoolRecord } from './pool-records.ts'

const symbols = '^$*.[]{}()?-"!@#%&/\\,><\':;|_~`+= '

const policyOf = (pool: PoolRecord) => pool.settings.Policies?.PasswordPolicy ?? {}

/** Refuses a password that the pool's policy does not take. */
export function checkPassword(pool: PoolRecord, password: string): void {
  const policy = policyOf(pool)
  const refuse = (why: string) =>
    fail('InvalidPasswordException', `Password did not conform with policy: ${why}`)
  if (password.length < (policy.MinimumLength ?? 8)) throw refuse('Password not long enough')
  if (password !== password.trim()) throw refuse('Password must not begin or end with a space')
  for (const [asked, has, name] of [
    [policy.RequireUppercase, /[A-Z]/.test(password), 'uppercase'],
    [policy.RequireLowercase, /[a-z]/.test(password), 'lowercase'],
    [policy.RequireNumbers, /[0-9]/.test(password), 'numeric'],
    [policy.RequireSymbols, [...password].some((c) => symbols.includes(c)), 'symbol'],
  ] as const)
    if (asked && !has) throw refuse(`Password must have ${name} characters`)
}

/**
 * Whether a pool keeps what SRP needs: a verifier that, once stolen, is guessed at far more cheaply than an
 * Argon2id hash. The tag `sallyport:srp` with the value `off` says no.
 */
export const hasSrp = ({ tags }: Pick<PoolRecord, 'tags'>): boolean =>
  tags['sallyport:srp'] !== 'off'

/** A password as it is kept. */
export type NewPassword = Pick<CredentialRecord, 'hash' | 'srp' | 'temporaryUntil'>

/** The name of a pool in SRP: what follows the Region in its id. */
export const poolName = (pool: string): string => pool.slice(pool.indexOf('_') + 1)

/**
 * Hashes a password and makes its SRP verifier. Not inside a transaction.
 * @param temporary it must be replaced at the first sign-in, within the days that the pool allows
 */
export async function newPassword(
  pool: PoolRecord,
  username: string,
  password: string,
  ctx: Pick<CallContext, 'random' | 'now' | 'ports'>,
  temporary = false,
): Promise<NewPassword> {
  const hash = await ctx.ports.passwords.hash(password, ctx.random.bytes(saltLength))
  const days = policyOf(pool).TemporaryPasswordValidityDays ?? 7
  const temporaryUntil = temporary ? new Date(ctx.now().getTime() + days * 86_400_000) : undefined
  if (!hasSrp(pool)) return { hash, temporaryUntil }
  const salt = Buffer.from(ctx.random.bytes(16)).toString('hex')
  const verifier = srpVerifier(poolName(pool.id) + username, password, salt)
  return { hash, srp: { salt, verifier }, temporaryUntil }
}

/** Refuses one of the passwords that the pool's policy still remembers. */
export async function checkHistory(
  pool: PoolRecord,
  old: CredentialRecord,
  password: string,
  { ports }: Pick<CallContext, 'ports'>,
): Promise<void> {
  const size = policyOf(pool).PasswordHistorySize ?? 0
  const known = [old.hash, ...old.history].filter((hash) => hash !== undefined).slice(0, size)
  for (const hash of known)
    if (await ports.passwords.matches(password, hash))
      throw fail('PasswordHistoryPolicyViolationException', 'Password has previously been used.')
}

/** The credentials with another password; failures are forgotten with the one before. */
export function withPassword(
  old: CredentialRecord,
  password: NewPassword,
  pool: PoolRecord,
): CredentialRecord {
  const size = policyOf(pool).PasswordHistorySize ?? 0
  const history = old.hash === undefined ? old.history : [old.hash, ...old.history]
  return {
    ...old,
    srp: undefined,
    ...password,
    history: history.slice(0, size),
    failures: 0,
    failedAt: undefined,
  }
}

/** A password that the pool's policy takes. */
export function randomPassword(pool: PoolRecord, ctx: Pick<CallContext, 'random'>): string {
  const length = Math.max(policyOf(pool).MinimumLength ?? 8, 12)
  const classes = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz', '23456789', '!@#%*_-']
  const any = classes.join('')
  const fixed = classes.map((letters) => ctx.random.text(1, letters)).join('')
  return ctx.random.text(length - fixed.length, any) + fixed
}
