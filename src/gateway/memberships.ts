import type { Caller } from '../kernel/authorization.ts'
import type { Guardrails, Membership } from '../kernel/guardrails.ts'
import type { EpochCache } from './epoch-cache.ts'

/**
 * Places of accounts in their organizations. Entries live while no organization changes, so that
 * the node that changed one obeys with its next request.
 */
export class Memberships {
  readonly #cache: EpochCache
  readonly #guardrails: Guardrails

  constructor(guardrails: Guardrails, cache: EpochCache) {
    this.#guardrails = guardrails
    this.#cache = cache
  }

  /** Answers at once what is at hand and certainly current. */
  of(account: string): Membership | undefined | Promise<Membership | undefined> {
    // Services and strangers belong to no account.
    if (account === '') return undefined
    return this.#cache.get('organizations', '', account, () => this.#guardrails.membership(account))
  }

  /** Moves with every change of any organization; undefined when it cannot be confirmed now. */
  get epoch(): number | undefined {
    return this.#cache.epoch('organizations', '')
  }

  /** The caller with the service control policies of its account. */
  async bound(caller: Caller): Promise<Caller> {
    const membership = await this.of(caller.principal.account)
    if (membership?.serviceControl === undefined || caller.principal.kind === 'service')
      return caller
    return { ...caller, layers: { ...caller.layers, serviceControl: membership.serviceControl } }
  }

  /** Whether the account has been closed; as fresh as `epoch`. */
  closed(account: string): Promise<boolean> {
    return this.#guardrails.closed(account)
  }
}
