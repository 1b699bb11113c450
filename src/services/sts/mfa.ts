import type { ContextValue } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { fail } from './contract.ts'

interface Code {
  readonly SerialNumber?: string | undefined
  readonly TokenCode?: string | undefined
}

/**
 * Whether the request carries a good code of one of the user's devices; false when it carries none.
 * A code is used up, whatever else becomes of the request.
 * @throws AccessDenied when serial number or code is not good
 */
export async function mfaUsed(
  { SerialNumber: serial, TokenCode: code }: Code,
  { caller, principals }: Pick<ReadContext, 'caller' | 'principals'>,
): Promise<boolean> {
  if (serial === undefined && code === undefined) return false
  const { principal } = caller
  const own = principal.kind === 'user' || principal.kind === 'root'
  if (serial === undefined || code === undefined || !own)
    throw fail(
      'AccessDenied',
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    )
  if (!(await principals.mfa(principal.account, principal.userId, serial, code)))
    throw fail(
      'AccessDenied',
      'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    )
  return true
}

/** The code of an AssumeRole counts in its trust decision; the role's session carries none. */
export async function mfaContext(
  input: Code,
  read: Pick<ReadContext, 'caller' | 'principals'>,
): Promise<Record<string, ContextValue>> {
  const used = await mfaUsed(input, read)
  return used ? { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' } : {}
}
