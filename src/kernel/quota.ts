import type { Target } from './target.ts'

/** A token bucket per account and Region. */
export interface Quota {
  /** Requests per second. */
  readonly rate: number
  readonly burst: number
  /** Operations of a group share one bucket; default: each has its own. */
  readonly group?: string | undefined
  /** What the service says to whom it refuses; default: the protocol's sentence. */
  readonly sentence?: string | undefined
}

/** A quota that depends on what is asked for, and where. */
export type QuotaOf = (asked: {
  readonly input: unknown
  readonly targets: readonly Target[]
  readonly region: string
}) => Quota
