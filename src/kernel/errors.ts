import type { ErrorName } from './contract.ts'

/**
 * The one error that a caller may see. Anything else thrown is a fault: the gateway answers
 * `InternalFailure` with the request id, and the cause goes to the log.
 */
export class ServiceError extends Error {
  /** Class name of a modelled error, or the wire code of an error that the model omits. */
  readonly code: string
  /** HTTP status; undefined where the model of the service knows it. */
  readonly status: number | undefined
  /** Further members of a modelled error shape. Never a secret. */
  readonly members: Readonly<Record<string, unknown>> | undefined

  constructor(
    code: string,
    message: string,
    options: {
      status?: number | undefined
      members?: Record<string, unknown> | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = code
    this.code = code
    this.status = options.status
    this.members = options.members
  }
}

/** Codes that AWS sends and the model omits, each with its HTTP status. */
export type ExtraErrors = Readonly<Record<string, number>>

/**
 * Makes a service's `fail(code, message)`: the code is one that the official client models or one
 * that the service declares with its status. The result is thrown by the caller, so that control
 * flow stays visible.
 */
export const errorsOf =
  <C>() =>
  <const X extends ExtraErrors>(extra: X) =>
  (
    code: ErrorName<C> | (keyof X & string),
    message: string,
    members?: Record<string, unknown>,
  ): ServiceError =>
    new ServiceError(code, message, { status: extra[code], members })
