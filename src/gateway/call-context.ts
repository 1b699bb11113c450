import type { Principal } from '../kernel/authorization.ts'
import type { CallContext, CallOptions } from '../kernel/context.ts'
import { wholeSeconds } from '../kernel/service.ts'
import type { Owner, Store } from '../kernel/store.ts'
import type { Target } from '../kernel/target.ts'
import type { Exchange } from './exchange.ts'
import type { House, Journal } from './house.ts'
import { decideTarget } from './steps/authorize.ts'
import { loadMemberships } from './steps/load-memberships.ts'
import { intentOf } from './steps/record.ts'

/** How long a handler may take before its signal says stop; milliseconds. */
const patience = 60_000

/** What the handler sees of this call. A class, so that a call costs no closures it does not use. */
export class Call implements CallContext {
  readonly #exchange: Exchange
  readonly #house: House
  readonly #owner: Owner
  readonly #authorized: Set<Target>
  readonly #journal: Journal
  #store: Store | undefined
  #signal: AbortSignal | undefined

  constructor(exchange: Exchange, house: House) {
    this.#exchange = exchange
    this.#house = house
    this.#owner = exchange.owner!
    this.#authorized = new Set(exchange.targets)
    this.#journal = new CallJournal(exchange)
  }

  get requestId(): string {
    return this.#exchange.requestId
  }

  get account(): string {
    return this.#owner.account
  }

  get region(): string {
    return this.#owner.region
  }

  get caller(): CallContext['caller'] {
    return this.#exchange.caller
  }

  get source(): CallContext['source'] {
    return this.#exchange.source
  }

  get random(): CallContext['random'] {
    return this.#house.random
  }

  get principals(): CallContext['principals'] {
    return this.#house.principals
  }

  get guardrails(): CallContext['guardrails'] {
    return this.#house.guardrails
  }

  get inventory(): CallContext['inventory'] {
    return this.#house.inventory
  }

  get baseUrl(): string {
    return this.#house.publicUrl ?? this.#exchange.origin
  }

  get issuer(): CallContext['issuer'] {
    return this.#house.issuer
  }

  get ports(): CallContext['ports'] {
    return this.#house.ports
  }

  get log(): CallContext['log'] {
    return this.#house.log
  }

  get store(): Store {
    this.#store ??= this.#house.storeFor(this.#owner, this.#journal)
    return this.#store
  }

  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.timeout(patience)
    return this.#signal
  }

  now(): Date {
    const { time, operation } = this.#exchange
    return operation?.time === 'whole-seconds' ? wholeSeconds(new Date(time)) : new Date(time)
  }

  storeOf(target: Target): Store {
    if (!this.#authorized.has(target)) throw new Error('the store of a target that was not decided')
    const { account, region } = this.#owner
    const owner = { account: target.account ?? account, region: target.region ?? region }
    return this.#house.storeFor(owner, this.#journal)
  }

  call(service: string, operation: string, input: unknown, options: CallOptions): Promise<unknown> {
    return this.#house.callService(this.#exchange, { service, operation, input, ...options })
  }

  cached<T>(kind: string, account: string, key: string, load: () => Promise<T>): T | Promise<T> {
    return this.#house.cache.get(kind, account, key, load)
  }

  async authorize(targets: readonly Target[], as?: Principal): Promise<void> {
    if (as !== undefined) {
      if (this.#exchange.operation?.access.kind !== 'public')
        throw new Error('only a public operation finds out who calls')
      this.#exchange.caller = { principal: as, layers: { identity: [] } }
    }
    await loadMemberships(this.#exchange, targets, this.#house)
    for (const target of targets) {
      decideTarget(this.#exchange, target, this.#house)
      this.#authorized.add(target)
    }
  }
}

/** The first transaction that writes asks for the intent, and only it. */
class CallJournal implements Journal {
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  intent(): { readonly id: string; readonly body: Uint8Array } {
    this.#exchange.intended = true
    return { id: this.#exchange.requestId, body: intentOf(this.#exchange) }
  }
}
