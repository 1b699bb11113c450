import type { AccessCheckPolicyType } from '@aws-sdk/client-accessanalyzer'
import type { GrantingStatement } from '../../../access/analysis/granting-statements.ts'
import { checkPolicy } from '../../../access/check-policy.ts'
import { readPolicy } from '../../../access/document.ts'
import { fail } from '../contract.ts'

/** Which shape of policy a type of the API is; trust policies are resource policies. */
export function kindOf(policyType: AccessCheckPolicyType | undefined): 'identity' | 'resource' {
  return policyType === 'RESOURCE_POLICY' ? 'resource' : 'identity'
}

const invalid = (member: string, why: string): Error =>
  fail('InvalidParameterException', `The ${member} is not a valid policy document: ${why}`)

/**
 * The document, when it can be analyzed as a policy of this kind. Resource policies may leave the
 * resource out: it is the one that they hang on.
 * @throws InvalidParameterException otherwise.
 */
export function checkedPolicy(
  text: string | undefined,
  kind: 'identity' | 'resource',
  member: string,
): string {
  const document = readPolicy(text ?? '')
  if (text === undefined || document === undefined)
    throw invalid(member, 'Syntax errors in policy.')
  if (kind === 'identity') {
    const fault = checkPolicy(text.trimStart(), 'identity')
    if (fault !== undefined) throw invalid(member, fault.message)
    return text
  }
  const { statements } = document
  if (statements.length === 0) throw invalid(member, 'Syntax errors in policy.')
  for (const { effect, principal, notPrincipal, actions, notActions } of statements) {
    if (effect !== 'Allow' && effect !== 'Deny') throw invalid(member, 'Syntax errors in policy.')
    if (principal === undefined && notPrincipal === undefined)
      throw invalid(member, 'Missing required field Principal')
    if ((actions ?? notActions ?? []).length === 0)
      throw invalid(member, 'Policy statement must contain actions.')
  }
  return text
}

interface Sentences {
  readonly pass: string
  readonly fail: string
  /** Opens the reason of each statement. */
  readonly each: string
}

/** The answer of a check: FAIL with a reason per statement, named by its Sid where it has one. */
export function outcomeOf(
  found: readonly GrantingStatement[],
  { pass, fail: failing, each }: Sentences,
) {
  if (found.length === 0) return { result: 'PASS' as const, message: pass }
  const reasons = found.map(({ index, sid, certain }) => {
    const name = sid ? `sid: ${sid}` : `index: ${index}`
    const doubt = certain ? '' : ' The policy is too complex to rule it out.'
    const description = `${each} ${name}.${doubt}`
    return { description, statementIndex: index, ...(sid && { statementId: sid }) }
  })
  return { result: 'FAIL' as const, message: failing, reasons }
}
