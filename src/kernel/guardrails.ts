import type { Policy } from './authorization.ts'

/** An account's place in its organization, with every policy that bounds it from above. */
export interface Membership {
  /** `o-exampleorgid`. */
  readonly organizationId: string
  readonly managementAccount: string
  /** `o-x/r-x/ou-x/.../`: the value of `aws:PrincipalOrgPaths`, with its trailing slash. */
  readonly path: string
  /**
   * SCPs that bound the account's principals, one entry per level from the root down to the account.
   * Undefined for the management account and while the policy type is not enabled.
   */
  readonly serviceControl: readonly (readonly Policy[])[] | undefined
  /** RCPs that bound the account's resources; the same form. */
  readonly resourceControl: readonly (readonly Policy[])[] | undefined
  /** Service principals that may work across the organization (EnableAWSServiceAccess). */
  readonly trustedServices: readonly string[]
  /** Service principals that this account administers for the organization. */
  readonly delegatedServices: readonly string[]
}

/** The seam that organizations provides to the gateway and to other services. */
export interface Guardrails {
  /** Undefined for an account that is in no organization. */
  membership(account: string): Promise<Membership | undefined>
  /** Numbers of the accounts of an organization; none when there is no such organization. */
  accounts(organizationId: string): Promise<readonly string[]>
  /** Whether the account has been closed: nobody's keys work in it any more. */
  closed(account: string): Promise<boolean>
}
