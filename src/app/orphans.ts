import { completeOrphans } from '../audit/recovery.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log, Random } from '../kernel/ports.ts'
import { installation } from '../storage/engine.ts'
import { Leases } from '../storage/leases.ts'
import type { OpenStore } from '../storage/open.ts'

const lookEvery = 5_000

/**
 * Records calls that changed something on a process that ended before it could: those of the last
 * run at the start, and those of other nodes when their lease has run out. One node at a time does
 * it, so that each call is recorded once.
 */
export async function adoptOrphans(
  store: OpenStore,
  { clock, random, log }: { readonly clock: Clock; readonly random: Random; readonly log: Log },
): Promise<{ stop(): Promise<void> }> {
  const leases = new Leases(store.storeFor(installation), store.node, store.driver.shared)
  const look = async (): Promise<void> => {
    if ((await store.orphans()).length === 0) return
    const count = await leases.during('orphans', async () =>
      completeOrphans(await store.orphans(), clock.now(), random),
    )
    if (count > 0) log.warn('recorded calls whose process ended before it could', { count })
  }
  await look()
  let running = Promise.resolve()
  let waiting = false
  const again = (): void => {
    if (waiting) return
    waiting = true
    running = look()
      .catch((error: unknown) => log.warn('orphans could not be looked for', { cause: `${error}` }))
      .finally(() => {
        waiting = false
      })
  }
  // A database that only this process has knows no others.
  const timer = store.driver.shared ? setInterval(again, lookEvery).unref() : undefined
  return {
    stop() {
      clearInterval(timer)
      return running
    },
  }
}
