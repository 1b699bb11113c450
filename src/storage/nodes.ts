import { collection, type Store } from '../kernel/store.ts'

interface NodeRecord {
  readonly id: string
  /** Real clock: the node is taken for dead after it. */
  readonly until: number
  /** Generation of the keyring that it uses, and the term that it seals with. */
  readonly generation: number
  readonly term: number
}

const stored = collection<NodeRecord>('sallyport.nodes')({
  scope: 'installation',
  version: 1,
  key: ({ id }) => [id],
})

const LASTS_MS = 15_000
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000
const BEAT_MS = 2_000

/** The processes that share a database, each with a lease that it renews. */
export class Nodes {
  private readonly store: Store
  private readonly node: string
  private readonly shared: boolean
  private readonly state: () => { generation: number; term: number }
  private readonly onBeat: () => Promise<void>
  private timer: NodeJS.Timeout | undefined
  private confirmed = Number.NEGATIVE_INFINITY

  /** @param onBeat runs before each renewal */
  constructor(
    store: Store,
    node: string,
    state: () => { generation: number; term: number },
    onBeat: () => Promise<void>,
    shared: boolean,
  ) {
    this.shared = shared
    this.store = store
    this.node = node
    this.state = state
    this.onBeat = onBeat
  }

  async start(): Promise<void> {
    await this.beat()
    await this.forgetTheDead()
    const beat = (): void => void this.beat().catch(() => undefined)
    this.timer = setInterval(beat, BEAT_MS).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    if (!this.timer) return
    // Where the database is lost, the lease runs out by itself.
    await this.store.transaction((tx) => tx.of(stored).delete([this.node])).catch(() => undefined)
  }

  /** The nodes that live. */
  async alive(): Promise<readonly NodeRecord[]> {
    const all = (await this.store.of(stored).list({ limit: 1000 })).records
    return all.filter(({ until }) => until > Date.now())
  }

  /** False when this node has not done its beat for so long that others may take it for dead. */
  isCurrent(): boolean {
    return performance.now() - this.confirmed < LASTS_MS
  }

  /** Their ids, and this node's own. Without others, only its own. */
  async aliveIds(): Promise<ReadonlySet<string>> {
    const others = this.shared ? await this.alive() : []
    return new Set([this.node, ...others.map(({ id }) => id)])
  }

  private async forgetTheDead(): Promise<void> {
    await this.store.transaction(async (tx) => {
      const all = (await tx.of(stored).list({ limit: 1000 })).records
      for (const { id, until } of all) {
        if (until < Date.now() - FORGOTTEN_AFTER_MS) await tx.of(stored).delete([id])
      }
    })
  }

  private async beat(): Promise<void> {
    const started = performance.now()
    await this.onBeat()
    this.confirmed = started
    const { node, state } = this
    await this.store.transaction((tx) =>
      tx.of(stored).put({ id: node, until: Date.now() + LASTS_MS, ...state() }),
    )
  }
}
