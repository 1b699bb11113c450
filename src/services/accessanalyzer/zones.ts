import type { ReasonCode } from '@aws-sdk/client-accessanalyzer'
import type { Guardrails, Membership } from '../../kernel/guardrails.ts'
import { type AnalyzerRecord, ofOrganization } from './analyzer-records.ts'
import { invalid } from './refusals.ts'

export const servicePrincipal = 'access-analyzer.amazonaws.com'

/** The accounts that an analyzer looks at; whoever belongs to one of them is trusted. */
export interface Zone {
  readonly accounts: readonly string[]
  readonly organizationId?: string | undefined
}

interface Asker {
  readonly account: string
  readonly guardrails: Guardrails
}

const mayAnalyze = (account: string, { managementAccount, delegatedServices }: Membership) =>
  account === managementAccount || delegatedServices.includes(servicePrincipal)

/**
 * The organization that an account may analyze.
 * @throws ValidationException where it may analyze none
 */
export async function analyzedOrganization({ account, guardrails }: Asker): Promise<string> {
  const membership = await guardrails.membership(account)
  if (membership === undefined)
    throw invalid(
      'You must create an organization before you create an analyzer with the organization as the zone of trust.',
      'type',
    )
  if (!membership.trustedServices.includes(servicePrincipal))
    throw invalid('Service not enabled for AWS Organizations', 'type')
  if (!mayAnalyze(account, membership))
    throw invalid(
      'Only the management account and delegated administrators can create analyzers with the organization as the zone of trust.',
      'type',
    )
  return membership.organizationId
}

/** Why an analyzer cannot work now; undefined while it can. */
export async function disabledBy(
  analyzer: AnalyzerRecord,
  { account, guardrails }: Asker,
): Promise<ReasonCode | undefined> {
  if (!ofOrganization(analyzer)) return undefined
  const membership = await guardrails.membership(account)
  if (membership === undefined) return 'ORGANIZATION_DELETED'
  if (!membership.trustedServices.includes(servicePrincipal)) return 'AWS_SERVICE_ACCESS_DISABLED'
  return mayAnalyze(account, membership) ? undefined : 'DELEGATED_ADMINISTRATOR_DEREGISTERED'
}

/** The zone of trust as it is now; undefined while the analyzer is disabled. */
export async function zoneOf(analyzer: AnalyzerRecord, asker: Asker): Promise<Zone | undefined> {
  if (!ofOrganization(analyzer)) return { accounts: [asker.account] }
  if ((await disabledBy(analyzer, asker)) !== undefined) return undefined
  const { organizationId = '' } = (await asker.guardrails.membership(asker.account)) ?? {}
  return { accounts: await asker.guardrails.accounts(organizationId), organizationId }
}
