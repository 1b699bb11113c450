import type { Caller } from '../kernel/authorization.ts'
import type { Guardrails, Membership } from '../kernel/guardrails.ts'

/** The local view of an account's epoch; undefined when it cannot be confirmed now. */
export type EpochOf = (account: string, kind: string) => number | undefined

interface Cached {
  readonly epoch: number
  readonly membership: Membership | undefined
}

/**
 * Places of accounts in their organizations. Entries live while no organization changes, so that
 * the node that changed one obeys with its next request.
 */
export class Memberships {
  readonly #entries = new Map<string, Cached>()
  readonly #guardrails: Guardrails
  readonly #epochOf: EpochOf
  readonly #limit: number

  constructor(guardrails: Guardrails, epochOf: EpochOf, limit = 20_000) {
    this.#guardrails = guardrails
    this.#epochOf = epochOf
    this.#limit = limit
  }

  /** Answers at once what is at hand and certainly current. */
  of(account: string): Membership | undefined | Promise<Membership | undefined> {
    // Services and strangers belong to no account.
    if (account === '') return undefined
    const entry = this.#entries.get(account)
    if (entry !== undefined && entry.epoch === this.epoch) return entry.membership
    return this.#load(account)
  }

  /** Moves with every change of any organization; undefined when it cannot be confirmed now. */
  get epoch(): number | undefined {
    return this.#epochOf('', 'organizations')
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

  async #load(account: string): Promise<Membership | undefined> {
    // The epoch is read first: what changes while we load makes the entry old, not wrong.
    const { epoch } = this
    const membership = await this.#guardrails.membership(account)
    if (epoch === undefined) return membership
    if (this.#entries.size >= this.#limit) this.#entries.clear()
    this.#entries.set(account, { epoch, membership })
    return membership
  }
}
