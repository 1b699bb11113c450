import type { HttpRequest, HttpResponse } from '../../kernel/http.ts'
import type { Route } from '../route/route.ts'
import type { ProtocolName, ServiceFacts } from '../schema/facts.ts'
import type { OperationShape } from '../schema/shape.ts'

/** What an operation's handler receives and returns, before types. */
export type Message = Readonly<Record<string, unknown>>

/** One operation in one protocol. */
export interface OperationCodec {
  readonly decode: (request: HttpRequest, route: Route) => Message
  readonly encode: (output: Message, requestId: string) => HttpResponse
}

/** An error on its way out; a ServiceError is one. */
export interface OutgoingError {
  readonly code: string
  readonly message: string
  readonly status?: number | undefined
  readonly members?: Message | undefined
}

export interface ErrorContext {
  readonly requestId: string
  /** Undefined while the service is not known yet. */
  readonly facts?: ServiceFacts | undefined
  /** Path of the request; S3 names it in its errors. */
  readonly resource?: string | undefined
  /** The request was HEAD: no body. */
  readonly head?: boolean | undefined
}

/** The server's side of one wire protocol. Stateless. */
export interface Protocol {
  readonly name: ProtocolName
  readonly compile: (operation: OperationShape, facts: ServiceFacts) => OperationCodec
  readonly encodeError: (error: OutgoingError, context: ErrorContext) => HttpResponse
}

/** The collected body; streams are for streaming members only. */
export function collectedBody({ body }: HttpRequest): Uint8Array {
  if (body instanceof Uint8Array) return body
  throw new TypeError('the body of this operation must be collected before it is decoded')
}
