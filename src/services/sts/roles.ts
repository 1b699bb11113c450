import { parseArn } from '../../kernel/arn.ts'
import type { AssumableRole } from '../../kernel/principals.ts'
import { fail } from './contract.ts'

/** Seconds of a session when nothing else is asked for, and at most when roles are chained. */
export const hour = 3_600

/** The role as a target; its trust policy must allow, also within one account. */
export function roleTarget(
  arn: string,
  role: AssumableRole | undefined,
  read: { readonly account: string },
) {
  return {
    resource: arn,
    account: role?.account ?? parseArn(arn)?.account ?? read.account,
    tags: role?.tags,
    policy: role?.trust,
    policyMode: 'required' as const,
    record: role,
  }
}

/** The seconds that a session of the role lasts. */
export function duration(asked: number | undefined, role: AssumableRole): number {
  if ((asked ?? 0) > role.maxSessionDuration)
    throw fail(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
  return asked ?? hour
}
