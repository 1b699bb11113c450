import type { StructureShape } from '../schema/shape.ts'
import type { ErrorContext, Message, OutgoingError } from './protocol.ts'

/** An error with everything that its model says of it. */
export interface ResolvedError {
  /** Name in JSON and CBOR (`NoSuchEntityException`). */
  readonly name: string
  /** Code in the query protocols (`NoSuchEntity`). */
  readonly code: string
  readonly namespace: string | undefined
  readonly shape: StructureShape | undefined
  readonly status: number
  readonly queryStatus: number
  readonly message: string
  /** Members of the shape, the message under its own name. */
  readonly members: Message
}

/** Finds the modelled error by class name or wire code. Unmodelled ones speak for themselves. */
export function resolveError(error: OutgoingError, { facts }: ErrorContext): ResolvedError {
  const { code, message, status } = error
  const shape = facts?.errors.get(code)
  const traits = shape?.traits ?? {}
  const modelled = traits.httpError ?? (traits.error === 'server' ? 500 : 400)
  return {
    name: shape?.name ?? code,
    code: traits.awsQueryError?.[0] ?? shape?.name ?? code,
    namespace: shape?.namespace ?? facts?.namespace,
    shape,
    status: status ?? modelled,
    queryStatus: status ?? traits.awsQueryError?.[1] ?? modelled,
    message,
    members: { ...error.members, [messageMember(shape) ?? 'message']: message },
  }
}

/** Models spell the member `message` or `Message`. */
export const messageMember = (shape: StructureShape | undefined): string | undefined =>
  shape?.members.find(({ name }) => name.toLowerCase() === 'message')?.name

/** Who is to blame, as the query protocols say it. */
export const faultOf = (status: number): 'Sender' | 'Receiver' =>
  status >= 500 ? 'Receiver' : 'Sender'

/** Header by which clients of a service that once spoke query know the old code. */
export function queryErrorHeader(
  { code, shape, queryStatus }: ResolvedError,
  { facts }: ErrorContext,
): Record<string, string> {
  if (!facts?.queryCompatible) return {}
  const fault = shape?.traits.error === 'server' ? 'Receiver' : faultOf(queryStatus)
  return { 'x-amzn-query-error': `${code};${fault}` }
}
