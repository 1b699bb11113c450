import { parseArn } from '../../kernel/arn.ts'
import type { Target } from '../../kernel/target.ts'

/** What a replica in another Region does, beside telling what is there. */
const alsoInSecondary = new Set([
  'AdminInitiateAuth',
  'AdminRespondToAuthChallenge',
  'AdminUserGlobalSignOut',
  'UpdateUserPoolReplica',
])

const tells = /^(Admin)?(Describe|Get|List)/

/**
 * Why an operation is not for the pool that was decided upon, which may be a replica: its ARN is of the
 * Region that was asked, its records are in another.
 */
export function refusedInSecondary(name: string, target: Target | undefined): string | undefined {
  if (target?.region === undefined) return undefined
  const asked = parseArn(target.resource)
  if (asked === undefined || asked.region === target.region) return undefined
  if (tells.test(name) || name === 'UpdateUserPoolReplica') return undefined
  if (alsoInSecondary.has(name)) {
    const { replica } = target as { readonly replica?: string }
    return replica === 'ACTIVE' ? undefined : 'The replica is not active.'
  }
  return `${name} is not available in a secondary replica.`
}
