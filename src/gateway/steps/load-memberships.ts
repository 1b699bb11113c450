import type { Membership } from '../../kernel/guardrails.ts'
import type { Target } from '../../kernel/target.ts'
import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'

/** What organizations impose on the accounts of this call. */
export const loadBounds = (exchange: Exchange, house: House): void | Promise<void> =>
  loadMemberships(exchange, exchange.targets, house)

/** Finds the places in organizations that the decisions on `targets` ask for. */
export function loadMemberships(
  exchange: Exchange,
  targets: readonly Target[],
  house: House,
): void | Promise<void> {
  const own = exchange.account
  let others: Set<string> | undefined
  const add = (account: string | undefined) => {
    if (account !== undefined && account !== own) others = (others ?? new Set()).add(account)
  }
  add(exchange.owner?.account)
  add(exchange.source.endpoint?.account)
  for (const { account } of targets) add(account)
  const mine = house.memberships.of(own)
  // What nearly every call is: within one account that is in no organization.
  if (mine === undefined && others === undefined) return
  return keepAll(exchange, mine, others ?? [], house)
}

async function keepAll(
  exchange: Exchange,
  mine: Membership | undefined | Promise<Membership | undefined>,
  others: Iterable<string>,
  house: House,
): Promise<void> {
  const places = new Map(exchange.memberships)
  const own = await mine
  if (own !== undefined) places.set(exchange.account, own)
  for (const account of others) {
    const membership = await house.memberships.of(account)
    if (membership !== undefined) places.set(account, membership)
  }
  exchange.memberships = places
}
