import type { Outcome, Read } from '../driver.ts'

/** One waiting transaction. */
export interface Work {
  run(read: Read): Promise<Outcome<unknown>>
  done(result: unknown): void
  failed(reason: unknown): void
}

const LARGEST_GROUP = 64

interface Lane {
  readonly queue: Work[]
  busy: boolean
}

/**
 * Transactions that are likely to meet wait for one another here instead of in the database:
 * those of one account share a lane, and a lane runs its transactions in groups.
 */
export class Lanes {
  private readonly lanes: readonly Lane[]
  private readonly runGroup: (group: readonly Work[]) => Promise<void>

  /** @param runGroup settles every work that it is given */
  constructor(count: number, runGroup: (group: readonly Work[]) => Promise<void>) {
    this.lanes = Array.from({ length: count }, () => ({ queue: [], busy: false }))
    this.runGroup = runGroup
  }

  submit<T>(run: (read: Read) => Promise<Outcome<T>>, name: string): Promise<T> {
    const lane = this.lanes[hashOf(name) % this.lanes.length]!
    return new Promise<T>((resolve, reject) => {
      lane.queue.push({ run, done: resolve as (result: unknown) => void, failed: reject })
      if (lane.busy) return
      lane.busy = true
      // At the end of this turn of the loop, so that its transactions share a group.
      setImmediate(() => void this.drain(lane))
    })
  }

  private async drain(lane: Lane): Promise<void> {
    while (lane.queue.length > 0) {
      const group = lane.queue.splice(0, LARGEST_GROUP)
      try {
        await this.runGroup(group)
      } catch (cause) {
        for (const work of group) work.failed(cause)
      }
    }
    lane.busy = false
  }
}

function hashOf(name: string): number {
  let hash = 0
  for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) >>> 0
  return hash
}
