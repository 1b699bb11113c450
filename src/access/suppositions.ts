/** Requests that nobody made: their context is what somebody supposes. */

import type { AccessRequest } from '../kernel/authorization.ts'
import { contextKey } from './context-keys.ts'

/**
 * The request with its own context in front of everything that is known otherwise. `follows` says
 * of which other keys (lower-case) principal, resource and time may still tell the value.
 */
export function suppose(
  request: AccessRequest,
  follows: (key: string) => boolean = () => true,
): AccessRequest {
  return {
    ...request,
    supposed: true,
    context: (key) =>
      request.context(key) ?? (follows(key) ? contextKey(key).read(request) : undefined),
  }
}
