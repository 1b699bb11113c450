import type { CallContext } from './context.ts'
import type { Owner } from './store.ts'

/** A pool that could be safer, and in what. */
export interface WeakPool {
  readonly pool: string
  readonly name: string
  readonly reasons: readonly string[]
}

/**
 * What an operator may ask of a service about the people whose records it keeps: the seam
 * `provides.people`. A missing pool or person is told as the service tells it.
 */
export interface People {
  /** Account and Region of a pool. */
  ownerOf(pool: string, ctx: CallContext): Promise<Owner>
  /** Everybody in a pool with all secrets, in lines of JSON. */
  everybody(pool: string, ctx: CallContext): AsyncIterable<Uint8Array>
  /** All that is known of one person, without secrets. */
  person(pool: string, name: string, ctx: CallContext): Promise<object>
  /** Deletes one person with all that belongs to it, and states what that was. */
  erase(pool: string, name: string, ctx: CallContext): Promise<object>
  /** Accounts and Regions that have pools. */
  homesOfPools(ctx: CallContext): Promise<readonly Owner[]>
  /** Pools of the context's account and Region that could be safer. */
  weakPools(ctx: CallContext): Promise<readonly WeakPool[]>
}
