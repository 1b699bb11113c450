/** The vocabulary of one authorization decision, shared by gateway, access, audit and services. */

/** A policy document as it is evaluated. Compiled once per `hash`, wherever it is attached. */
export interface Policy {
  /** The ARN of a managed policy, or the name of an inline one. */
  readonly id: string
  readonly kind: 'managed' | 'inline' | 'resource'
  /** The JSON text exactly as it was stored. */
  readonly document: string
  /** Hex SHA-256 of `document`. */
  readonly hash: string
}

/** Facts of a session, whatever principal it belongs to; all of them end up in condition keys. */
export interface Session {
  /** Milliseconds since 1970 (service time). */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Milliseconds of the MFA authentication, when there was one. */
  readonly mfaAt?: number | undefined
  readonly sourceIdentity?: string | undefined
  /** Session tags; they override the tags of the role or user. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly transitiveTagKeys?: readonly string[] | undefined
  /** Number of AssumeRole calls behind the session; 1 for a first role session. */
  readonly chain?: number | undefined
  /** A session that a sign-in page opened; it may do what the user may. */
  readonly console?: boolean | undefined
  /** A session that a delegation request lent to a product. */
  readonly delegated?: boolean | undefined
  /** A session on a member account's root, for one task. */
  readonly assumedRoot?: boolean | undefined
  /** ARN or host of the identity provider of a federated session. */
  readonly federatedProvider?: string | undefined
  /** Claims that survive into later requests (`saml:sub`, `accounts.google.com:sub`, ...). */
  readonly federatedKeys?: Readonly<Record<string, string | readonly string[]>> | undefined
}

interface PrincipalBase {
  readonly account: string
  /** The ARN that the caller is known by: user, role session, federated user, root. */
  readonly arn: string
  /** `aws:userid`: AIDA..., AROA...:session, account:name, account. */
  readonly userId: string
  /** Tags of the user or role record. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly session?: Session | undefined
  readonly accessKeyId?: string | undefined
}

/** Who asks. */
export type Principal =
  | (PrincipalBase & {
      readonly kind: 'root'
      /** Open mode: the key is one that nobody made. */
      readonly unverified?: boolean | undefined
    })
  | (PrincipalBase & { readonly kind: 'user'; readonly name: string })
  | (PrincipalBase & {
      readonly kind: 'role'
      /** `arn:aws:iam::A:role/path/R`: what policies name; `arn` is the session's. */
      readonly roleArn: string
      readonly roleId: string
      readonly roleName: string
      readonly sessionName: string
      /** Service-linked roles are beyond SCPs and RCPs. */
      readonly serviceLinked?: boolean | undefined
    })
  | (PrincipalBase & {
      readonly kind: 'federated-user'
      readonly name: string
      /** The user (or root) whose long-term key called GetFederationToken. */
      readonly issuerArn: string
      readonly issuerId: string
    })
  /** A token or assertion of an identity provider, before a role is assumed. */
  | (PrincipalBase & { readonly kind: 'web-identity' | 'saml'; readonly provider: string })
  | (PrincipalBase & { readonly kind: 'service'; readonly service: string })
  | (PrincipalBase & { readonly kind: 'anonymous' })

/** The policies that travel with a principal. Absent layers do not limit. */
export interface Layers {
  /** Inline and managed policies of the user and its groups, or of the role. */
  readonly identity: readonly Policy[]
  readonly boundary?: Policy | undefined
  /** Session policies; their union is one layer. */
  readonly session?: readonly Policy[] | undefined
  /** SCPs of the principal's account, one entry per level from the root down. */
  readonly serviceControl?: readonly (readonly Policy[])[] | undefined
  readonly endpoint?: Policy | undefined
}

/** Who calls, with every policy that travels with the principal. */
export interface Caller {
  readonly principal: Principal
  readonly layers: Layers
}

/** A KMS-style grant: allows only, next to the resource policy. */
export interface Grant {
  readonly id: string
  readonly grantee: string
  readonly operations: readonly string[]
  readonly constraints?:
    | {
        readonly encryptionContextEquals?: Readonly<Record<string, string>>
        readonly encryptionContextSubset?: Readonly<Record<string, string>>
        readonly sourceArn?: string
      }
    | undefined
}

export type ContextValue = string | readonly string[]

/**
 * How the caller's own account takes part in a resource policy:
 * - `standard`: AWS's table for most services (S3, SQS, Secrets Manager ...);
 * - `required`: the resource policy must allow, also in the same account (role trust, KMS keys).
 */
export type ResourcePolicyMode = 'standard' | 'required'

/** The resource of one decision as its owner knows it. */
export interface Resource {
  /** `*` for actions without resource-level permissions. */
  readonly arn: string
  readonly account: string
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly policy?: Policy | undefined
  readonly policyMode?: ResourcePolicyMode | undefined
  readonly grants?: readonly Grant[] | undefined
  /** RCPs of the owning account, one entry per level from the root down. */
  readonly resourceControl?: readonly (readonly Policy[])[] | undefined
}

/** One decision. `context` holds request and resource keys; principal keys are derived. */
export interface AccessRequest {
  readonly principal: Principal
  readonly layers: Layers
  /** `iam:CreateUser`, spelled as in the service authorization reference. */
  readonly action: string
  readonly resource: Resource
  /** Value of a condition key by its lower-case name; undefined when absent. Asked lazily. */
  readonly context: (key: string) => ContextValue | undefined
  /** A simulation: keys have the values of `context` and no other, also those of the principal. */
  readonly supposed?: boolean | undefined
  /** Service time in milliseconds: `aws:CurrentTime`, MFA age, token age. */
  readonly now: number
}

export type Effect = 'allowed' | 'implicitDeny' | 'explicitDeny'

export type LayerName =
  | 'identity-based policy'
  | 'resource-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'service control policy'
  | 'resource control policy'
  | 'VPC endpoint policy'
  | 'role trust policy'
  | 'grant'

/** A statement that took part in a decision, and where it stands in its document. */
export interface MatchedStatement {
  readonly layer: LayerName
  readonly policy: Pick<Policy, 'id' | 'kind' | 'hash'>
  readonly effect: 'Allow' | 'Deny'
  readonly sid?: string | undefined
  /** Zero-based position in the Statement array. */
  readonly index: number
  /** One-based positions in the document, end exclusive as the simulator reports them. */
  readonly start: { readonly line: number; readonly column: number }
  readonly end: { readonly line: number; readonly column: number }
  /** Zero-based level of the organization from the root down; only of its policies. */
  readonly level?: number | undefined
  /** What the statement asked of the request, and what it found; absent when it asks nothing. */
  readonly conditions?: readonly AskedCondition[] | undefined
}

/** A condition of a statement with the value that it met. */
export interface AskedCondition {
  readonly operator: string
  readonly key: string
  readonly expected: readonly string[]
  /** Undefined when the request did not carry the key. */
  readonly actual: ContextValue | undefined
}

/** What one layer said, and why. */
export interface LayerOutcome {
  readonly layer: LayerName
  readonly effect: Effect | 'notApplicable'
  readonly statements: readonly MatchedStatement[]
  /** Levels of the organization, from the root down, that allow nothing of this. */
  readonly silentLevels?: readonly number[] | undefined
  /** Statements that matched but for a condition: what would have had to be otherwise. */
  readonly nearMisses: readonly NearMiss[]
}

export interface NearMiss {
  readonly statement: MatchedStatement
  readonly failed: 'action' | 'resource' | 'principal' | 'condition'
  readonly operator?: string | undefined
  readonly key?: string | undefined
  readonly expected?: readonly string[] | undefined
  readonly actual?: ContextValue | undefined
}

/** The whole decision, as `why` tells it. */
export interface Explanation {
  readonly effect: Effect
  /** The layer that decided; undefined when the answer is a plain allow of several layers. */
  readonly decidedBy: LayerName | undefined
  readonly layers: readonly LayerOutcome[]
  /** Condition keys that a statement asked for and the request did not carry. */
  readonly missingKeys: readonly string[]
  /** Every key that was read, with its value: the record that lets `why` replay the decision. */
  readonly contextRead: Readonly<Record<string, ContextValue>>
  /** The tail of AWS's AccessDenied sentence: `because no identity-based policy allows ...`. */
  readonly reason: string
}
