import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/ports.ts'
import { mergeSegments } from './segment.ts'

const hour = 3_600_000
const day = 24 * hour
/** Bytes up to which neighbouring segments are merged. */
const largest = 1_048_576

/** What housekeeping does to the stored log. */
interface KeptLog {
  prune(olderThan: number): Promise<number>
  compact(options: {
    readonly from?: number
    readonly olderThan: number
    readonly largest: number
    readonly merge: typeof mergeSegments
  }): Promise<number>
}

/**
 * Keeps the event log in order once an hour: records older than the retention go, and the small
 * segments of quiet hours become few. What cannot be done now is done an hour later.
 */
export function keepLog(
  kept: KeptLog,
  clock: Clock,
  retentionDays: number,
  log: Log,
): { stop(): Promise<void> } {
  let running = Promise.resolve()
  const tidy = async (): Promise<void> => {
    const now = clock.now()
    await kept.prune(now - retentionDays * day)
    await kept.compact({ from: now - day, olderThan: now - hour, largest, merge: mergeSegments })
  }
  const timer = setInterval(() => {
    running = running
      .then(tidy)
      .catch((error: unknown) =>
        log.warn('the event log could not be tidied', { cause: String(error) }),
      )
  }, hour)
  timer.unref()
  return {
    stop() {
      clearInterval(timer)
      return running
    },
  }
}
