/** A token bucket per account and Region. */
export interface Quota {
  /** Requests per second. */
  readonly rate: number
  readonly burst: number
}
