import type { ReadContext } from '../../kernel/context.ts'
import type { Owner } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'

/** Loads what the call is about, reading only; finds the owner of calls that carry no account. */
export function loadTargets(exchange: Exchange, house: House): void | Promise<void> {
  const { access } = exchange.operation!
  const own: Owner = { account: exchange.account, region: exchange.region }
  if (access.kind === 'authenticated') {
    exchange.owner = own
    return
  }
  const read = readContext(exchange, house, own)
  if (access.kind === 'iam') {
    const targets: readonly Target[] | Promise<readonly Target[]> = access.targets(
      exchange.input,
      read,
    )
    if (targets instanceof Promise) return targets.then((loaded) => keep(exchange, loaded, own))
    return keep(exchange, targets, own)
  }
  const owner: Owner | Promise<Owner> = access.locate(exchange.input, read)
  if (owner instanceof Promise)
    return owner.then((located) => {
      exchange.owner = located
    })
  exchange.owner = owner
}

function keep(exchange: Exchange, targets: readonly Target[], own: Owner): void {
  exchange.targets = targets
  const [first] = targets
  exchange.owner = {
    account: first?.account ?? own.account,
    region: first?.region ?? own.region,
  }
}

/** What `targets` and `locate` may see. */
export function readContext(exchange: Exchange, house: House, own: Owner): ReadContext {
  const { requestId, caller, source, time } = exchange
  return {
    requestId,
    account: own.account,
    region: own.region,
    caller,
    source,
    now: () => new Date(time),
    store: house.storeFor(own),
    storeOf: (owner) => house.storeFor(owner),
    principals: house.principals,
    guardrails: house.guardrails,
    inventory: house.inventory,
    baseUrl: house.publicUrl ?? exchange.origin,
    issuer: house.issuer,
    ports: house.ports,
    cached: (kind, account, key, load) => house.cache.get(kind, account, key, load),
  }
}
