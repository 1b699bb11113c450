import type { ReadContext } from '../../kernel/context.ts'
import { passedRole } from '../../kernel/pass-role.ts'
import { poolTarget } from './pool-targets.ts'

/** A role that a group hands to its members is passed by whoever gives it. */
export async function groupTargets(
  input: { readonly UserPoolId: string; readonly RoleArn?: string | undefined },
  read: ReadContext,
) {
  const pool = await poolTarget(input, read)
  if (input.RoleArn === undefined) return [pool] as const
  const role = await passedRole(input.RoleArn, 'cognito-identity.amazonaws.com', read)
  return [pool, role] as const
}
