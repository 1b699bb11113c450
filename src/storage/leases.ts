import { collection, type Store } from '../kernel/store.ts'

interface Lease {
  readonly name: string
  readonly node: string
  /** Real clock. */
  readonly until: number
}

const stored = collection<Lease>('sallyport.leases')({
  scope: 'installation',
  version: 1,
  key: ({ name }) => [name],
})

/** Whoever rewrites segments of the log. */
export const LOG_MAINTENANCE = 'log-maintenance'

const LASTS_MS = 15_000

/** Who does what only one may do. With a single process it is a set in memory. */
export class Leases {
  private readonly store: Store
  private readonly node: string
  private readonly shared: boolean
  private readonly held = new Map<string, NodeJS.Timeout | undefined>()

  constructor(store: Store, node: string, shared: boolean) {
    this.store = store
    this.node = node
    this.shared = shared
  }

  /** Waits for the lease, and runs with it. */
  async during<T>(name: string, run: () => Promise<T>): Promise<T> {
    while (!(await this.take(name))) await new Promise((next) => setTimeout(next, 50))
    try {
      return await run()
    } finally {
      await this.release(name)
    }
  }

  /** True when this node has it now; it is renewed until released. */
  async take(name: string): Promise<boolean> {
    if (this.held.has(name)) return false
    this.held.set(name, undefined)
    if (!this.shared) return true
    try {
      if (await this.write(name)) {
        const renew = (): void => void this.write(name).catch(() => undefined)
        this.held.set(name, setInterval(renew, LASTS_MS / 3).unref())
        return true
      }
    } catch (cause) {
      this.held.delete(name)
      throw cause
    }
    this.held.delete(name)
    return false
  }

  async release(name: string): Promise<void> {
    clearInterval(this.held.get(name))
    this.held.delete(name)
    if (!this.shared) return
    await this.store.transaction(async (tx) => {
      const lease = await tx.of(stored).get([name])
      if (lease?.node === this.node) await tx.of(stored).delete([name])
    })
  }

  private write(name: string): Promise<boolean> {
    return this.store.transaction(async (tx) => {
      const lease = await tx.of(stored).get([name])
      if (lease && lease.node !== this.node && lease.until > Date.now()) return false
      await tx.of(stored).put({ name, node: this.node, until: Date.now() + LASTS_MS })
      return true
    })
  }
}
