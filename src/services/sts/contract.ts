import type * as Sts from '@aws-sdk/client-sts'
import type { Principal } from '../../kernel/authorization.ts'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof Sts

/** `fail(code, message)`; the codes here are those that AWS sends and the model omits. */
export const fail = errorsOf<C>()({ ValidationError: 400, AccessDenied: 403 })

const define = operationsOf<C>('whole-seconds')

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation: typeof define = (name, { access, handle }) =>
  define(name, {
    access:
      access.kind !== 'iam'
        ? access
        : {
            kind: 'iam',
            targets(input, read) {
              refuseSession(name, read.caller.principal)
              return access.targets(input, read)
            },
          },
    handle,
  })

/**
 * What sessions of long-term keys may not ask for: those of GetSessionToken only assume roles, those
 * of GetFederationToken not even that.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
 */
function refuseSession(name: string, { kind, session }: Principal): void {
  if (session === undefined || session.console || session.assumedRoot) return
  const bare = kind === 'user' || kind === 'root'
  if (kind === 'federated-user' || (bare && name !== 'AssumeRole'))
    throw fail('AccessDenied', `Cannot call ${name} with session credentials`)
}
