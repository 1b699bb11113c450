import type { AssumeRoleResponse, Credentials } from '@aws-sdk/client-sts'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { fail, invalid } from './contract.ts'

/** Seconds that the credentials of a process live. */
export const sessionLength = 3_600

/** A function's sessions have its name; session names have two characters at least. */
export const sessionName = (functionName: string): string => functionName.padEnd(2, '-')

/**
 * Credentials of a function's role, which must trust lambda.amazonaws.com.
 * @param id the unique id that the role must have, where a decision was made on it
 * @throws InvalidParameterValueException when the role cannot be assumed
 */
export async function assumeExecutionRole(
  role: string,
  functionName: string,
  arn: string,
  ctx: CallContext,
  id?: string,
): Promise<Credentials> {
  const input = {
    RoleArn: role,
    RoleSessionName: sessionName(functionName),
    DurationSeconds: sessionLength,
  }
  const answer = await ctx
    .call('sts', 'AssumeRole', input, { as: 'service', sourceArn: arn })
    .catch((error: unknown) => {
      if (!(error instanceof ServiceError) || (error.status ?? 400) >= 500) throw error
      throw notAssumable()
    })
  const { Credentials: credentials, AssumedRoleUser: who } = answer as AssumeRoleResponse
  // Another role may have taken over the name.
  if (id !== undefined && !who?.AssumedRoleId?.startsWith(`${id}:`)) throw notAssumable()
  return credentials!
}

const notAssumable = () => invalid('The role defined for the function cannot be assumed by Lambda.')

/** A role can be given only to functions of its own account. */
export function checkRoleAccount(role: string, account: string): void {
  if (parseArn(role)?.account !== account)
    throw fail('AccessDeniedException', 'Cross-account pass role is not allowed.')
}
