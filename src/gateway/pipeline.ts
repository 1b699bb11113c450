import { ServiceError } from '../kernel/errors.ts'
import type { HttpResponse } from '../kernel/http.ts'
import { StoreUnavailable } from '../kernel/store.ts'
import type { Exchange } from './exchange.ts'
import type { House } from './house.ts'
import { sealedRefusal } from './refusals.ts'
import { authenticate } from './steps/authenticate.ts'
import { authorize } from './steps/authorize.ts'
import { collectBody } from './steps/collect.ts'
import { handle } from './steps/handle.ts'
import { loadBounds } from './steps/load-memberships.ts'
import { loadTargets } from './steps/load-targets.ts'
import { parse } from './steps/parse.ts'
import { record } from './steps/record.ts'
import { respond, serialize } from './steps/respond.ts'
import { findRoute } from './steps/route.ts'
import { throttle } from './steps/throttle.ts'
import { validate } from './steps/validate.ts'

/** A step does its part and says nothing; what stops the request is thrown. */
type Step = (exchange: Exchange, house: House) => void | Promise<void>

/** THE list: what happens to a signed request, in this order. */
const journey: readonly Step[] = [
  findRoute, //    host, target header, action, path: which service, operation and protocol
  collectBody, //  the bytes of the body, unless a member streams it
  authenticate, // SigV4 in header or query; loads the principal with all its policies
  collectBody, //  again, where chunk framing made a stream of it
  parse, //        the body becomes the operation's input
  validate, //     constraints of the model
  loadTargets, //  which resources the call is about, loaded once
  loadBounds, //   what organizations impose on the accounts involved
  authorize, //    every layer of policy, for every target
  throttle, //     request rates
  handle, //       the service does its work in short transactions of its own
  serialize, //    the output becomes the protocol's answer
]

/** What a call of one service by another goes through: no bytes, no signature, but all the rest. */
export const innerJourney: readonly Step[] = [loadTargets, loadBounds, authorize, handle]

/** What a page goes through that does an operation for who signed for it. */
export const pageJourney: readonly Step[] = [loadTargets, loadBounds, authorize, throttle, handle]

/** Takes a request through the house. Errors leave by the same road: recorded, then answered. */
export async function travel(exchange: Exchange, house: House): Promise<HttpResponse> {
  await walk(journey, exchange, house)
  try {
    await record(exchange, house)
  } catch (error) {
    // Nothing is answered that the log does not hold; a change that was made stays as an intent.
    exchange.output = undefined
    exchange.response = undefined
    exchange.error = asServiceError(error, exchange, house)
  }
  return respond(exchange)
}

/** Answers while the store is sealed, in the form of the protocol that was spoken; nothing is read. */
export async function refuseSealed(exchange: Exchange, house: House): Promise<HttpResponse> {
  await walk([findRoute], exchange, house)
  exchange.error = sealedRefusal()
  return respond(exchange)
}

/** Runs steps until one throws; the error stays in the exchange. */
export async function walk(
  steps: readonly Step[],
  exchange: Exchange,
  house: House,
): Promise<void> {
  try {
    for (const step of steps) {
      const pending = step(exchange, house)
      if (pending !== undefined) await pending
    }
  } catch (error) {
    exchange.error = asServiceError(error, exchange, house)
  }
}

function asServiceError(error: unknown, exchange: Exchange, house: House): ServiceError {
  if (error instanceof ServiceError) return error
  const { requestId, operationName } = exchange
  if (error instanceof StoreUnavailable) {
    house.log.error('the store is unavailable', { requestId, cause: error.message })
    const message = exchange.intended
      ? 'The change was made, but the service cannot record it now. Look before you try again.'
      : 'The service cannot store anything now; nothing was changed. Try again later.'
    return new ServiceError('ServiceUnavailable', message, { status: 503, cause: error })
  }
  house.log.error('a call failed for a reason of our own', {
    requestId,
    operation: operationName,
    cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
  return new ServiceError(
    'InternalFailure',
    `The request failed for an internal reason. Request id: ${requestId}`,
    { status: 500, cause: error },
  )
}
