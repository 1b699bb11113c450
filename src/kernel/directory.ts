import type { Service } from './service.ts'

/** Pages that are reached by a host name of their own, and by a path where names do not resolve. */
export interface PagesOnHosts {
  /** The pages of the host `name` are registered below `/<under>/<name>`. */
  readonly under: string
  /** Host names in front of the installation's own one; the first group is `name`. */
  readonly pattern: RegExp
  /** First path parts of such pages; what others ask of the host is no page. */
  readonly parts: readonly string[]
}

/** What routing must know of a service before its contract is loaded. One line in services/index. */
export interface ServiceEntry {
  /** The AWS CLI's name of the service, which is also its folder. */
  readonly name: string
  /** Service name in the SigV4 credential scope (`cognito-idp`, `monitoring` for cloudwatch). */
  readonly signingName: string
  /** Shape name of the service in Smithy: prefix of `x-amz-target`, path part of rpcv2Cbor. */
  readonly target?: string | undefined
  /** API version: `Version` of the query protocols. */
  readonly version?: string | undefined
  /** Prefix of the service's own host names where it is not the signing name. */
  readonly hostPrefix?: string | undefined
  /** First value of `eventSource` in the audit log; default `<signingName>.amazonaws.com`. */
  readonly eventSource?: string | undefined
  /** Served from one place for all Regions (IAM, Organizations): records say us-east-1. */
  readonly global?: boolean | undefined
  /** Prefix of its IAM actions where that is not the signing name (`cloudwatch`). */
  readonly actionPrefix?: string | undefined
  /** First path parts of the service's pages (`federation` for `/federation`). */
  readonly pages?: readonly string[] | undefined
  /** The same where the first part is a name of the service's own (a user pool's id). */
  readonly pagesUnder?: RegExp | undefined
  /** Host names that are places of the service's own (sign-in domains of user pools). */
  readonly pagesOnHosts?: PagesOnHosts | undefined
  /** Service name of the signatures that requests for its pages carry; any other is an AWS call's. */
  readonly pagesSignedFor?: string | undefined
  /** Bytes that a request's body may have; default: 6 MB, as most services need. */
  readonly largestBody?: number | undefined
  readonly load: () => Promise<Service>
  /** Length, range, pattern and enum facts that the SDK lacks: the folder's constraints.json. */
  readonly constraints?: (() => Promise<unknown>) | undefined
}
