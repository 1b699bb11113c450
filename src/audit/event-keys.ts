import type { Principal } from '../kernel/authorization.ts'
import { actorId, eventUserName } from './identity.ts'
import { namesOfArn } from './log.ts'
import { resourceType } from './record.ts'
import { keyOf } from './segment.ts'

/** What an event is found by. */
interface Findable {
  readonly requestId: string
  readonly eventId: string
  readonly eventName: string
  readonly eventSource: string
  readonly readOnly: boolean
  readonly account: string
  readonly region: string
  /** Undefined where the log's account may not learn who it was. */
  readonly principal: Principal | undefined
  readonly resources?: readonly { readonly arn: string }[]
}

/** Everything that LookupEvents and `why` find an event by, for the directory of its segment. */
export function eventKeys(event: Findable): number[] {
  const { requestId, eventId, eventName, eventSource, readOnly, account, region } = event
  const scope = `${account}/${region}`
  const keys = [
    keyOf('', 'RequestId', requestId),
    keyOf(scope, '', ''),
    keyOf(scope, 'EventId', eventId),
    keyOf(scope, 'EventName', eventName),
    keyOf(scope, 'EventSource', eventSource),
    keyOf(scope, 'ReadOnly', String(readOnly)),
  ]
  const { principal, resources = [] } = event
  if (principal !== undefined) {
    keys.push(keyOf(scope, 'Username', eventUserName(principal)))
    if (principal.accessKeyId !== undefined)
      keys.push(keyOf(scope, 'AccessKeyId', principal.accessKeyId))
  }
  for (const { arn } of resources) {
    for (const name of namesOfArn(arn)) keys.push(keyOf(scope, 'ResourceName', name))
    const type = resourceType(arn)
    if (type !== undefined) keys.push(keyOf(scope, 'ResourceType', type))
  }
  const actor = principal && actorId(principal)
  if (actor !== undefined) keys.push(keyOf(account, 'Principal', actor))
  return keys
}
