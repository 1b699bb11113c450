import type { Caller, Policy, Session } from './authorization.ts'
import type { Owner, Store } from './store.ts'

/** Opens anybody's store; only seams and the gateway hold one. */
export type OpenStore = (owner: Owner) => Store

/** What a session token carries, sealed: enough to verify a call without a store lookup. */
export interface SessionClaims {
  readonly kind: 'role' | 'user' | 'root' | 'federated-user'
  readonly account: string
  readonly accessKeyId: string
  readonly secret: string
  /** Unique id of the role or user: a session dies with its principal, not with a name. */
  readonly principalId: string
  /** Role session name or federated user name. */
  readonly name?: string | undefined
  readonly session: Session
  /** Session policies as documents; absent means that there is no session layer. */
  readonly policies?: readonly string[] | undefined
}

/** A long-term access key, with who it belongs to. */
export interface Credential {
  readonly secret: string
  readonly active: boolean
  readonly caller: Caller
}

/** A role as STS sees it. */
export interface AssumableRole {
  readonly id: string
  readonly name: string
  readonly arn: string
  readonly account: string
  readonly trust: Policy
  readonly tags: Readonly<Record<string, string>>
  /** Seconds. */
  readonly maxSessionDuration: number
}

/** An identity provider that an account has registered. */
export type IdentityProvider =
  | {
      readonly kind: 'oidc'
      readonly arn: string
      /** The issuer, with its scheme. */
      readonly url: string
      readonly clientIds: readonly string[]
      /** SHA-1 of certificates that vouch for the issuer, 40 hex digits. */
      readonly thumbprints: readonly string[]
    }
  | {
      readonly kind: 'saml'
      readonly arn: string
      readonly name: string
      readonly metadata: string
      readonly encryption: 'Required' | 'Allowed' | undefined
      /** Keys that open encrypted assertions, PEM. */
      readonly keys: readonly string[]
    }

/** What an account has decided about its sessions and tokens. */
export interface TokenSettings {
  /** URL that outbound tokens name as their issuer; undefined while the feature is off. */
  readonly outboundIssuer?: string | undefined
  /** Form of session tokens of the global endpoint. */
  readonly tokenVersion: 'v1Token' | 'v2Token'
  /** `RootSessions`, `RootCredentialsManagement`: of the organization that it manages. */
  readonly organizationFeatures: readonly string[]
}

/** Somebody who knew the password of an IAM user. */
export interface KnownUser {
  readonly userId: string
  readonly userName: string
  /**
   * - `reset`: a new one must be chosen first, because an administrator asked for it
   * - `expired`: a new one must be chosen first, because it is too old
   * - `expired-hard`: too old, and by policy only an administrator may set a new one
   */
  readonly password: 'good' | 'reset' | 'expired' | 'expired-hard'
  /** Serial numbers of the user's MFA devices: one of them must give a code. */
  readonly mfa: readonly string[]
}

/** What signing in as an IAM user needs. */
export interface PasswordSignIn {
  /** The account of an id or alias; undefined when nobody has it. */
  account(idOrAlias: string): Promise<string | undefined>
  /**
   * Undefined when the password is not that of a user of the account, or when there is no such user:
   * each takes the same time.
   */
  verify(account: string, userName: string, password: string): Promise<KnownUser | undefined>
  used(account: string, userId: string): Promise<void>
  /** Sets a new password; answers the sentence of a refusal. */
  choose(account: string, userId: string, password: string): Promise<string | undefined>
}

/** The seam that iam provides to the gateway and to sts. */
export interface PrincipalDirectory {
  /** Undefined when no such key exists. */
  credential(accessKeyId: string): Promise<Credential | undefined>
  /** The caller behind a session; undefined when its role or user is gone. */
  caller(claims: SessionClaims): Promise<Caller | undefined>
  role(arn: string): Promise<AssumableRole | undefined>
  readonly signIn: PasswordSignIn
  /** A provider by its ARN. */
  identityProvider(arn: string): Promise<IdentityProvider | undefined>
  tokenSettings(account: string): Promise<TokenSettings>
  /** The account whose outbound tokens name the issuer of this id, while it issues any. */
  tokenIssuer(id: string): Promise<{ readonly account: string; readonly url: string } | undefined>
  /** The unique id of the user or role that has this ARN, in any account; undefined for none. */
  identify(arn: string): Promise<string | undefined>
  /** The ARN that a user or role has by now, from its unique id; undefined when it is gone. */
  arnOf(account: string, id: string): Promise<string | undefined>
  /** A managed policy (AWS's or the account's own) by its ARN. */
  managedPolicy(arn: string): Promise<Policy | undefined>
  /**
   * Whether the code is good for this MFA device of this user (by unique id; the account number
   * means the root user). A good code is used up with the answer, and wrong ones are counted.
   */
  mfa(account: string, principalId: string, serial: string, code: string): Promise<boolean>
}
