import type { AccessRequest, ContextValue } from '../kernel/authorization.ts'
import type { Target } from '../kernel/target.ts'
import type { Exchange } from './exchange.ts'
import { requestKey } from './request-keys.ts'

/** The decision that a target asks for, with the request's condition keys behind a function. */
export function accessRequest(exchange: Exchange, target: Target): AccessRequest {
  const { caller, owner, time, loaded } = exchange
  const account = target.account ?? owner!.account
  return {
    principal: caller.principal,
    layers: caller.layers,
    action: target.action ?? `${loaded!.actionPrefix}:${exchange.operationName}`,
    resource: {
      arn: target.resource,
      account,
      tags: target.tags,
      policy: target.policy,
      policyMode: target.policyMode,
      grants: target.grants,
      resourceControl: exchange.memberships.get(account)?.resourceControl,
    },
    context: contextOf(exchange, target),
    now: time,
  }
}

/** Request keys, asked for by lower-case name and computed only then. */
function contextOf(exchange: Exchange, target: Target): (key: string) => ContextValue | undefined {
  let own: Map<string, ContextValue> | undefined
  return (key) => {
    own ??= lowered(target.context)
    return own.get(key) ?? requestKey(exchange, target, key) ?? tagKey(target, key)
  }
}

function lowered(context: Target['context']): Map<string, ContextValue> {
  const keys = new Map<string, ContextValue>()
  for (const [key, value] of Object.entries(context ?? {}))
    if (value !== undefined) keys.set(key.toLowerCase(), value)
  return keys
}

const serviceTag = /^[a-z0-9-]+:resourcetag\/(.*)$/

/** `iam:ResourceTag/x` and its like mean the same as `aws:ResourceTag/x`. */
function tagKey(target: Target, key: string): string | undefined {
  const wanted = target.tags === undefined ? undefined : serviceTag.exec(key)?.[1]
  if (wanted === undefined) return undefined
  const name = Object.keys(target.tags!).find((tag) => tag.toLowerCase() === wanted)
  return name === undefined ? undefined : target.tags![name]
}
