/** The local view of an account's epoch; undefined when it cannot be confirmed now. */
export type EpochOf = (account: string, kind: string) => number | undefined

interface Cached {
  readonly epoch: number
  readonly value: unknown
}

/**
 * What is read often, kept while nothing of its kind changes in its account: the node that changes
 * something obeys with its next request, the others as soon as they hear of it.
 */
export class EpochCache {
  readonly #entries = new Map<string, Cached>()
  readonly #epochOf: EpochOf
  readonly #limit: number

  constructor(epochOf: EpochOf, limit = 50_000) {
    this.#epochOf = epochOf
    this.#limit = limit
  }

  /** Answers at once what is at hand and certainly current; else what `load` answers. */
  get<T>(kind: string, account: string, key: string, load: () => Promise<T>): T | Promise<T> {
    const name = `${kind} ${account} ${key}`
    const entry = this.#entries.get(name)
    // The epoch is read first: what changes while we load makes the entry old, not wrong.
    const epoch = this.#epochOf(account, kind)
    if (entry !== undefined && entry.epoch === epoch) return entry.value as T
    return this.#load(name, epoch, load)
  }

  /** Moves with every change; undefined when it cannot be confirmed now. */
  epoch(kind: string, account: string): number | undefined {
    return this.#epochOf(account, kind)
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear()
  }

  async #load<T>(name: string, epoch: number | undefined, load: () => Promise<T>): Promise<T> {
    const value = await load()
    if (epoch === undefined) return value
    if (this.#entries.size >= this.#limit && !this.#entries.has(name)) this.#dropOldest()
    this.#entries.set(name, { epoch, value })
    return value
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}
