import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'
import { refusal } from '../refusals.ts'

/** Refuses what comes faster than the service's documented rates, where that is switched on. */
export function throttle(exchange: Exchange, house: House): void {
  const { service } = exchange.loaded!
  const name = exchange.operationName
  const found = service.quotas[name] ?? service.quotas.others
  if (found === undefined || !house.throttle.on) return
  const { region } = exchange.owner!
  const { input, targets } = exchange
  const quota = typeof found === 'function' ? found({ input, targets, region }) : found
  // Whoever asks is counted, whosever resource it is.
  const account = exchange.caller.principal.account || exchange.owner!.account
  const bucket = `${account}/${region}/${service.name}/${quota.group ?? name}`
  if (!house.throttle.take(bucket, quota, Date.now()))
    throw refusal('throttled', exchange.wire!.protocol, quota.sentence)
}
