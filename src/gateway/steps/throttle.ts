import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'
import { refusal } from '../refusals.ts'

/** Refuses what comes faster than the service's documented rates, where that is switched on. */
export function throttle(exchange: Exchange, house: House): void {
  const { service } = exchange.loaded!
  const name = exchange.operationName
  const quota = service.quotas[name] ?? service.quotas.others
  if (quota === undefined) return
  const { account, region } = exchange.owner!
  if (!house.throttle.take(`${account}/${region}/${service.name}/${name}`, quota, Date.now()))
    throw refusal('throttled', exchange.wire!.protocol)
}
