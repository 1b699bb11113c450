import type { AccessRequest, ContextValue } from '../kernel/authorization.ts'
import type { Target } from '../kernel/target.ts'
import type { Exchange } from './exchange.ts'

/** The decision that a target asks for, with the request's condition keys behind a function. */
export function accessRequest(exchange: Exchange, target: Target): AccessRequest {
  const { caller, owner, time, loaded } = exchange
  return {
    principal: caller.principal,
    layers: caller.layers,
    action: target.action ?? `${loaded!.actionPrefix}:${exchange.operationName}`,
    resource: {
      arn: target.resource,
      account: target.account ?? owner!.account,
      tags: target.tags,
      policy: target.policy,
      policyMode: target.policyMode,
      grants: target.grants,
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
    return own.get(key) ?? requestKey(exchange, key) ?? tagKey(target, key)
  }
}

function lowered(context: Target['context']): Map<string, ContextValue> {
  const keys = new Map<string, ContextValue>()
  for (const [key, value] of Object.entries(context ?? {}))
    if (value !== undefined) keys.set(key.toLowerCase(), value)
  return keys
}

/** Global keys of the request itself; those of principal, resource and time are the engine's. */
function requestKey({ source, region }: Exchange, key: string): ContextValue | undefined {
  switch (key) {
    case 'aws:sourceip':
      return source.invokedBy === undefined ? source.ip : undefined
    case 'aws:useragent':
      return source.userAgent
    case 'aws:referer':
      return source.referer
    case 'aws:securetransport':
      return String(source.secure)
    case 'aws:requestedregion':
      return region
    case 'aws:viaawsservice':
      return String(source.invokedBy !== undefined)
    case 'aws:calledvia':
      return source.calledVia
    case 'aws:calledviafirst':
      return source.calledVia?.[0]
    case 'aws:calledvialast':
      return source.calledVia?.at(-1)
    default:
      return undefined
  }
}

const serviceTag = /^[a-z0-9-]+:resourcetag\/(.*)$/

/** `iam:ResourceTag/x` and its like mean the same as `aws:ResourceTag/x`. */
function tagKey(target: Target, key: string): string | undefined {
  const wanted = target.tags === undefined ? undefined : serviceTag.exec(key)?.[1]
  if (wanted === undefined) return undefined
  const name = Object.keys(target.tags!).find((tag) => tag.toLowerCase() === wanted)
  return name === undefined ? undefined : target.tags![name]
}
