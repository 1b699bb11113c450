import type { Caller, Principal } from './authorization.ts'
import type { Guardrails } from './guardrails.ts'
import type { Inventory } from './inventory.ts'
import type { Log, Ports, Random } from './ports.ts'
import type { PrincipalDirectory } from './principals.ts'
import type { Owner, Store } from './store.ts'
import type { Target } from './target.ts'

/** Where a call came from. */
export interface Source {
  readonly ip: string
  readonly userAgent: string
  readonly secure: boolean
  readonly referer?: string | undefined
  /** `cognito-idp.amazonaws.com` when a service calls for somebody. */
  readonly invokedBy?: string | undefined
  /** Services that forwarded the call, outermost first (`aws:CalledVia`). */
  readonly calledVia?: readonly string[] | undefined
  /** The VPC endpoint that the request came through; a trusted proxy tells it. */
  readonly endpoint?: VpcEndpoint | undefined
  /** The resource that a service works for when it calls as itself (`aws:SourceArn`). */
  readonly sourceArn?: string | undefined
}

export interface VpcEndpoint {
  /** `vpce-...`. */
  readonly id: string
  readonly vpc?: string | undefined
  /** Who owns the endpoint. */
  readonly account?: string | undefined
}

/** What `targets` may see: reads only, of any owner, before anything is authorized. */
export interface ReadContext {
  readonly requestId: string
  readonly account: string
  readonly region: string
  readonly caller: Caller
  readonly source: Source
  now(): Date
  readonly store: Pick<Store, 'of' | 'owner'>
  storeOf(owner: Owner): Pick<Store, 'of' | 'owner'>
  readonly principals: PrincipalDirectory
  readonly guardrails: Guardrails
  readonly inventory: Inventory
  /** Where clients reach this installation, without a slash at the end. */
  readonly baseUrl: string
  /** Who vouches for tokens: this installation, or AWS's own names. */
  readonly issuer: 'self' | 'aws'
  readonly ports: Pick<Ports, 'seals' | 'trust'>
  /**
   * What is read often, kept while no record of a collection `cached: kind` changes in the account.
   * Answers at once what is at hand.
   * @param key tells one thing from another, the Region among it where that matters
   */
  cached<T>(kind: string, account: string, key: string, load: () => Promise<T>): T | Promise<T>
}

/** Whose authority a nested call carries. */
export type CallAs =
  | 'caller'
  | 'service'
  /** ARN of a role that trusts the calling service. */
  | { readonly role: string; readonly sessionName?: string | undefined }

export interface CallOptions {
  readonly as: CallAs
  /** The resource on whose behalf a call `as: 'service'` is made. */
  readonly sourceArn?: string | undefined
}

/** What a handler sees. Immutable; one per call. */
export interface CallContext extends Omit<ReadContext, 'store' | 'storeOf' | 'ports'> {
  readonly random: Random
  /** The store of the first target's owner (the caller's account when there is none). */
  readonly store: Store
  /** Opens the store of an authorized target, and of no other. */
  storeOf(target: Target): Store
  /** Calls another service through its public contract: authorized and recorded like any call. */
  call(service: string, operation: string, input: unknown, options: CallOptions): Promise<unknown>
  /**
   * Decides further targets that became known only now; throws AccessDenied.
   * @param as who a public operation has found its caller to be; the log names it from now on
   */
  authorize(targets: readonly Target[], as?: Principal): Promise<void>
  readonly ports: Ports
  readonly log: Log
  readonly signal: AbortSignal
}
