import { claimedSignature, SignatureRefused } from '../../wire/sigv4.ts'
import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'
import type { LoadedService } from '../loaded-service.ts'
import { notImplementedOperation } from '../not-built.ts'
import { collectInto } from './collect.ts'

/** Finds service, operation and protocol. A broken signature is told later, in the protocol's form. */
export function findRoute(exchange: Exchange, house: House): void | Promise<void> {
  const { request } = exchange
  try {
    exchange.claim = claimedSignature(request)
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error
    exchange.claimFault = error
  }
  const scope = exchange.claim?.service
  if (!(request.body instanceof Uint8Array) && house.router.readsBody(request, scope))
    return collectInto(exchange).then(() => routeTo(exchange, house))
  return routeTo(exchange, house)
}

function routeTo(exchange: Exchange, house: House): void | Promise<void> {
  const route = house.router.route(exchange.request, exchange.claim?.service)
  exchange.route = route
  const region = route.entry.global ? 'us-east-1' : (exchange.claim?.region ?? route.region)
  exchange.region = region ?? house.region
  const loaded = house.service(route.entry)
  if (loaded instanceof Promise) return loaded.then((service) => findOperation(exchange, service))
  findOperation(exchange, loaded)
}

function findOperation(exchange: Exchange, loaded: LoadedService): void {
  exchange.loaded = loaded
  const wire = loaded.wire.find(exchange.route!, exchange.request)
  exchange.wire = wire
  const operation = loaded.service.operations[wire.name]
  if (operation === undefined) throw notImplementedOperation(loaded.service, wire.name)
  exchange.operation = operation
}
