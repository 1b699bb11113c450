import type {
  AccessRequest,
  Caller,
  ContextValue,
  Layers,
  Policy,
  Principal,
  Resource,
} from '../kernel/authorization.ts'
import type { Exchange } from './exchange.ts'
import { requestKeys } from './request-keys.ts'

/** A policy as a record names it: its text lies in the log's documents. */
export type PolicyName = Pick<Policy, 'id' | 'kind' | 'hash'>

/** All that `why` needs to decide again what was decided then. */
export interface DecisionRecord {
  readonly mode: 'enforce' | 'observe' | 'open'
  readonly principal: Principal
  readonly layers: {
    readonly identity: readonly PolicyName[]
    readonly boundary?: PolicyName
    readonly session?: readonly PolicyName[]
    readonly serviceControl?: readonly (readonly PolicyName[])[]
    readonly endpoint?: PolicyName
  }
  readonly time: number
  readonly targets: readonly {
    readonly action: string
    readonly allowed: boolean
    readonly resource: Omit<Resource, 'policy' | 'resourceControl'> & {
      readonly policy?: PolicyName
      readonly resourceControl?: readonly (readonly PolicyName[])[]
    }
    readonly context: Readonly<Record<string, ContextValue>>
  }[]
}

const callers = new WeakMap<Caller, string>()

const nameOf = ({ id, kind, hash }: Policy): PolicyName => ({ id, kind, hash })

const namesOf = (levels: readonly (readonly Policy[])[]) => levels.map((level) => level.map(nameOf))

/** Principal and layers as JSON; made once per loaded caller. */
function callerJson(caller: Caller): string {
  let text = callers.get(caller)
  if (text === undefined) {
    const { identity, boundary, session, serviceControl, endpoint } = caller.layers
    const layers = {
      identity: identity.map(nameOf),
      ...(boundary && { boundary: nameOf(boundary) }),
      ...(session && { session: session.map(nameOf) }),
      ...(serviceControl && { serviceControl: namesOf(serviceControl) }),
      ...(endpoint && { endpoint: nameOf(endpoint) }),
    }
    text = `"principal":${JSON.stringify(caller.principal)},"layers":${JSON.stringify(layers)}`
    callers.set(caller, text)
  }
  return text
}

/** The decision of a call as JSON text. */
export function decisionJson(exchange: Exchange, mode: DecisionRecord['mode']): string {
  const targets = exchange.decided.map(({ request, allowed }) => {
    const { policy, resourceControl, ...resource } = request.resource
    return {
      action: request.action,
      allowed,
      resource: {
        ...resource,
        ...(policy && { policy: nameOf(policy) }),
        ...(resourceControl && { resourceControl: namesOf(resourceControl) }),
      },
      context: requestContext(exchange, request),
    }
  })
  return `{"mode":"${mode}",${callerJson(exchange.caller)},"time":${exchange.time},"targets":${JSON.stringify(targets)}}`
}

/** Keys of the request by lower-case name: its own and the global ones. */
function requestContext(exchange: Exchange, request: AccessRequest): Record<string, ContextValue> {
  const context: Record<string, ContextValue> = {}
  const own = exchange.targets.flatMap(({ context }) => Object.keys(context ?? {}))
  for (const key of [...requestKeys, ...own.map((name) => name.toLowerCase())]) {
    const value = request.context(key)
    if (value !== undefined) context[key] = value
  }
  return context
}

/** Every policy that took part. */
export function* policiesOf(exchange: Exchange): Generator<Policy> {
  yield* layersOf(exchange.caller.layers)
  for (const { request } of exchange.decided) {
    const { policy, resourceControl } = request.resource
    if (policy) yield policy
    for (const level of resourceControl ?? []) yield* level
  }
}

function* layersOf(layers: Layers): Generator<Policy> {
  yield* layers.identity
  if (layers.boundary) yield layers.boundary
  if (layers.session) yield* layers.session
  for (const level of layers.serviceControl ?? []) yield* level
  if (layers.endpoint) yield layers.endpoint
}
