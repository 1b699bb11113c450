/** What IAM Access Analyzer has to say of a policy. */

import type {
  PolicyType,
  ValidatePolicyFinding,
  ValidatePolicyResourceType,
} from '@aws-sdk/client-accessanalyzer'
import { actionCatalogue } from '../../../../access/actions.ts'
import { brokenAt, readJson } from '../../../../access/json-positions.ts'
import { actions } from './actions.ts'
import { attachedResources } from './attached-resources.ts'
import { broadPermissions } from './broad-permissions.ts'
import { conditionKeys } from './condition-keys.ts'
import { conditionOperators } from './condition-operators.ts'
import { conditionValues } from './condition-values.ts'
import { Findings } from './findings.ts'
import { grammar, reportSyntax } from './grammar.ts'
import { organizationPolicies } from './organization-policies.ts'
import { principals } from './principals.ts'
import { redundantStatements } from './redundant-statements.ts'
import { resources } from './resources.ts'
import { roleTrust } from './role-trust.ts'
import { similarNames } from './similar-names.ts'
import { sizes } from './sizes.ts'
import { supportedKeys } from './supported-keys.ts'
import type { Check } from './validated-kinds.ts'
import { variables } from './variables.ts'
import { writtenPolicy } from './written-policy.ts'

const checks: readonly Check[] = [
  ...grammar,
  sizes,
  ...actions,
  ...resources,
  principals,
  conditionOperators,
  conditionKeys,
  conditionValues,
  supportedKeys,
  variables,
  broadPermissions,
  ...roleTrust,
  ...organizationPolicies,
  attachedResources,
  redundantStatements,
]

/** The findings on a policy: errors first, then security warnings, warnings and suggestions. */
export async function validate(
  text: string,
  policyType: PolicyType,
  resourceType: ValidatePolicyResourceType | undefined,
): Promise<readonly ValidatePolicyFinding[]> {
  const findings = new Findings(text)
  const { report } = findings
  const node = readJson(text)
  if (node === undefined) {
    reportSyntax(text, brokenAt(text) ?? 0, report)
    return findings.all()
  }
  const catalogue = await actionCatalogue()
  const policy = writtenPolicy(node)
  const similar = similarNames()
  const told = { text, policy, policyType, resourceType, catalogue, report, similar }
  for (const check of checks) check(told)
  return findings.all()
}
