import type { AccessRequest, Caller } from '../kernel/authorization.ts'
import type { CallContext, Source } from '../kernel/context.ts'
import type { ServiceError } from '../kernel/errors.ts'
import type { Membership } from '../kernel/guardrails.ts'
import type { HttpRequest, HttpResponse } from '../kernel/http.ts'
import type { AnyOperation } from '../kernel/service.ts'
import type { Owner } from '../kernel/store.ts'
import type { Target } from '../kernel/target.ts'
import type { Route } from '../wire/route/route.ts'
import type { ClaimedSignature, SignatureRefused } from '../wire/sigv4.ts'
import type { WireOperation } from '../wire/wire-service.ts'
import type { LoadedService } from './loaded-service.ts'

/** Nobody: an unsigned request. */
export const anonymous: Caller = {
  principal: { kind: 'anonymous', account: '', arn: '', userId: 'anonymous' },
  layers: { identity: [] },
}

/** A decision as it was asked for. */
export interface Decided {
  readonly request: AccessRequest
  readonly allowed: boolean
}

const noMemberships: ReadonlyMap<string, Membership> = new Map()

/** One request on its way through the house; each step fills in what it found out. */
export class Exchange {
  readonly requestId: string
  /** Service time of arrival in milliseconds. */
  readonly time: number
  readonly source: Source
  request: HttpRequest

  claim: ClaimedSignature | undefined
  claimFault: SignatureRefused | undefined
  route: Route | undefined
  loaded: LoadedService | undefined
  wire: WireOperation | undefined
  operation: AnyOperation | undefined
  /** Region of the request: where the caller believes to be. */
  region = ''
  caller: Caller = anonymous
  input: Readonly<Record<string, unknown>> = {}
  targets: readonly Target[] = []
  /** Whose store the handler works on. */
  owner: Owner | undefined
  decided: Decided[] = []
  /** Places of the caller's and the resources' accounts in organizations; the others are in none. */
  memberships: ReadonlyMap<string, Membership> = noMemberships
  context: CallContext | undefined
  output: Readonly<Record<string, unknown>> | undefined
  error: ServiceError | undefined
  response: HttpResponse | undefined
  /** What the record tells besides. */
  additional: Readonly<Record<string, unknown>> | undefined
  /** A transaction wrote an intent for this call. */
  intended = false
  /** What is not worth a record: health, CORS preflight. */
  unrecorded = false

  constructor(requestId: string, time: number, source: Source, request: HttpRequest) {
    this.requestId = requestId
    this.time = time
    this.source = source
    this.request = request
  }

  /** Name of the operation as it is known so far. */
  get operationName(): string {
    return this.operation?.name ?? this.wire?.name ?? this.route?.operation ?? 'Unknown'
  }

  /** Where the caller reached us: behind a trusted proxy, the proxy's own name. */
  get origin(): string {
    return `${this.source.secure ? 'https' : 'http'}://${this.request.headers.host ?? 'localhost'}`
  }

  get account(): string {
    return this.caller.principal.account
  }
}
