import type * as Iam from '@aws-sdk/client-iam'
import type { Principal } from '../../kernel/authorization.ts'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof Iam

const define = operationsOf<C>('whole-seconds')

/**
 * `operation(name, { access, handle })`, typed by the official client. Sessions that IAM does not
 * serve are refused before anything is looked at.
 */
export const operation: typeof define = (name, { access, handle }) =>
  define(name, {
    access:
      access.kind !== 'iam'
        ? access
        : {
            kind: 'iam',
            targets(input, read) {
              refuseBareSession(read.caller.principal)
              return access.targets(input, read)
            },
          },
    handle,
  })

/** IAM serves no federated users, and sessions of GetSessionToken only where MFA stood behind. */
function refuseBareSession({ kind, session }: Principal): void {
  if (session === undefined || kind === 'role') return
  if (session.mfaAt !== undefined || session.assumedRoot || session.console || session.delegated)
    return
  throw fail('InvalidClientTokenId', 'The security token included in the request is invalid')
}

/** `fail(code, message)`; the codes here are those that AWS sends and the model omits. */
export const fail = errorsOf<C>()({
  ValidationError: 400,
  InvalidClientTokenId: 403,
  AccessDenied: 403,
})
