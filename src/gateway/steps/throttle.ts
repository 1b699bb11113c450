import type { Quota } from '../../kernel/quota.ts'
import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'
import { refusal } from '../refusals.ts'
import { readContext } from './load-targets.ts'

/** Refuses what comes faster than the service's documented rates, where that is switched on. */
export function throttle(exchange: Exchange, house: House): void | Promise<void> {
  const { service } = exchange.loaded!
  const name = exchange.operationName
  const found = service.quotas[name] ?? service.quotas.others
  if (found === undefined || !house.throttle.on) return
  const { region } = exchange.owner!
  const { input, targets } = exchange
  // Whoever asks is counted, whosever resource it is.
  const account = exchange.caller.principal.account || exchange.owner!.account
  if (typeof found !== 'function') return take(exchange, house, account, found)
  const read = readContext(exchange, house, { account, region })
  const quota = found({ input, targets, region, account, read })
  return quota instanceof Promise
    ? quota.then((known) => take(exchange, house, account, known))
    : take(exchange, house, account, quota)
}

function take(exchange: Exchange, house: House, account: string, quota: Quota): void {
  const { service } = exchange.loaded!
  const { region } = exchange.owner!
  const name = exchange.operationName
  const bucket = `${account}/${region}/${service.name}/${quota.group ?? name}`
  if (!house.throttle.take(bucket, quota, Date.now()))
    throw refusal('throttled', exchange.wire!.protocol, quota.sentence, quota.code)
}
