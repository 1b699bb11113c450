import type { Caller, Principal } from './authorization.ts'
import type { CallContext } from './context.ts'
import type { HttpResponse } from './http.ts'
import type { SessionClaims } from './principals.ts'
import type { Quota } from './quota.ts'
import type { Owner, Store } from './store.ts'

/** What is served beside the AWS operations: sign-in pages, public keys, discovery documents. */
export interface Page {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** `/_tokens/:issuer/jwks.json`; a part `:name` takes any one part, a last part `*` all that follow. */
  readonly path: string
  /** Takes the body as it is, up to so many bytes, instead of a form. */
  readonly rawBody?: number | undefined
  /** Takes the body as it arrives (`request.stream`), and minds its length itself. */
  readonly streamedBody?: true | undefined
  readonly handle: (request: PageRequest, ctx: PageContext) => HttpResponse | Promise<HttpResponse>
}

export interface PageRequest {
  /** Parts of the path by name, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** `https://host`, as the client named it. */
  readonly origin: string
  /** The path as the client sent it. */
  readonly path: string
  readonly query: URLSearchParams
  /** A POSTed form; empty when there is none. */
  readonly form: URLSearchParams
  /** The body of a page that takes it raw; empty for others. */
  readonly body: Uint8Array
  /** The body of a page that takes it as it arrives; of others what they were given whole. */
  readonly stream: AsyncIterable<Uint8Array>
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly cookies: ReadonlyMap<string, string>
}

/** An event that is no API call, for the audit log (`ConsoleLogin`). */
export interface PageEvent {
  readonly eventName: string
  /** `AwsConsoleSignIn`. */
  readonly eventType: string
  readonly owner: Owner
  readonly principal: Principal
  readonly readOnly?: boolean | undefined
  readonly errorMessage?: string | undefined
  readonly responseElements?: object | undefined
  readonly additional?: object | undefined
}

/** Credentials of a session, as SDKs take them. */
export interface SessionCredentials {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly SessionToken: string
  readonly Expiration: Date
}

/** Who signed a request, in the Region that the signature names. */
export interface Signer {
  readonly caller: Caller
  readonly region: string
}

/** A page acts as its service, on whatever account its own checks lead it to. */
export interface PageContext extends Omit<CallContext, 'storeOf' | 'authorize'> {
  open(owner: Owner): Store
  /** The same call in an account and a Region that the page has found out. */
  within(owner: Owner): CallContext
  /** Takes from a bucket of the installation's own; false when it is empty. For what strangers may do often. */
  allows(bucket: string, quota: Quota): boolean
  record(event: PageEvent): Promise<void>
  /**
   * Who signed the request by SigV4 for a service that is none of AWS's own. The secret is not the access
   * key's but one derived from it (`SigningKeys.only`), which is good for that service alone.
   * @returns undefined for a request that nobody signed, or not rightly
   */
  signer(service: string): Promise<Signer | undefined>
  /**
   * Does an operation of the page's own service for a signer in a Region of the signer's account:
   * decided, throttled and recorded like a call, but not held to the limits of the model.
   * @param additional what the record tells besides
   * @throws ServiceError what a caller would be told
   */
  perform(
    operation: string,
    input: object,
    by: Signer,
    additional?: Readonly<Record<string, unknown>>,
  ): Promise<unknown>
  /** Makes a session; nothing is stored. */
  issueSession(claims: Omit<SessionClaims, 'accessKeyId' | 'secret'>): Promise<SessionCredentials>
  /** The claims of a session token that this installation issued; undefined for any other text. */
  openSession(token: string, accessKeyId: string): Promise<SessionClaims | undefined>
}
