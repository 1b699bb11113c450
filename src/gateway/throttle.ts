import type { Quota } from '../kernel/quota.ts'

/** Token buckets per account, Region and operation. Off means that nothing is ever refused. */
export class Throttle {
  readonly on: boolean
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(on: boolean) {
    this.on = on
  }

  /**
   * Takes a token; false when there is none left.
   * @param now milliseconds of the real clock
   */
  take(key: string, quota: Quota | undefined, now: number): boolean {
    return !this.on || quota === undefined || this.takeAlways(key, quota, now)
  }

  /** As `take`, also when throttling is off: for what protects ourselves. */
  takeAlways(key: string, quota: Quota, now: number): boolean {
    let bucket = this.#buckets.get(key)
    if (bucket === undefined) {
      // A full bucket remembers nothing: letting go of all of them only forgives.
      if (this.#buckets.size >= 100_000) this.#buckets.clear()
      bucket = { tokens: quota.burst, at: now }
      this.#buckets.set(key, bucket)
    }
    const gained = ((now - bucket.at) / 1_000) * quota.rate
    bucket.tokens = Math.min(quota.burst, bucket.tokens + gained)
    bucket.at = now
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }
}
