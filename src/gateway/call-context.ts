import type { CallContext } from '../kernel/context.ts'
import type { Target } from '../kernel/target.ts'
import type { Exchange } from './exchange.ts'
import type { House, Journal } from './house.ts'
import { decideTarget } from './steps/authorize.ts'
import { intentOf } from './steps/record.ts'

/** What the handler sees of this call. */
export function callContext(exchange: Exchange, house: House): CallContext {
  const { requestId, caller, source, time } = exchange
  const owner = exchange.owner!
  const authorized = new Set<Target>(exchange.targets)
  const journal: Journal = {
    intent() {
      exchange.intended = true
      return { id: requestId, body: intentOf(exchange) }
    },
  }
  let signal: AbortSignal | undefined
  return {
    requestId,
    account: owner.account,
    region: owner.region,
    caller,
    source,
    now: () => new Date(time),
    random: house.random,
    store: house.storeFor(owner, journal),
    storeOf(target) {
      if (!authorized.has(target)) throw new Error('the store of a target that was not decided')
      const account = target.account ?? owner.account
      return house.storeFor({ account, region: target.region ?? owner.region }, journal)
    },
    principals: house.principals,
    call: (service, operation, input, { as }) =>
      house.callService(exchange, { service, operation, input, as }),
    async authorize(targets) {
      for (const target of targets) {
        decideTarget(exchange, target, house)
        authorized.add(target)
      }
    },
    ports: house.ports,
    log: house.log,
    get signal() {
      signal ??= AbortSignal.timeout(60_000)
      return signal
    },
  }
}
