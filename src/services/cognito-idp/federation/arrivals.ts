import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import type { LinkedIdentity } from '../user-records.ts'
import { subjectAttribute } from '../user-records.ts'
import type { Claims } from './claims.ts'

/** Somebody whom a provider has vouched for. */
export interface Arrival {
  readonly provider: IdentityProviderRecord
  /** What the provider tells its users apart by. */
  readonly subject: string
  /** What may be mapped. */
  readonly claims: Claims
  /** Tokens, which may be mapped as well. */
  readonly tokens?: Claims | undefined
  /** What a function is told, by where it comes from. */
  readonly told: Readonly<Record<string, Claims>>
  /** Entity id of a SAML provider. */
  readonly issuer?: string | undefined
}

/** The identity of whom a provider has vouched for. */
export const identityOf = (
  { provider, subject, issuer }: Arrival,
  linkedAt: Date,
): LinkedIdentity => ({
  provider: provider.name,
  type: provider.type,
  attribute: subjectAttribute,
  value: subject,
  linkedAt,
  issuer,
})
