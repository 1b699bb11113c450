import type { ReadContext } from './context.ts'
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
  /** How the service names the refusal; default: the protocol's name. */
  readonly code?: string | undefined
}

/** A quota that depends on what is asked for, where, or on what the account has been granted. */
export type QuotaOf = (asked: {
  readonly input: unknown
  readonly targets: readonly Target[]
  readonly region: string
  /** Whose requests are counted. */
  readonly account: string
  readonly read: ReadContext
}) => Quota | Promise<Quota>
